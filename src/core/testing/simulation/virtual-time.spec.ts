/** Virtual time: events happen in order, the clock shows theirs, and promises have had their effect before the next one. */
import fc from 'fast-check';
import { VirtualTime } from './virtual-time.js';

it('runs events by their time, and those of the same time in the order in which they were arranged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 50 }), async (delays) => {
      const time = new VirtualTime();
      const ran: { at: number; index: number }[] = [];
      for (const [index, ms] of delays.entries()) time.after(ms, () => ran.push({ at: time.monotonic(), index }));
      await time.run();
      const expected = delays.map((at, index) => ({ at, index })).sort((one, other) => one.at - other.at);
      expect(ran).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

it('runs what is arranged meanwhile, and not what was taken back', async () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  const cancel = time.after(20, () => ran.push('taken back'));
  time.after(10, () => {
    ran.push('first');
    cancel();
    time.after(5, () => ran.push('second'));
  });
  await time.run();
  expect([ran, time.monotonic()]).toEqual([['first', 'second'], 15]);
});

it('lets promises have their effect before the next event', async () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  const walk = async (): Promise<void> => {
    await time.sleep(10);
    for (let step = 0; step < 5; step += 1) await Promise.resolve();
    ran.push(`walked at ${time.monotonic()}`);
  };
  void walk();
  time.after(11, () => ran.push('next'));
  await time.run();
  expect(ran).toEqual(['walked at 10', 'next']);
});
