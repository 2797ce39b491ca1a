/**
 * The model of many processes on one account, on real databases: whatever is done at once and whichever answers are lost,
 * what is committed is what is spent and leased, and in the end nothing stays reserved.
 */
import fc from 'fast-check';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';
import { LeasedWorld, type LeasingProcess } from './leased-world.js';

const runs = Number(process.env['TOLLGATE_LEASE_RUNS'] ?? 15);
/** `make soak` draws one; a run that failed is told with its own. */
const seed = Number(process.env['TOLLGATE_PROPERTY_SEED'] ?? 1);

type Step = (world: LeasedWorld) => unknown;

const nat = fc.nat(5);
const processOf = (world: LeasedWorld, which: number): LeasingProcess => {
  const found = world.living[which % world.living.length];
  if (!found) throw new Error('no process is alive');
  return found;
};
const reserve = fc.tuple(nat, fc.integer({ min: 1, max: 60 }), fc.nat(60)).map(([which, want, least]): Step => {
  return (world) => processOf(world, which).reserve(BigInt(want), BigInt(Math.min(want, least)));
});
/** @param percent of its reservation that a request costs */
const end = fc.tuple(nat, nat, fc.nat(300)).map(([which, nth, percent]): Step => (world) => {
  const one = processOf(world, which);
  const hold = one.running[nth % Math.max(1, one.running.length)];
  if (hold) one.end(hold, (hold.nanos * BigInt(percent)) / 100n);
});
const carry = nat.map(
  (which): Step =>
    (world) =>
      processOf(world, which).carry(),
);
const keep = nat.map(
  (which): Step =>
    (world) =>
      brokenOrDone(processOf(world, which).keeper.keep()),
);
const pass = fc.constantFrom(10, 300, 6_000, 11_000).map(
  (ms): Step =>
    (world) =>
      void (world.nowMs += ms),
);
const recall: Step = (world) => world.recalled(world.id);
const limit = fc.integer({ min: 0, max: 300 }).map(
  (max): Step =>
    (world) =>
      world.setLimit(BigInt(max)),
);
const lose = fc.integer({ min: 1, max: 5 }).map((nth): Step => (world) => {
  let answers = 0;
  world.losesAnswer = () => nth > 1 && ++answers % nth === 0;
});
const crash = nat.map((which): Step => (world) => {
  processOf(world, which).crash();
  world.start();
});
/** A process that is gone for long: the others renew in time. */
const expire: Step = async (world) => {
  for (const ms of [50_000, 45_000]) {
    for (const { keeper } of world.living) await brokenOrDone(keeper.keep());
    world.nowMs += ms;
  }
  await world.living[0]?.store.expire();
};

async function brokenOrDone(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!/the connection broke/.test(String(error))) throw error;
  });
}

async function play(world: LeasedWorld, rounds: readonly (readonly Step[])[]): Promise<void> {
  for (const steps of rounds) {
    await Promise.all(steps.map((step) => step(world)));
    const { spent, committed, leased } = await world.books();
    expect(committed).toBe(spent + leased);
  }
  world.losesAnswer = () => false;
  for (const one of world.processes) {
    while (one.running[0]) one.end(one.running[0], one.running[0].nanos);
    await one.carry();
  }
  for (let round = 0; round < 9; round += 1) {
    world.nowMs += 15_000;
    for (const { keeper, budget } of world.living) {
      await keeper.keep();
      await budget.returned();
    }
    await world.living[0]?.store.expire();
  }
  const { spent, committed, leases } = await world.books();
  expect([committed, leases]).toEqual([spent, 0]);
}

describeOnBothDatabases(`Leases whatever happens (TOLLGATE_PROPERTY_SEED=${seed})`, (database) => {
  let service: DatabaseService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  afterAll(() => service.onApplicationShutdown());

  const step = fc.oneof(
    { weight: 8, arbitrary: reserve },
    { weight: 6, arbitrary: end },
    { weight: 3, arbitrary: carry },
    { weight: 3, arbitrary: pass },
    { weight: 2, arbitrary: keep },
    { weight: 2, arbitrary: lose },
    fc.constant(recall),
    limit,
    crash,
    fc.constant(expire),
  );

  test(
    `${runs} worlds of three processes: the books are right at any time, and nothing stays reserved`,
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 10, size: 'max' }),
          async (rounds) => {
            const sql = (text: string): Promise<Record<string, unknown>[]> => database.sql(text);
            await play(await LeasedWorld.make(service, sql, { maxNanos: 200n, processes: 3 }), rounds);
          },
        ),
        { numRuns: runs, seed, endOnFailure: true },
      ),
    60_000 + runs * 5_000,
  );
});
