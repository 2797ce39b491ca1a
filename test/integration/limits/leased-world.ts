/** Processes that lease of one account on a real database, under a clock that the test moves. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { AccountBudget } from '../../../src/limits/budgets/account-budget.js';
import type { BudgetStore } from '../../../src/limits/budgets/budget-store.js';
import type { Hold } from '../../../src/limits/budgets/lease.js';
import { LeaseKeeper } from '../../../src/limits/budgets/lease-keeper.js';
import { PrismaBudgetStore } from '../../../src/limits/budgets/prisma-budget-store.js';
import { ownerOf, type Owner } from '../../../src/limits/definitions/owner.js';
import { foldAccounts } from '../../../src/spend/fold-accounts.js';
import type { SettledRow } from '../../../src/spend/spend-row.js';
import type { DatabaseUnderTest } from '../support/databases.js';
import { rowOf } from './budget-process.js';

let count = 0;

export class LeasingProcess {
  readonly budget: AccountBudget;
  readonly keeper: LeaseKeeper;
  readonly store: BudgetStore;
  readonly running: Hold[] = [];
  /** Settled, and not carried to the ledger yet. */
  readonly journal: SettledRow[] = [];
  isAlive = true;

  constructor(
    readonly holder: string,
    private readonly world: LeasedWorld,
    epoch: number,
  ) {
    const { database, clock } = world;
    const feed = new ChangeFeedRepository(database);
    this.store = losing(
      new PrismaBudgetStore(database, feed, clock, () => 'UTC', () => holder), // prettier-ignore
      () => world.losesAnswer(),
      (account) => world.recalled(account),
    );
    const reading = {
      ...{
        id: world.id,
        owner: world.owner,
        model: null,
        spentNanos: 0n,
        committedNanos: 0n,
        maxNanos: world.maxNanos,
      },
      ...{ softNanos: null, increaseNanos: null, increaseUntil: null, epoch, duration: null, resetAt: null },
    };
    this.budget = new AccountBudget(reading, {
      ...{ store: this.store, clock, exceededStatus: () => undefined, seen: () => undefined },
      recallPatience: { longestMs: 250, lookMs: 50 },
      pause: async (ms) => {
        world.nowMs += ms;
        await nextTurn();
      },
    });
    this.keeper = new LeaseKeeper(this.store, new Map([[world.id, this.budget]]));
  }

  /** The request's hold, or why there is none. */
  async reserve(want: bigint, least = want): Promise<Hold | string> {
    try {
      const hold = this.budget.tryHold(want) ?? (await this.budget.hold(want, least));
      if (hold === undefined) return 'unlimited';
      this.running.push(hold);
      return hold;
    } catch (error) {
      if (error instanceof GatewayError) return error.code;
      if (error === brokenConnection) return 'broken';
      throw error;
    }
  }

  end(hold: Hold, costNanos: bigint): void {
    this.running.splice(this.running.indexOf(hold), 1);
    this.write(hold, costNanos);
    hold.settle(costNanos < hold.nanos ? costNanos : hold.nanos);
    this.budget.note(costNanos);
  }

  /** As a kill ends it: what was running is charged in full once its journal is carried. */
  crash(): void {
    this.isAlive = false;
    for (const hold of this.running.splice(0)) this.write(hold, hold.nanos);
  }

  async carry(): Promise<void> {
    const rows = this.journal.splice(0);
    await this.world.database.transaction((tx) => foldAccounts(tx, this.holder, rows));
  }

  private write(hold: Hold, costNanos: bigint): void {
    const intent = {
      ...{ requestId: `r${++count}`, startedAtMs: this.world.nowMs, callType: 'acompletion', apiKeyHash: 'k' },
      ...{ modelGroup: 'm', teamId: this.world.team, tags: [], reservationNanos: hold.nanos },
      leases: [{ account: hold.account, epoch: hold.lease.epoch }],
    };
    this.journal.push(rowOf(intent, costNanos, undefined, undefined));
  }
}

export class LeasedWorld {
  readonly team = `t${++count}`;
  readonly owner: Owner = ownerOf('team', this.team);
  readonly id: string = this.owner;
  readonly processes: LeasingProcess[] = [];
  nowMs = 1_700_000_000_000;
  readonly clock = { now: () => this.nowMs, monotonic: () => this.nowMs };
  /** Asked after each statement about leases that has come to pass. */
  losesAnswer: () => boolean = () => false;

  private constructor(
    readonly database: DatabaseService,
    private readonly sql: DatabaseUnderTest['sql'],
    readonly maxNanos: bigint,
  ) {}

  static async make(
    database: DatabaseService,
    sql: DatabaseUnderTest['sql'],
    given: { maxNanos: bigint; processes: number; duration?: string; resetInMs?: number },
  ): Promise<LeasedWorld> {
    const world = new LeasedWorld(database, sql, given.maxNanos);
    const { id, owner, nowMs } = world;
    const window =
      given.duration === undefined
        ? {}
        : { duration: given.duration, resetAt: new Date(nowMs + (given.resetInMs ?? 0)) };
    await database.run((client) =>
      client.budgetAccount.create({ data: { id, owner, maxNanos: given.maxNanos, ...window } }),
    );
    for (let n = 0; n < given.processes; n += 1) world.start();
    return world;
  }

  start(): LeasingProcess {
    const one = new LeasingProcess(`${this.team}-p${++count}`, this, 0);
    this.processes.push(one);
    return one;
  }

  get living(): LeasingProcess[] {
    return this.processes.filter(({ isAlive }) => isAlive);
  }

  recalled(account: string): void {
    if (account === this.id) for (const { budget } of this.living) budget.recalled();
  }

  /** In one statement, so that nothing moves between its parts. */
  async books(): Promise<{ spent: bigint; committed: bigint; leased: bigint; leases: number; epoch: number }> {
    const [row] = await this.sql(
      `SELECT spent_nanos AS spent, committed_nanos AS committed, epoch,
        (SELECT COALESCE(SUM(granted_nanos - settled_nanos), 0) FROM budget_leases WHERE account_id = '${this.id}') AS leased,
        (SELECT COUNT(*) FROM budget_leases WHERE account_id = '${this.id}') AS leases
       FROM budget_accounts WHERE id = '${this.id}'`,
    );
    const number = (name: string): bigint => BigInt(String(row?.[name]));
    return {
      ...{ spent: number('spent'), committed: number('committed'), leased: number('leased') },
      ...{ leases: Number(row?.['leases']), epoch: Number(row?.['epoch']) },
    };
  }

  async setLimit(maxNanos: bigint): Promise<void> {
    const where = { id: this.id };
    const data = { maxNanos, epoch: { increment: 1 } };
    await this.database.run((client) => client.budgetAccount.updateMany({ where, data }));
  }
}

const brokenConnection = new Error('the connection broke');

/** The store whose answers may be lost, after their work was done; recalls arrive at once. */
function losing(store: PrismaBudgetStore, loses: () => boolean, recalled: (account: string) => void): BudgetStore {
  const after = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work;
    if (loses()) throw brokenConnection;
    return answer;
  };
  return {
    findAccount: (id) => after(store.findAccount(id)),
    grant: (terms, nanos) => after(store.grant(terms, nanos)),
    giveBack: (id, epoch, nanos) => after(store.giveBack(id, epoch, nanos)),
    ownLeases: (id) => after(store.ownLeases(id)),
    renew: () => after(store.renew()),
    drop: (lease) => after(store.drop(lease)),
    recall: async (account) => recalled(account),
    reset: (account) => after(store.reset(account)),
    resetDue: () => store.resetDue(),
    expire: () => store.expire(),
  };
}
