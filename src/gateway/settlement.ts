/** What a request goes into the ledger with: its intent before the first attempt, its checkpoints, its outcome. */
import type { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment, Usage } from '../core/spec/index.js';
import { estimateTokens } from '../core/tokens/estimate-tokens.js';
import type { Reservation } from '../limits/admission.js';
import type { SpendAttempt, SpendIntent, SpendOutcome, SpendProgress } from '../spend/spend-intent.js';
import { costOf, costsOf, isUnpriced } from '../core/pricing/deployment-costs.js';
import { estimateFor } from './estimate.js';
import type { LlmExchange } from './llm-exchange.js';

/** An exchange as far as its account goes. */
type Charged = Pick<
  LlmExchange,
  'asked' | 'startedAt' | 'startedAtMs' | 'attempts' | 'call' | 'deployment' | 'sentText' | 'stream'
> & { readonly guard?: LlmExchange['guard']; readonly cached?: LlmExchange['cached'] };

/** What an exchange begins with. */
interface Begun extends Pick<Charged, 'asked' | 'startedAtMs'> {
  readonly grant?: LlmExchange['grant'];
  /** Undefined for a call that the gateway makes itself. */
  readonly route?: Pick<LlmExchange['route'], 'group'>;
}

/** @param deployment undefined for a request that none is asked for */
export function intentOf(exchange: Begun, deployment: Deployment | undefined): SpendIntent {
  const { asked, startedAtMs, grant, route } = exchange;
  const { principal, operation, catalog } = asked;
  const { settings } = operation;
  const reserved = grant?.reservation;
  return {
    requestId: asked.requestId,
    startedAtMs,
    callType: operation.callType,
    apiKeyHash: principal.keyHash,
    modelGroup: route?.group ?? operation.model,
    reservationNanos:
      reserved?.nanos ??
      (deployment ? estimateFor(operation, [deployment], catalog.defaultReserveOutputTokens).nanos : 0n),
    requesterIp: asked.clientAddress,
    keyAlias: principal.keyAlias,
    userId: principal.userId,
    teamId: principal.teamId,
    organizationId: principal.organizationId,
    projectId: principal.projectId,
    endUser: settings.endUser,
    sessionId: settings.sessionId,
    tags: tagsOf(settings.tags, principal.tags),
    leases: reserved?.leases,
  };
}

/** Those of the request and those of the key; undefined where there are none. */
export function tagsOf(ofRequest: readonly string[], ofKey: readonly string[]): readonly string[] | undefined {
  if (ofKey.length === 0) return ofRequest.length > 0 ? ofRequest : undefined;
  return [...new Set([...ofRequest, ...ofKey])];
}

/** The attempt that has just ended, with what it cost. */
export function attemptOf(
  exchange: Charged,
  deployment: Deployment,
  error: GatewayError | undefined,
  reservation?: Reservation,
): SpendAttempt {
  const { usage } = usageSoFar(exchange, error !== undefined);
  return {
    deploymentId: deployment.id,
    provider: deployment.provider.id,
    model: deployment.model,
    apiBase: deployment.endpoint.origin + deployment.endpoint.basePath,
    status: error ? 'failure' : 'success',
    costNanos: costOf(deployment, usage),
    errorCode: error?.code,
    usage,
    unpriced: isUnpriced(deployment, usage) || undefined,
    ...(reservation && { leases: reservation.leases.map((lease) => ({ ...lease, nanos: reservation.nanos })) }),
  };
}

export function progressOf(exchange: Charged): SpendProgress | undefined {
  const { deployment } = exchange;
  const { usage } = usageSoFar(exchange, true);
  if (!deployment || !usage) return undefined;
  const { id, provider, model, endpoint } = deployment;
  return {
    usage,
    costNanos: costOf(deployment, usage),
    attempt: { deploymentId: id, provider: provider.id, model, apiBase: endpoint.origin + endpoint.basePath },
  };
}

export function outcomeOf(exchange: Charged, nowMs: number, error: GatewayError | undefined): SpendOutcome {
  const { attempts, call, startedAt, startedAtMs } = exchange;
  const { usage, estimated } = usageSoFar(exchange, error !== undefined);
  return {
    status: error ? 'failure' : 'success',
    endedAtMs: nowMs,
    stream: exchange.stream,
    attempts,
    spendNanos: attempts.reduce((sum, attempt) => sum + attempt.costNanos, 0n),
    usage,
    usageEstimated: estimated || undefined,
    uncounted: estimated ? uncountedOf(exchange) : undefined,
    completionStartedAtMs:
      call?.firstPartAt === undefined ? undefined : Math.round(startedAtMs + call.firstPartAt - startedAt),
    errorCode: error?.code,
    errorMessage: error?.message,
    cacheHit: exchange.cached && exchange.cached.hit !== undefined,
    guardrails: guardrailsOf(exchange),
  };
}

/** What each has done, in the words of the ledger; undefined where none was asked. */
function guardrailsOf({ guard }: Charged): SpendOutcome['guardrails'] {
  const results = guard?.run.results ?? [];
  if (results.length === 0) return undefined;
  return results.map(({ name, mode, action, durationMs, findings }) => ({
    name,
    mode,
    action,
    durationMs: Math.round(durationMs),
    ...(findings.length > 0 && { findings }),
  }));
}

function uncountedOf({ deployment, sentText }: Charged): SpendOutcome['uncounted'] {
  const text = sentText?.();
  return text === undefined || !deployment ? undefined : { text, prices: costsOf(deployment).listed };
}

/**
 * The provider's own usage where it is complete. A stream that was cut off is charged for what had been sent: the prompt by
 * its bytes where the provider has not told, the answer by its content events, which carry about a token each.
 */
function usageSoFar(
  { call, asked, cached }: Charged,
  cutOff: boolean,
): { usage: Usage | undefined; estimated: boolean } {
  const reported = cached?.hit?.answer.usage ?? call?.usage;
  const events = call?.contentEvents ?? 0;
  if (!cutOff || events <= (reported?.completionTokens ?? 0)) return { usage: reported, estimated: false };
  const promptTokens = reported?.promptTokens ?? estimateTokens(asked.operation.bodyBytes);
  return { usage: { ...reported, promptTokens, completionTokens: events }, estimated: true };
}
