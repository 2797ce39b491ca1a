/** Waits for what happens by itself, and says what did not. */
import { setTimeout as wait } from 'node:timers/promises';

/** Resolves as soon as `isTrue` holds; throws with `what` after `withinMs` milliseconds. */
export async function eventually(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await wait(10);
  }
}
