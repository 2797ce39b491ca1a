/** What a request goes into the ledger with: its intent before the first attempt, its checkpoints, its outcome. */
import type { GatewayError } from '../core/errors/gateway-error.js';
import { estimateNanos } from '../core/pricing/cost.js';
import type { Deployment, Usage } from '../core/spec/index.js';
import { estimateTokens } from '../core/tokens/estimate-tokens.js';
import type { SpendAttempt, SpendIntent, SpendOutcome, SpendProgress } from '../spend/spend-intent.js';
import { costOf, costsOf, isUnpriced } from './deployment-costs.js';
import type { LlmExchange } from './llm-exchange.js';

/** An exchange as far as its account goes. */
type Charged = Pick<
  LlmExchange,
  'asked' | 'startedAt' | 'startedAtMs' | 'attempts' | 'call' | 'deployment' | 'sentText' | 'stream'
>;

export function intentOf(exchange: Pick<Charged, 'asked' | 'startedAtMs'>, deployment: Deployment): SpendIntent {
  const { asked, startedAtMs } = exchange;
  const { principal, operation, catalog } = asked;
  const { settings, output } = operation;
  const { prices, maxOutputTokens } = costsOf(deployment);
  const size = {
    bodyBytes: operation.bodyBytes,
    answers: output.answers,
    maxTokens: output.none ? 0 : output.maxTokens,
    modelMaxTokens: maxOutputTokens,
    defaultOutputTokens: catalog.defaultReserveOutputTokens,
  };
  return {
    requestId: asked.requestId,
    startedAtMs,
    callType: operation.callType,
    apiKeyHash: principal.keyHash,
    modelGroup: operation.model,
    reservationNanos: prices ? estimateNanos(size, prices) : 0n,
    requesterIp: asked.clientAddress,
    keyAlias: principal.keyAlias,
    userId: principal.userId,
    teamId: principal.teamId,
    organizationId: principal.organizationId,
    projectId: principal.projectId,
    endUser: settings.endUser,
    sessionId: settings.sessionId,
    tags: tagsOf(settings.tags, principal.tags),
  };
}

function tagsOf(ofRequest: readonly string[], ofKey: readonly string[]): readonly string[] | undefined {
  if (ofKey.length === 0) return ofRequest.length > 0 ? ofRequest : undefined;
  return [...new Set([...ofRequest, ...ofKey])];
}

/** The attempt that has just ended, with what it cost. */
export function attemptOf(exchange: Charged, deployment: Deployment, error: GatewayError | undefined): SpendAttempt {
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
  };
}

function uncountedOf({ deployment, sentText }: Charged): SpendOutcome['uncounted'] {
  const text = sentText?.();
  return text === undefined || !deployment ? undefined : { text, prices: costsOf(deployment).listed };
}

/**
 * The provider's own usage where it is complete. A stream that was cut off is charged for what had been sent: the prompt by
 * its bytes where the provider has not told, the answer by its content events, which carry about a token each.
 */
function usageSoFar({ call, asked }: Charged, cutOff: boolean): { usage: Usage | undefined; estimated: boolean } {
  const reported = call?.usage;
  const events = call?.contentEvents ?? 0;
  if (!cutOff || events <= (reported?.completionTokens ?? 0)) return { usage: reported, estimated: false };
  const promptTokens = reported?.promptTokens ?? estimateTokens(asked.operation.bodyBytes);
  return { usage: { ...reported, promptTokens, completionTokens: events }, estimated: true };
}
