/** How long to wait before another attempt: what the provider asked for, else exponential back-off with full jitter. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { Random } from '../spec/clock.js';

const firstDelayMs = 500;
const longestDelayMs = 8_000;
/** A provider that asks for more than this is not waited for. */
export const longestRetryAfterMs = 60_000;

/**
 * @param retry 1 for the first retry
 * @param leastMs the router's `retry_after`
 * @returns milliseconds, or null where waiting makes no sense
 */
export function retryDelayMs(error: GatewayError, retry: number, leastMs: number, random: Random): number | null {
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) return retryAfterMs > longestRetryAfterMs ? null : Math.max(retryAfterMs, leastMs);
  const ceilingMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (retry - 1));
  return Math.max(leastMs, random() * ceilingMs);
}
