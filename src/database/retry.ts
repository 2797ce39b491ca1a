/** Tries work again that lost against other writers, after growing, jittered waits. */
import type { Random } from '../core/spec/clock.js';
import { classifyFailure } from './database-errors.js';
import type { Timer } from './timer.js';

export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly timer: Pick<Timer, 'pause'>;
  readonly random: Random;
}

/** Between half of and the whole of an exponentially growing delay. */
export function backoffMs(
  policy: Pick<RetryPolicy, 'firstDelayMs' | 'maxDelayMs' | 'random'>,
  failures: number,
): number {
  const delayMs = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.min(failures, 30));
  return delayMs * (0.5 + policy.random() / 2);
}

/** Only contention (SQLITE_BUSY, deadlock, serialization failure) is tried again; the last error leaves as it came. */
export async function retryContention<T>(policy: RetryPolicy, work: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (failures + 1 >= policy.attempts || classifyFailure(error) !== 'contention') throw error;
    }
    await policy.timer.pause(backoffMs(policy, failures));
  }
}
