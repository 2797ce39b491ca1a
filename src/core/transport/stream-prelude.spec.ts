/** What comes before a stream's first content is held back, in order, bounded in number and time. */
import { FakeClock } from '../testing/fake-clock.js';
import { StreamPrelude } from './stream-prelude.js';

it('keeps what brings no content, and lets the first content begin the stream', () => {
  const clock = new FakeClock();
  const prelude = new StreamPrelude<string>();
  expect(prelude.isEmpty).toBe(true);
  expect([prelude.keeps('role', 0, { clock }), prelude.keeps('ping', 0, { clock })]).toEqual([true, true]);
  expect(prelude.keeps('text', 1, { clock })).toBe(false);
  expect([prelude.isEmpty, prelude.taken(), prelude.isEmpty]).toEqual([false, ['role', 'ping'], true]);
});

it('lets a stream that shows signs of work begin after two seconds', () => {
  const clock = new FakeClock();
  const prelude = new StreamPrelude<string>();
  prelude.keeps('role', 0, { clock });
  clock.advance(2_000);
  expect(prelude.keeps('searching', 0, { clock })).toBe(true);
  clock.advance(1);
  expect(prelude.keeps('searching', 0, { clock })).toBe(false);
});

it('waits for the first token as long as its time-out allows', () => {
  const clock = new FakeClock();
  const prelude = new StreamPrelude<string>();
  prelude.keeps('role', 0, { clock, firstTokenTimeoutMs: 20_000 });
  clock.advance(15_000);
  expect(prelude.keeps('searching', 0, { clock, firstTokenTimeoutMs: 20_000 })).toBe(true);
});

it('holds no more than a hundred parts', () => {
  const clock = new FakeClock();
  const prelude = new StreamPrelude<number>();
  const kept = Array.from({ length: 150 }, (_, part) => prelude.keeps(part, 0, { clock }));
  expect(kept.filter(Boolean)).toHaveLength(100);
});
