/** Makes the database row of one client request from its intent and its settlement. */
import type { Usage } from '../core/spec/index.js';
import { takenFrom, type LeaseMark } from './payers.js';
import type { SettledRequest } from './journal-reader.js';
import type { GuardrailMark, SpendAttempt, SpendIntent } from './spend-intent.js';
import { storableText, storedName } from './stored-text.js';

/** A row of `SpendLog`: columns are what is filtered or sorted, `detail` is everything else. */
export interface SpendRow {
  readonly requestId: string;
  readonly startedAt: Date;
  readonly apiKeyHash: string;
  readonly modelGroup: string;
  readonly model: string;
  readonly modelId: string;
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly endUser: string | null;
  readonly status: 'success' | 'failure';
  readonly spendNanos: bigint;
  readonly totalTokens: number;
  readonly detail: SpendDetail;
}

/** A row with what no column holds: the reservations that its request made, and what it took of each. */
export interface SettledRow extends SpendRow {
  readonly taken: readonly LeaseMark[];
}

/** Shape of the JSON column. Money is a decimal string of nano-dollars, times are epoch milliseconds. */
export interface SpendDetail {
  readonly callType?: string;
  readonly endedAtMs: number;
  readonly completionStartedAtMs?: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly provider?: string;
  readonly apiBase?: string;
  readonly stream: boolean;
  readonly keyAlias?: string;
  readonly organizationId?: string;
  readonly projectId?: string;
  readonly requesterIp?: string;
  readonly sessionId?: string;
  readonly parentRequestId?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly usage?: Usage;
  readonly usageEstimated?: boolean;
  readonly attempts: readonly AttemptDetail[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly cacheHit?: boolean;
  readonly guardrails?: readonly GuardrailMark[];
  /** The process died with this request open; `spend` is its last checkpoint's cost or its reservation. */
  readonly recovered?: boolean;
  /** The intent's line in the journal was corrupt: who called is not known. */
  readonly intentLost?: boolean;
}

export type AttemptDetail = Omit<SpendAttempt, 'costNanos' | 'leases'> & { readonly costNanos: string };

const MAX_INT32 = 2 ** 31 - 1;
const MAX_INT64 = 2n ** 63n - 1n;

export function toSpendRow(settled: SettledRequest): SpendRow {
  const { requestId, intent, settlement } = settled;
  const last = settlement.attempts.at(-1);
  const promptTokens = settlement.usage?.promptTokens ?? 0;
  const completionTokens = settlement.usage?.completionTokens ?? 0;
  const detail: SpendDetail = {
    ...whoAndWhat(intent),
    endedAtMs: settlement.endedAtMs,
    completionStartedAtMs: settlement.completionStartedAtMs,
    promptTokens,
    completionTokens,
    provider: last?.provider,
    apiBase: last?.apiBase,
    stream: settlement.stream,
    usage: settlement.usage,
    usageEstimated: settlement.usageEstimated,
    attempts: settlement.attempts.map(({ leases: _taken, ...attempt }) => ({
      ...attempt,
      costNanos: String(attempt.costNanos),
    })),
    errorCode: settlement.errorCode,
    errorMessage: settlement.errorMessage,
    cacheHit: settlement.cacheHit,
    guardrails: settlement.guardrails,
    recovered: settlement.recovered,
  };
  return {
    requestId,
    startedAt: new Date(intent?.startedAtMs ?? settlement.endedAtMs),
    apiKeyHash: intent ? storedName(intent.apiKeyHash) : '',
    modelGroup: intent ? storedName(intent.modelGroup) : '',
    model: storedName(last?.model ?? intent?.modelGroup ?? ''),
    modelId: storedName(last?.deploymentId ?? ''),
    userId: nullable(intent?.userId),
    teamId: nullable(intent?.teamId),
    endUser: nullable(intent?.endUser),
    status: settlement.status,
    spendNanos: settlement.spendNanos > MAX_INT64 ? MAX_INT64 : settlement.spendNanos,
    totalTokens: Math.min(Math.max(Math.trunc(promptTokens + completionTokens) || 0, 0), MAX_INT32),
    detail: storable(detail),
  };
}

/**
 * What a settled request has taken of its reservations, as its process and its adopter count it: by the settlement as it
 * was journaled, before the row writer counts anything.
 */
export function takenBy({ intent, settlement }: SettledRequest): LeaseMark[] {
  const { attempts, spendNanos, uncounted } = settlement;
  const isFinal = uncounted === undefined;
  const taken: LeaseMark[] = (intent?.leases ?? []).map((lease) => ({
    ...lease,
    nanos: takenFrom(intent?.reservationNanos ?? 0n, spendNanos, isFinal),
  }));
  attempts.forEach(({ leases = [], costNanos }, index) => {
    // Only the last attempt is counted later.
    const isKnown = isFinal || index < attempts.length - 1;
    for (const lease of leases) taken.push({ ...lease, nanos: takenFrom(lease.nanos, costNanos, isKnown) });
  });
  return taken;
}

function whoAndWhat(intent: SpendIntent | undefined): Partial<SpendDetail> {
  if (!intent) return { intentLost: true };
  const { callType, keyAlias, organizationId, projectId, requesterIp } = intent;
  const { sessionId, parentRequestId, tags, metadata } = intent;
  return { callType, keyAlias, organizationId, projectId, requesterIp, sessionId, parentRequestId, tags, metadata };
}

function nullable(value: string | undefined): string | null {
  return value === undefined ? null : storedName(value);
}

/** NUL and halves of surrogate pairs as `JSON.stringify` writes them. */
const SUSPECT = /\\u0000|\\ud[89a-f]/;

function storable(detail: SpendDetail): SpendDetail {
  const text = JSON.stringify(detail);
  return SUSPECT.test(text) ? (JSON.parse(text, (_, value: unknown) => cleaned(value)) as SpendDetail) : detail;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), item]));
}
