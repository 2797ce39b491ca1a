/** When a temporary increase ends: bodies give the moment, or how long it lasts. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { addDuration } from '../keys/duration.js';

/** @throws GatewayError `invalid_request` for an end that no date can hold, or that has passed */
export function increaseEnd(expiry: string, now: Date): Date {
  const end = addDuration(now, expiry) ?? new Date(expiry);
  if (end.getTime() > now.getTime()) return end;
  const reason = '`temp_budget_expiry` must be a moment to come, or a length of time such as 7d.';
  throw new GatewayError('invalid_request', { param: 'temp_budget_expiry', facts: { reason } });
}
