/** How often a failure is worth another attempt: by its kind, and by what the operator says of that kind. */
import type { GatewayError } from '../errors/gateway-error.js';
import { failureClassOf } from './failure-class.js';
import type { RoutingRules } from './routing-rules.js';

/** @returns attempts besides the first */
export function retriesFor(
  error: GatewayError,
  modelGroup: string,
  asked: number,
  rules: RoutingRules,
  hasOther: boolean,
): number {
  const kind = failureClassOf(error.code);
  if (kind !== undefined) {
    const ofGroup = Object.hasOwn(rules.groupRetries, modelGroup) ? rules.groupRetries[modelGroup] : undefined;
    const set = ofGroup?.[kind] ?? rules.retries[kind];
    if (set !== undefined) return set;
  }
  // Bad credentials stay bad: they are worth another attempt only where another deployment has others.
  if (kind === 'Authentication') return hasOther ? asked : 0;
  return error.retryable ? asked : 0;
}
