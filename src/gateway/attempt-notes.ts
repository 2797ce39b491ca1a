/** What the router learns of an attempt that has ended. */
import type { GatewayError } from '../core/errors/gateway-error.js';
import type { AttemptNotes } from '../core/router/deployment-state.js';
import type { StartedCall } from './operation.js';
import type { RequestSettings } from './request-settings.js';

/** @param ownDeployment false where the client brought an address or a key of its own, or wants its answer made up */
export function describeAttempt(
  notes: AttemptNotes,
  { call, unrepresentative = false }: StartedCall,
  ownDeployment: boolean,
  { timeoutMs, streamTimeoutMs }: RequestSettings,
  error: GatewayError | undefined,
): void {
  const { sentAt, firstPartAt, usage } = call;
  if (sentAt !== undefined && firstPartAt !== undefined) notes.latencyMs = firstPartAt - sentAt;
  if (usage) notes.tokens = usage.promptTokens + usage.completionTokens;
  const hadOwnDeadline = timeoutMs !== undefined || streamTimeoutMs !== undefined;
  notes.unrepresentative = unrepresentative || !ownDeployment || (hadOwnDeadline && error?.code === 'upstream_timeout');
}
