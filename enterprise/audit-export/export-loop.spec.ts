import { ExportLoop } from './export-loop.js';
import type { StepOutcome } from './exporter.js';

interface Rig {
  readonly delays: number[];
  readonly logs: string[];
  readonly loop: ExportLoop;
  readonly calls: { released: number };
}

/** Runs through what the exporter is to answer, as fast as it goes. */
async function run(outcomes: readonly (StepOutcome | Error)[], isOn: () => boolean = () => true): Promise<Rig> {
  const delays: number[] = [];
  const logs: string[] = [];
  const calls = { released: 0 };
  const left = [...outcomes];
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const exporter = {
    state: { sink: 'webhook', done: null, isExporting: true, lastError: null },
    step: async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next ?? 'idle';
    },
    release: async () => void (calls.released += 1),
  };
  const schedule = (task: () => void, delayMs: number) => {
    delays.push(delayMs);
    if (delays.length <= outcomes.length) queueMicrotask(task);
    else finish();
    return () => undefined;
  };
  const log = (message: unknown): void => void logs.push(String(message));
  const loop = new ExportLoop(exporter, isOn, { warn: log, log }, { timer: { schedule }, random: () => 1 });
  loop.start();
  await finished;
  return { delays, logs, loop, calls };
}

it('goes on at once while there is more, looks again soon, and leaves a sink that another has', async () => {
  expect((await run(['sent', 'idle', 'held'])).delays).toEqual([0, 0, 2_000, 15_000]);
});

it('waits longer with every failure, says so once, and says when it works again', async () => {
  const away = new Error('away');
  const { delays, logs } = await run([away, away, away, 'sent', away]);
  expect(delays).toEqual([0, 1_000, 2_000, 4_000, 0, 1_000]);
  expect(logs).toEqual([
    'The audit log cannot be exported to webhook: away',
    'The audit log is exported to webhook again.',
    'The audit log cannot be exported to webhook: away',
  ]);
});

it('does nothing once the licence has ended', async () => {
  const { delays, logs } = await run([new Error('not to be seen')], () => false);
  expect({ delays, logs }).toEqual({ delays: [0, 15_000], logs: [] });
});

it('gives its sink free when it ends', async () => {
  const { loop, calls } = await run(['idle']);
  await loop.stop();
  expect(calls.released).toBe(1);
});
