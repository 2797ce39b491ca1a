/** Makes the ids of client requests: UUIDv7, so that rows lie in the database in the order of time. */
import type { Clock, Random } from '../core/spec/index.js';

const SEQUENCES_PER_MS = 4096;

/**
 * Ids that one maker makes never repeat and ascend, even where the clock stands still or steps back: the 12 bits after
 * the version count within a millisecond, and an overflow borrows from the next one. Makers differ by 62 random bits.
 */
export function createRequestIds(clock: Pick<Clock, 'now'>, random: Random): () => string {
  let lastMs = 0;
  let sequence = 0;
  return () => {
    const nowMs = clock.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      sequence = 0;
    } else if (++sequence === SEQUENCES_PER_MS) {
      lastMs += 1;
      sequence = 0;
    }
    const time = hex(lastMs, 12);
    const variant = hex(0x8000 + Math.floor(random() * 0x4000), 4);
    const tail = hex(Math.floor(random() * 0x1000000), 6) + hex(Math.floor(random() * 0x1000000), 6);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(sequence, 3)}-${variant}-${tail}`;
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
