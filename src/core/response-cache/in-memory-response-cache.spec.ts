/** The bounds of what is kept in memory. */
import type { RecordedAnswer } from '../spec/index.js';
import { FakeClock } from '../testing/fake-clock.js';
import { InMemoryResponseCache } from './in-memory-response-cache.js';

const clock = new FakeClock();
const answerOf = (bytes: number, forMs = 10_000): RecordedAnswer => ({
  form: 'whole',
  parts: [Buffer.alloc(bytes, 'a')],
  usage: undefined,
  storedAtMs: clock.now(),
  expiresAtMs: clock.now() + forMs,
});

it('never holds more bytes than it may, whatever is put in: the least used make room', async () => {
  const cache = new InMemoryResponseCache({ maxBytes: 100_000, clock });
  for (let count = 0; count < 500; count += 1) {
    await cache.set(`k${count}`, answerOf(1_000));
    expect(await cache.get('k0')).toBeDefined();
    expect(cache.usedBytes).toBeLessThanOrEqual(100_000);
  }
  expect(cache.size).toBeGreaterThan(40);
  expect(await cache.get('k1')).toBeUndefined();
});

it('does not take one that is larger than all of it', async () => {
  const cache = new InMemoryResponseCache({ maxBytes: 10_000, clock });
  await cache.set('large', answerOf(20_000));
  expect(await cache.get('large')).toBeUndefined();
});

it('forgets an answer when its time is over, or its own', async () => {
  const cache = new InMemoryResponseCache({ clock, longestMs: 1_000 });
  await cache.set('short', answerOf(10, 500));
  await cache.set('long', answerOf(10, 60_000));
  clock.advance(500);
  expect(await cache.getMany(['short', 'long', 'none'])).toMatchObject([undefined, { form: 'whole' }, undefined]);
  clock.advance(500);
  expect(await cache.get('long')).toBeUndefined();
});

it('says how many of the answers that it was to delete were there', async () => {
  const cache = new InMemoryResponseCache({ clock });
  await cache.set('a', answerOf(10));
  expect(await cache.delete(['a', 'b'])).toBe(1);
  expect(await cache.get('a')).toBeUndefined();
});
