/** Leases on real databases: what a dead process held comes back, windows end once, limits hold while they are changed. */
import { limitsTopic } from '../../../src/database/change-topics.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import type { Hold } from '../../../src/limits/budgets/lease.js';
import { ownerOf } from '../../../src/limits/definitions/owner.js';
import { describeOnBothDatabases, eventually, openDatabase } from '../support/databases.js';
import { BudgetProcess } from './budget-process.js';
import { LeasedWorld, type LeasingProcess } from './leased-world.js';

const holdOf = (found: Hold | string): Hold => {
  if (typeof found === 'string') throw new Error(found);
  return found;
};

jest.setTimeout(60_000);

describeOnBothDatabases('Leases', (database) => {
  let service: DatabaseService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  afterAll(() => service.onApplicationShutdown());

  beforeEach(async () => {
    for (const table of ['budget_leases', 'budget_accounts']) await database.sql(`DELETE FROM ${table}`);
  });

  const worldOf = (given: { maxNanos: bigint; processes: number; duration?: string; resetInMs?: number }) =>
    LeasedWorld.make(service, (text) => database.sql(text), given);

  async function twoOf(world: LeasedWorld): Promise<[LeasingProcess, LeasingProcess]> {
    const [first, second] = world.processes;
    if (!first || !second) throw new Error('there are two');
    return [first, second];
  }

  test('of a process that is gone expire, and what it had begun is charged though its lease is gone', async () => {
    const world = await worldOf({ maxNanos: 100n, processes: 2 });
    const [dead, heir] = await twoOf(world);
    holdOf(await dead.reserve(60n));
    holdOf(await dead.reserve(30n));
    dead.crash();
    expect(await world.books()).toMatchObject({ committed: 90n, leased: 90n });
    expect(await heir.reserve(20n)).toBe('budget_reserved');
    // Renewed a moment ago as far as anybody knows.
    world.nowMs += 89_000;
    expect(await heir.store.expire()).toBe(0);
    await heir.keeper.keep();
    await heir.budget.returned();
    world.nowMs += 2_000;
    expect(await heir.store.expire()).toBe(1);
    expect(await world.books()).toMatchObject({ spent: 0n, committed: 0n, leased: 0n, epoch: 1 });
    // Its journal is adopted late: the lease is not there any more, the debt is.
    await dead.carry();
    expect(await world.books()).toMatchObject({ spent: 90n, committed: 90n, leased: 0n });
    expect(await heir.reserve(20n)).toBe('budget_exceeded');
    holdOf(await heir.reserve(10n));
  });

  test('that are renewed do not expire, and a process that was cut off finds out that its lease is gone', async () => {
    const world = await worldOf({ maxNanos: 100n, processes: 2 });
    const [first, other] = await twoOf(world);
    const running = holdOf(await first.reserve(40n));
    for (let minute = 0; minute < 3; minute += 1) {
      world.nowMs += 60_000;
      await first.keeper.keep();
      expect(await other.store.expire()).toBe(0);
    }
    world.nowMs += 91_000;
    expect(await other.store.expire()).toBe(1);
    await first.keeper.keep();
    expect(first.budget.leases.isEmpty).toBe(true);
    // The next lease has another epoch: the request that ends late is not settled against it.
    const next = holdOf(await first.reserve(10n));
    expect(next.lease.epoch).not.toBe(running.lease.epoch);
    first.end(running, 40n);
    first.end(next, 10n);
    await first.carry();
    await first.keeper.keep();
    expect(await world.books()).toMatchObject({ spent: 50n, committed: 50n, leased: 0n });
  });

  test('go on over the end of a window, which ends once however many processes end it', async () => {
    const world = await worldOf({ maxNanos: 100n, processes: 2, duration: '1d', resetInMs: 1_000 });
    const [first, second] = await twoOf(world);
    first.end(holdOf(await first.reserve(70n)), 70n);
    await first.carry();
    const running = holdOf(await first.reserve(20n));
    world.nowMs += 2_000;
    const resets = await Promise.all([first.store.resetDue(), second.store.resetDue()]);
    expect(resets.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await world.books()).toMatchObject({ spent: 0n, committed: 20n, leased: 20n, epoch: 1 });
    // It is charged to the window in which it ends.
    holdOf(await second.reserve(80n));
    expect(await second.reserve(1n)).toBe('budget_reserved');
    first.end(running, 20n);
    await first.carry();
    expect(await world.books()).toMatchObject({ spent: 20n, committed: 100n, leased: 80n });
  });

  test('whose statements came to pass though their answers were lost are found out before anything else is asked', async () => {
    const world = await worldOf({ maxNanos: 100n, processes: 1 });
    const [only] = world.processes;
    const loseOnce = (): void => {
      let isLost = false;
      // Of the statements of one request: it reads the account, and is granted a slice.
      let answers = 0;
      world.losesAnswer = () => !isLost && ++answers === 2 && (isLost = true);
    };
    loseOnce();
    expect(await only?.reserve(60n)).toBe('broken');
    expect(await world.books()).toMatchObject({ committed: 60n, leased: 60n });
    // The 60 that stand there are its own, and it takes them.
    const hold = holdOf((await only?.reserve(90n)) ?? '');
    expect(await world.books()).toMatchObject({ committed: 100n, leased: 100n });
    only?.end(hold, 90n);
    await only?.carry();
    only?.budget.returnUnused(true);
    await only?.budget.returned();
    expect(await world.books()).toMatchObject({ spent: 90n, committed: 90n, leased: 0n });
  });
});

describeOnBothDatabases('Processes that share a budget', (database) => {
  const team = ownerOf('team', 'shared');
  const caller = { keyHash: 'k', keyAlias: undefined, userId: undefined, teamId: 'shared' };
  let processes: BudgetProcess[] = [];

  beforeEach(async () => {
    processes = [await BudgetProcess.start(database.url), await BudgetProcess.start(database.url)];
  });
  afterEach(async () => {
    for (const each of processes) await each.stop();
    expect(await database.sql('SELECT * FROM budget_leases')).toEqual([]);
    for (const table of ['budget_accounts', 'owner_limits']) await database.sql(`DELETE FROM ${table}`);
  });

  async function define(process: BudgetProcess, maxNanos: bigint): Promise<void> {
    await process.database.transaction(async (tx) => {
      await process.definitions.write(tx, team, { maxNanos });
      await process.feed.append(tx, limitsTopic, team);
    });
  }

  const leased = async (): Promise<number> => {
    const [row] = await database.sql(
      `SELECT COALESCE(SUM(granted_nanos - settled_nanos), 0) AS leased FROM budget_leases WHERE account_id = '${team}'`,
    );
    return Number(row?.['leased']);
  };

  test('give back over the change feed what another needs, and keep what their requests hold', async () => {
    const [first, second] = processes as [BudgetProcess, BudgetProcess];
    await define(first, 1_000n);
    const own = await first.begin({ caller, estimateNanos: 100n });
    // Leased ahead, and not needed.
    const account = first.accounts.all.get(team);
    const reading = account?.account;
    await account?.leases.grant({ account: team, epoch: reading?.epoch ?? 0, maxNanos: 1_000n }, 850n);
    expect(await leased()).toBe(950);
    const other = await second.begin({ caller, estimateNanos: 900n });
    expect(other.reservedNanos).toBe(900n);
    expect(await second.tries({ caller, estimateNanos: 1n })).toBe('budget_reserved');
    own.end(100n);
    other.end(900n);
  });

  test('hear of a new limit, and give back what they had leased under the old one', async () => {
    const [first, second] = processes as [BudgetProcess, BudgetProcess];
    await define(first, 1_000n);
    const running = await first.begin({ caller, estimateNanos: 100n });
    const account = first.accounts.all.get(team);
    await account?.leases.grant({ account: team, epoch: account.account.epoch, maxNanos: 1_000n }, 800n);
    await define(second, 150n);
    await eventually('the limit holds for what is leased', async () => {
      // What hears of a change reads it when it is next asked.
      const found = await first.tries({ caller, estimateNanos: 60n });
      if (typeof found === 'object') found.abort();
      return found === 'budget_reserved' && (await leased()) <= 150;
    });
    const small = await second.begin({ caller, estimateNanos: 50n });
    small.end(50n);
    running.end(100n);
    await first.flush();
    await second.flush();
    expect(await second.tries({ caller, estimateNanos: 1n })).toBe('budget_exceeded');
    await define(first, 2_000n);
    await eventually('the new limit lets pass', async () => {
      const found = await second.tries({ caller, estimateNanos: 1_000n });
      if (typeof found === 'object') found.abort();
      return typeof found === 'object';
    });
  });
});
