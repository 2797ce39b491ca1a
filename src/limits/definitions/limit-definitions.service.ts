/** Writes and reads what owners are limited to: their limits, and the budget accounts in which their money is counted. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import type { BudgetAccount, DatabaseClient, Prisma, TransactionClient } from '../../database/database-client.js';
import { BUDGET_TIME_ZONE, type BudgetTimeZone } from './budget-time-zone.js';
import { nextReset } from './next-reset.js';
import { mainAccount, modelAccount, windowAccount, type Owner } from './owner.js';
import { patchLimits, withBudget, type LimitPatch, type StoredLimits } from './owner-limits.js';

/** An owner's limits with the money in its accounts. */
export interface OwnerState {
  readonly budgetId: string | null;
  /** Its own. */
  readonly own: StoredLimits;
  /** Its own, and those of its budget for what it says nothing of. */
  readonly effective: StoredLimits;
  readonly spentNanos: bigint;
  readonly resetAt: Date | null;
  /** The main one, its other windows and its models. */
  readonly accounts: readonly BudgetAccount[];
}

const none: OwnerState = { budgetId: null, own: {}, effective: {}, spentNanos: 0n, resetAt: null, accounts: [] };

@Injectable()
export class LimitDefinitions {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUDGET_TIME_ZONE) private readonly timeZone: BudgetTimeZone,
  ) {}

  /**
   * Changes what the patch names, within the caller's transaction, which also has to append `limitsTopic` for the owner.
   *
   * @throws GatewayError `invalid_request` where the patch names a budget that does not exist: it would limit nothing
   */
  async write(tx: TransactionClient, owner: Owner, patch: LimitPatch): Promise<OwnerState> {
    const row = await tx.ownerLimits.findUnique({ where: { owner } });
    const budgetId = patch.budgetId === undefined ? (row?.budgetId ?? null) : patch.budgetId;
    const budget = await budgetOf(tx, budgetId);
    if (budget === undefined && typeof patch.budgetId === 'string') throw unknownBudget(patch.budgetId);
    const own = patchLimits((row?.limits ?? {}) as StoredLimits, patch);
    const data = { budgetId, limits: own as unknown as Prisma.InputJsonObject };
    await tx.ownerLimits.upsert({ where: { owner }, create: { owner, ...data }, update: data });
    await this.#writeAccounts(tx, owner, withBudget(own, budget));
    return (await this.read(tx, [owner])).get(owner) ?? none;
  }

  /** After a change of a budget: the accounts of all who name it follow. The owners, for the change feed. */
  async followBudget(tx: TransactionClient, budgetId: string): Promise<readonly Owner[]> {
    const budget = await budgetOf(tx, budgetId);
    const rows = await tx.ownerLimits.findMany({ where: { budgetId } });
    for (const { owner, limits } of rows) {
      await this.#writeAccounts(tx, owner as Owner, withBudget(limits as StoredLimits, budget));
    }
    return rows.map(({ owner }) => owner as Owner);
  }

  /** Every owner that is asked for; one without limits and spend is empty. */
  async read(client: DatabaseClient, owners: readonly Owner[]): Promise<ReadonlyMap<Owner, OwnerState>> {
    const where = { owner: { in: [...owners] } };
    const rows = new Map((await client.ownerLimits.findMany({ where })).map((row) => [row.owner, row]));
    const accounts = Map.groupBy(
      await client.budgetAccount.findMany({ where, orderBy: { id: 'asc' } }),
      ({ owner }) => owner,
    );
    const ids = [...new Set([...rows.values()].map(({ budgetId }) => budgetId).filter((id) => id !== null))];
    const found = ids.length === 0 ? [] : await client.budget.findMany({ where: { id: { in: ids } } });
    const budgets = new Map(found.map(({ id, limits }) => [id, limits as StoredLimits]));
    return new Map(
      owners.map((owner) => {
        const row = rows.get(owner);
        const own = (row?.limits ?? {}) as StoredLimits;
        const ofOwner = accounts.get(owner) ?? [];
        const main = ofOwner.find(({ id }) => id === mainAccount(owner));
        return [
          owner,
          {
            budgetId: row?.budgetId ?? null,
            own,
            effective: withBudget(own, row?.budgetId == null ? undefined : budgets.get(row.budgetId)),
            spentNanos: main?.spentNanos ?? 0n,
            resetAt: main?.resetAt ?? null,
            accounts: ofOwner,
          },
        ];
      }),
    );
  }

  /** Sets what an owner has spent in its main window; what is being spent at the moment is counted on top. */
  async resetSpend(tx: TransactionClient, owner: Owner, toNanos: bigint): Promise<void> {
    const id = mainAccount(owner);
    // Made, or locked: what is read next stays so until it is changed.
    const { spentNanos } = await tx.budgetAccount.upsert({
      where: { id },
      create: { id, owner },
      update: { epoch: { increment: 1 } },
    });
    // The leases go on: what is left of them stays committed.
    const change = { increment: toNanos - spentNanos };
    await tx.budgetAccount.update({ where: { id }, data: { spentNanos: change, committedNanos: change } });
  }

  /** For owners that are deleted: their limits and accounts go; the ledger keeps its rows. */
  async remove(tx: TransactionClient, owners: readonly Owner[]): Promise<void> {
    const where = { owner: { in: [...owners] } };
    const accounts = await tx.budgetAccount.findMany({ where, select: { id: true } });
    await tx.budgetLease.deleteMany({ where: { accountId: { in: accounts.map(({ id }) => id) } } });
    await tx.budgetAccount.deleteMany({ where });
    await tx.ownerLimits.deleteMany({ where });
  }

  async #writeAccounts(tx: TransactionClient, owner: Owner, limits: StoredLimits): Promise<void> {
    const wanted = accountsOf(owner, limits);
    const known = new Map((await tx.budgetAccount.findMany({ where: { owner } })).map((row) => [row.id, row]));
    for (const account of wanted) {
      const row = known.get(account.id);
      known.delete(account.id);
      if (!row) {
        await tx.budgetAccount.create({ data: { ...account, owner, resetAt: this.#resetAt(account.duration) } });
      } else if (differs(row, account)) {
        const resetAt = row.duration === account.duration ? row.resetAt : this.#resetAt(account.duration);
        await tx.budgetAccount.update({
          where: { id: row.id },
          // The leases go on, and are counted, until their processes hear of the new epoch and give back what is left.
          data: { ...account, resetAt, epoch: { increment: 1 } },
        });
      }
    }
    // Windows and models that are no longer limited: nobody asks what was spent of them.
    const gone = [...known.keys()].filter((id) => id !== mainAccount(owner));
    await tx.budgetLease.deleteMany({ where: { accountId: { in: gone } } });
    await tx.budgetAccount.deleteMany({ where: { id: { in: gone } } });
  }

  #resetAt(duration: string | null): Date | null {
    return duration === null ? null : nextReset(duration, new Date(this.clock.now()), this.timeZone());
  }
}

type AccountLimits = Pick<
  BudgetAccount,
  'id' | 'model' | 'maxNanos' | 'softNanos' | 'increaseNanos' | 'increaseUntil' | 'duration'
>;

function accountsOf(owner: Owner, limits: StoredLimits): AccountLimits[] {
  const plain = { model: null, softNanos: null, increaseNanos: null, increaseUntil: null };
  const nanos = (text: string | undefined): bigint | null => (text === undefined ? null : BigInt(text));
  const { temp_budget_expiry: until } = limits;
  return [
    {
      ...plain,
      id: mainAccount(owner),
      maxNanos: nanos(limits.max_budget),
      softNanos: nanos(limits.soft_budget),
      increaseNanos: nanos(limits.temp_budget_increase),
      increaseUntil: until === undefined ? null : new Date(until),
      duration: limits.budget_duration ?? null,
    },
    ...(limits.budget_limits ?? []).map(({ budget_duration: duration, max_budget }) => ({
      ...plain,
      id: windowAccount(owner, duration),
      maxNanos: BigInt(max_budget),
      duration,
    })),
    ...Object.entries(limits.model_max_budget ?? {}).map(([model, { max_budget, budget_duration }]) => ({
      ...plain,
      id: modelAccount(owner, model),
      model,
      maxNanos: BigInt(max_budget),
      duration: budget_duration ?? null,
    })),
  ];
}

function differs(row: BudgetAccount, wanted: AccountLimits): boolean {
  return (
    row.maxNanos !== wanted.maxNanos ||
    row.softNanos !== wanted.softNanos ||
    row.increaseNanos !== wanted.increaseNanos ||
    row.increaseUntil?.getTime() !== wanted.increaseUntil?.getTime() ||
    row.duration !== wanted.duration
  );
}

function unknownBudget(id: string): GatewayError {
  const reason = `There is no budget with the id '${id}'. Make it by /budget/new.`;
  return new GatewayError('invalid_request', { param: 'budget_id', facts: { reason } });
}

async function budgetOf(client: DatabaseClient, id: string | null): Promise<StoredLimits | undefined> {
  if (id === null) return undefined;
  const row = await client.budget.findUnique({ where: { id } });
  return row === null ? undefined : (row.limits as StoredLimits);
}
