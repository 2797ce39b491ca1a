/** The connections, deadline and bounds of one attempt. */
import type { Deployment } from '../core/spec/deployment.js';
import type { CallOptions } from '../core/transport/execute-call.js';
import { estimateTokens } from '../core/tokens/estimate-tokens.js';
import type { Connections, OpenExchange, Operation } from './operation.js';
import type { RequestSettings } from './request-settings.js';

/** Sets the exchange's deadline: a time-out is the request's, and what earlier attempts took is gone. */
export function callOptions(
  exchange: OpenExchange,
  settings: RequestSettings,
  { stream, bodyBytes }: Pick<Operation, 'stream' | 'bodyBytes'>,
  deployment: Deployment,
  connections: Connections,
): CallOptions {
  const { catalog, clock } = exchange;
  const { router } = catalog;
  exchange.deadlineAt = exchange.startedAt + (settings.timeoutMs ?? deployment.timeoutMs ?? router.timeoutMs);
  return {
    dispatcher: connections.dispatcherFor(deployment),
    dispatcherTo: connections.dispatcherTo,
    credentials: connections.credentials,
    clock,
    totalTimeoutMs: Math.max(1, exchange.deadlineAt - clock.monotonic()),
    idleTimeoutMs: stream
      ? (settings.streamTimeoutMs ?? deployment.streamTimeoutMs ?? router.streamTimeoutMs)
      : undefined,
    firstTokenTimeoutMs: stream ? firstTokenTimeoutMs(exchange, deployment, bodyBytes) : undefined,
    maxResponseBytes: catalog.maxResponseBytes,
  };
}

/** The guard against slow streams holds only while somebody else would be asked: a slow answer is better than none. */
function firstTokenTimeoutMs(
  { catalog, hasNext }: OpenExchange,
  deployment: Deployment,
  bodyBytes: number,
): number | undefined {
  const { firstTokenTimeoutMs: configuredMs, rules } = catalog.router;
  const timeoutMs = deployment.firstTokenTimeoutMs ?? configuredMs;
  const { slowStreams } = rules;
  if (slowStreams === undefined || !hasNext) return timeoutMs;
  const guardMs = slowStreams.graceMs + (estimateTokens(bodyBytes) / slowStreams.promptTokensPerSecond) * 1_000;
  return Math.min(timeoutMs ?? Infinity, guardMs);
}
