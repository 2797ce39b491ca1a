/** The records of the spend journal as lines of text: checksum, kind, compact JSON. */
import { crc32 } from 'node:zlib';
import type { Usage } from '../core/spec/index.js';
import { payersOf } from './payers.js';
import type { SpendAttempt, SpendIntent, SpendOutcome, SpendProgress } from './spend-intent.js';

/** Raised when lines change their meaning; readers refuse a segment whose format they do not know. */
export const FORMAT_VERSION = 1;

/** A settlement as journaled: an outcome, or what an adopter made of an unfinished intent. */
export interface Settlement extends SpendOutcome {
  /** The process died with this request open: the amount is its last checkpoint's, or its reservation. */
  readonly recovered?: boolean;
}

/** A checkpoint as journaled. */
export interface Checkpoint extends SpendProgress {
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export type JournalRecord =
  | { readonly kind: 'header'; readonly version: number }
  | { readonly kind: 'intent'; readonly intent: SpendIntent }
  | { readonly kind: 'checkpoint'; readonly requestId: string; readonly checkpoint: Checkpoint }
  | { readonly kind: 'settlement'; readonly requestId: string; readonly settlement: Settlement };

/** Longer intents lose their metadata and tags: one client must fill neither the journal nor the memory that holds open requests. */
export const MAX_INTENT_CHARS = 16 * 1024;

/** Providers have been seen to answer with whole web pages. */
const MAX_ERROR_CHARS = 4_096;

// Positions instead of names where every record has the field: half the bytes, and the order is fixed by FORMAT_VERSION.
type IntentWire = [
  id: string,
  startedAtMs: number,
  callType: string,
  apiKeyHash: string,
  modelGroup: string,
  reservationNanos: string,
  keyAlias: string | null | undefined,
  userId: string | null | undefined,
  teamId: string | null | undefined,
  endUser: string | null | undefined,
  requesterIp: string | null | undefined,
  rest?: IntentRest,
];
type IntentRest = Pick<
  SpendIntent,
  'organizationId' | 'projectId' | 'sessionId' | 'parentRequestId' | 'tags' | 'metadata'
> & {
  metadataDropped?: true;
  /** `<place of the owner among those who pay><the account's name after the owner>@<epoch>`. */
  leases?: string[];
};
type AttemptWire = [
  deploymentId: string,
  provider: string,
  model: string,
  apiBase: string,
  ok: 0 | 1,
  costNanos: string,
  errorCode?: string | null,
  usage?: UsageWire | null,
  unpriced?: 1 | null,
  leases?: LeaseWire[],
];
type LeaseWire = [account: string, epoch: number, nanos: string];
type UsageWire = [
  promptTokens: number,
  completionTokens: number,
  rest?: Omit<Usage, 'promptTokens' | 'completionTokens'>,
];
type CheckpointWire = [
  id: string,
  atMs: number,
  usage: UsageWire,
  costNanos: string,
  attempt?: SpendProgress['attempt'] | null,
];
type SettlementWire = [
  id: string,
  endedAtMs: number,
  ok: 0 | 1,
  stream: 0 | 1,
  spendNanos: string,
  usage: UsageWire | null | undefined,
  completionStartedAtMs: number | null | undefined,
  attempts: AttemptWire[],
  rest?: Pick<
    Settlement,
    'usageEstimated' | 'errorCode' | 'errorMessage' | 'cacheHit' | 'recovered' | 'uncounted' | 'guardrails'
  >,
];

export function encodeHeader(): string {
  return line('H' + JSON.stringify([FORMAT_VERSION]));
}

export function encodeIntent(intent: SpendIntent): string {
  const text = intentText(intent, intentRest(intent));
  if (text.length <= MAX_INTENT_CHARS) return line(text);
  return line(
    intentText(intent, { ...intentRest(intent), metadata: undefined, tags: undefined, metadataDropped: true }),
  );
}

export function encodeCheckpoint(requestId: string, { atMs, usage, costNanos, attempt }: Checkpoint): string {
  const wire: CheckpointWire = [requestId, atMs, usageToWire(usage), String(costNanos)];
  if (attempt) {
    const { deploymentId, provider, model, apiBase } = attempt;
    wire.push({ deploymentId, provider, model, apiBase });
  }
  return line('C' + JSON.stringify(wire));
}

export function encodeSettlement(requestId: string, settlement: Settlement): string {
  const { usageEstimated, errorCode, errorMessage, cacheHit, recovered, uncounted, guardrails } = settlement;
  const wire: SettlementWire = [
    requestId,
    settlement.endedAtMs,
    settlement.status === 'success' ? 1 : 0,
    settlement.stream ? 1 : 0,
    String(settlement.spendNanos),
    settlement.usage && usageToWire(settlement.usage),
    settlement.completionStartedAtMs,
    settlement.attempts.map(attemptToWire),
  ];
  if (usageEstimated || errorCode || errorMessage || cacheHit !== undefined || recovered || guardrails) {
    wire.push({
      usageEstimated,
      errorCode,
      errorMessage: errorMessage?.slice(0, MAX_ERROR_CHARS),
      cacheHit,
      recovered,
      uncounted,
      guardrails,
    });
  }
  return line('S' + JSON.stringify(wire));
}

/** Reads one line without its line break; null for one that is torn or corrupt. */
export function decodeLine(text: string): JournalRecord | null {
  const space = text.indexOf(' ');
  const body = text.slice(space + 1);
  if (space < 1 || text.slice(0, space) !== checksum(body)) return null;
  const wire: unknown = JSON.parse(body.slice(1));
  switch (body[0]) {
    case 'H':
      return { kind: 'header', version: (wire as [number])[0] };
    case 'I':
      return { kind: 'intent', intent: intentFromWire(wire as IntentWire) };
    case 'C':
      return checkpointFromWire(wire as CheckpointWire);
    case 'S':
      return settlementFromWire(wire as SettlementWire);
    default:
      return null;
  }
}

function line(body: string): string {
  return `${checksum(body)} ${body}\n`;
}

function checksum(body: string): string {
  return crc32(body).toString(36);
}

function intentRest(intent: SpendIntent): IntentRest | undefined {
  const { organizationId, projectId, sessionId, parentRequestId, tags, metadata } = intent;
  const leases = intent.leases && intent.leases.length > 0 ? leasesToWire(intent, intent.leases) : undefined;
  const rest = { organizationId, projectId, sessionId, parentRequestId, tags, metadata, leases };
  for (const value of [organizationId, projectId, sessionId, parentRequestId, tags, metadata, leases]) {
    if (value !== undefined) return rest;
  }
  return undefined;
}

function intentText(intent: SpendIntent, rest: IntentRest | undefined): string {
  const wire: IntentWire = [
    intent.requestId,
    intent.startedAtMs,
    intent.callType,
    intent.apiKeyHash,
    intent.modelGroup,
    String(intent.reservationNanos),
    intent.keyAlias,
    intent.userId,
    intent.teamId,
    intent.endUser,
    intent.requesterIp,
  ];
  if (rest) wire.push(rest);
  return 'I' + JSON.stringify(wire);
}

function intentFromWire(wire: IntentWire): SpendIntent {
  const [requestId, startedAtMs, callType, apiKeyHash, modelGroup, reservation, ...more] = wire;
  const [keyAlias, userId, teamId, endUser, requesterIp, rest] = more;
  const { metadataDropped, metadata, leases, ...others } = rest ?? {};
  const intent: SpendIntent = {
    requestId,
    startedAtMs,
    callType,
    apiKeyHash,
    modelGroup,
    reservationNanos: BigInt(reservation),
    keyAlias: keyAlias ?? undefined,
    userId: userId ?? undefined,
    teamId: teamId ?? undefined,
    endUser: endUser ?? undefined,
    requesterIp: requesterIp ?? undefined,
    ...others,
    metadata: metadataDropped ? { metadata_dropped: 'too large for the spend journal' } : metadata,
  };
  return leases ? { ...intent, leases: leasesFromWire(intent, leases) } : intent;
}

/** Names of owners are long, and the intent has them already. */
function leasesToWire(intent: SpendIntent, leases: NonNullable<SpendIntent['leases']>): string[] {
  const owners = payersOf(intent);
  const wire: string[] = [];
  let place = 0;
  for (const { account, epoch } of leases) {
    // They stand in the owners' order, mostly: the search goes on from the last one.
    place = placeOf(account, owners, place);
    const owner = owners[place];
    if (owner !== undefined) wire.push(`${place}${account.slice(owner.length)}@${epoch}`);
  }
  return wire;
}

/** @returns the number of owners where it is nobody's */
function placeOf(account: string, owners: readonly string[], from: number): number {
  for (let tries = 0; tries < owners.length; tries += 1) {
    const place = (from + tries) % owners.length;
    const owner = owners[place] ?? '';
    if (account.startsWith(owner) && (account.length === owner.length || account[owner.length] === '/')) return place;
  }
  return owners.length;
}

function leasesFromWire(intent: SpendIntent, wire: readonly string[]): NonNullable<SpendIntent['leases']> {
  const owners = payersOf(intent);
  return wire.flatMap((text) => {
    const [, place = '', rest = '', epoch] = /^(\d+)(.*)@(\d+)$/s.exec(text) ?? [];
    const owner = owners[Number(place)];
    return owner === undefined ? [] : [{ account: owner + rest, epoch: Number(epoch) }];
  });
}

function usageToWire(usage: Usage): UsageWire {
  const { promptTokens, completionTokens, ...rest } = usage;
  for (const _ in rest) return [promptTokens, completionTokens, rest];
  return [promptTokens, completionTokens];
}

function usageFromWire([promptTokens, completionTokens, rest]: UsageWire): Usage {
  return { promptTokens, completionTokens, ...rest };
}

function attemptToWire(attempt: SpendAttempt): AttemptWire {
  const { deploymentId, provider, model, apiBase, status, costNanos, errorCode, usage, unpriced, leases } = attempt;
  const wire: AttemptWire = [deploymentId, provider, model, apiBase, status === 'success' ? 1 : 0, String(costNanos)];
  if (errorCode !== undefined || usage || unpriced || leases) wire.push(errorCode);
  if (usage || unpriced || leases) wire.push(usage && usageToWire(usage));
  if (unpriced || leases) wire.push(unpriced ? 1 : null);
  if (leases) wire.push(leases.map(({ account, epoch, nanos }): LeaseWire => [account, epoch, String(nanos)]));
  return wire;
}

function attemptFromWire(wire: AttemptWire): SpendAttempt {
  const [deploymentId, provider, model, apiBase, ok, costNanos, errorCode, usage, unpriced, leases] = wire;
  return {
    deploymentId,
    provider,
    model,
    apiBase,
    status: ok ? 'success' : 'failure',
    costNanos: BigInt(costNanos),
    errorCode: errorCode ?? undefined,
    usage: usage ? usageFromWire(usage) : undefined,
    unpriced: unpriced ? true : undefined,
    ...(leases && {
      leases: leases.map(([account, epoch, nanos]) => ({ account, epoch, nanos: BigInt(nanos) })),
    }),
  };
}

function checkpointFromWire([requestId, atMs, usage, costNanos, attempt]: CheckpointWire): JournalRecord {
  const checkpoint = { atMs, usage: usageFromWire(usage), costNanos: BigInt(costNanos), attempt: attempt ?? undefined };
  return { kind: 'checkpoint', requestId, checkpoint };
}

function settlementFromWire(wire: SettlementWire): JournalRecord {
  const [requestId, endedAtMs, ok, stream, spendNanos, usage, completionStartedAtMs, attempts, rest] = wire;
  return {
    kind: 'settlement',
    requestId,
    settlement: {
      status: ok ? 'success' : 'failure',
      endedAtMs,
      stream: stream === 1,
      attempts: attempts.map(attemptFromWire),
      spendNanos: BigInt(spendNanos),
      usage: usage ? usageFromWire(usage) : undefined,
      completionStartedAtMs: completionStartedAtMs ?? undefined,
      ...rest,
    },
  };
}
