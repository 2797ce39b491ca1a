/** The supervisor's promises, with time and connecting handed in. */
import { ConnectionSupervisor } from './connection-supervisor.js';

function harness(outcomes: readonly (Error | undefined)[]) {
  const left = [...outcomes];
  const pending: { task: () => void; delayMs: number }[] = [];
  const logged: string[] = [];
  const supervisor = new ConnectionSupervisor({
    connect: async () => {
      const outcome = left.shift();
      if (outcome !== undefined) throw outcome;
    },
    timer: {
      schedule: (task, delayMs) => {
        const entry = { task, delayMs };
        pending.push(entry);
        return () => void pending.splice(pending.indexOf(entry), 1);
      },
      pause: () => Promise.resolve(),
    },
    random: () => 1,
    log: { warn: (message) => logged.push(message), info: (message) => logged.push(message) },
  });
  /** Lets the next attempt happen and returns how long it was put off. */
  const elapse = async (): Promise<number | undefined> => {
    const next = pending.shift();
    next?.task();
    await new Promise(setImmediate);
    return next?.delayMs;
  };
  return { supervisor, pending, logged, elapse };
}

const away = new Error('connect ECONNREFUSED');

describe('ConnectionSupervisor', () => {
  it('waits longer after each failure, never longer than three seconds, until the database is there', async () => {
    const { supervisor, elapse } = harness(Array.from({ length: 7 }, () => away));
    expect(supervisor.status).toBe('connecting');
    await supervisor.start(() => false);
    expect(supervisor.status).toBe('unavailable');
    const delays: (number | undefined)[] = [];
    while (supervisor.status !== 'ready') delays.push(await elapse());
    expect(delays).toEqual([200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
  });

  it('throws a fatal failure of the first attempt and does not try again', async () => {
    const { supervisor, pending } = harness([new Error('tampered')]);
    await expect(supervisor.start(() => true)).rejects.toThrow('tampered');
    expect(pending).toEqual([]);
  });

  it('starts one recovery for any number of reports, and logs an outage once', async () => {
    const { supervisor, pending, logged, elapse } = harness([undefined, away, undefined]);
    await supervisor.start(() => false);
    for (let report = 0; report < 100; report += 1) supervisor.reportOutage(away);
    expect(pending).toHaveLength(1);
    await elapse();
    await elapse();
    expect(supervisor.status).toBe('ready');
    expect(logged).toEqual([expect.stringContaining('ECONNREFUSED'), 'The database is available again.']);
  });

  it('makes no attempt after it was stopped', async () => {
    const { supervisor, pending } = harness([away]);
    await supervisor.start(() => false);
    await supervisor.stop();
    expect(pending).toEqual([]);
    supervisor.reportOutage(away);
    expect(pending).toEqual([]);
  });
});
