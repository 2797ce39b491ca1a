/**
 * Adds settled requests to the budget accounts of those who pay, in the transaction that writes their rows.
 *
 * An account's `committedNanos` are its `spentNanos` and what is left of the leases on it; that holds after every statement
 * pair here. What a request takes of a reservation moves from the lease to what is spent, and nothing is committed anew;
 * what it cost beyond, or without a lease that still lives, is.
 */
import type { TransactionClient } from '../database/database-client.js';
import { countsModel, idOf, kindOf, ownerOf, type Owner } from './owner.js';
import { payersOf } from './payers.js';
import type { SettledRow } from './spend-row.js';

/** What one transaction adds to one account. */
interface Share {
  readonly owner: Owner;
  /** Made where it is missing; the others are there as long as they are limited. */
  readonly isMain: boolean;
  costNanos: bigint;
  /** By the epoch of the lease. */
  readonly takenNanos: Map<number, bigint>;
}

/** What was spent by an owner, in all and by model. */
interface OwnerCost {
  nanos: bigint;
  readonly byModel: Map<string, bigint>;
}

/** A million dollars: what is more is a slip in a price, and must not bring an account to where it cannot be added to. */
const mostCountedNanos = 10n ** 15n;
/** PostgreSQL and SQLite take about 32,000 parameters in a statement. */
const mostOwnersAtOnce = 5_000;

/** @param holder the journal whose process made the reservations */
export async function foldAccounts(tx: TransactionClient, holder: string, rows: readonly SettledRow[]): Promise<void> {
  const costs = await withoutReplacedKeys(tx, costsByOwner(rows));
  if (costs.size === 0 && rows.every(({ taken }) => taken.length === 0)) return;
  const shares = await sharesOf(tx, costs);
  addTaken(shares, rows);
  // In one order for all writers, each account before its leases: nobody waits in a circle.
  for (const id of [...shares.keys()].sort()) {
    const share = shares.get(id);
    if (share) await add(tx, holder, id, share);
  }
}

function costsByOwner(rows: readonly SettledRow[]): Map<Owner, OwnerCost> {
  const costs = new Map<Owner, OwnerCost>();
  const charge = (owner: Owner, spentNanos: bigint, model: string): void => {
    const nanos = spentNanos > mostCountedNanos ? mostCountedNanos : spentNanos;
    if (nanos === 0n) return;
    addCost(costs, owner, { nanos, byModel: new Map([[model, nanos]]) });
  };
  for (const row of rows) {
    const { spendNanos, modelGroup, detail } = row;
    const { organizationId, projectId, tags } = detail;
    for (const owner of payersOf({ ...row, organizationId, projectId, tags })) charge(owner, spendNanos, modelGroup);
    for (const { deploymentId, provider, costNanos } of detail.attempts) {
      const nanos = BigInt(costNanos);
      if (deploymentId) charge(ownerOf('deployment', deploymentId), nanos, modelGroup);
      if (provider) charge(ownerOf('provider', provider), nanos, modelGroup);
    }
  }
  return costs;
}

/** A key may have got another value while a request ran: what the request costs is for the new one to pay. */
async function withoutReplacedKeys(
  tx: TransactionClient,
  costs: Map<Owner, OwnerCost>,
): Promise<Map<Owner, OwnerCost>> {
  const tokens = [...costs.keys()].filter((owner) => kindOf(owner) === 'key').map(idOf);
  for (let start = 0; start < tokens.length; start += mostOwnersAtOnce) {
    const replaced = await tx.replacedKey.findMany({
      where: { token: { in: tokens.slice(start, start + mostOwnersAtOnce) } },
      select: { token: true, currentToken: true },
    });
    for (const { token, currentToken } of replaced) {
      const late = costs.get(ownerOf('key', token));
      costs.delete(ownerOf('key', token));
      if (late) addCost(costs, ownerOf('key', currentToken), late);
    }
  }
  return costs;
}

function addCost(costs: Map<Owner, OwnerCost>, owner: Owner, { nanos, byModel }: OwnerCost): void {
  const cost = costs.get(owner) ?? { nanos: 0n, byModel: new Map<string, bigint>() };
  cost.nanos += nanos;
  for (const [model, part] of byModel) cost.byModel.set(model, (cost.byModel.get(model) ?? 0n) + part);
  costs.set(owner, cost);
}

async function sharesOf(tx: TransactionClient, costs: ReadonlyMap<Owner, OwnerCost>): Promise<Map<string, Share>> {
  const shares = new Map<string, Share>();
  for (const [owner, { nanos }] of costs)
    shares.set(owner, { owner, isMain: true, costNanos: nanos, takenNanos: new Map() });
  const owners = [...costs.keys()];
  for (let start = 0; start < owners.length; start += mostOwnersAtOnce) {
    const some = owners.slice(start, start + mostOwnersAtOnce);
    const others = await tx.budgetAccount.findMany({
      where: { owner: { in: some }, id: { notIn: some } },
      select: { id: true, owner: true, model: true },
    });
    for (const { id, owner, model } of others) {
      const cost = costs.get(owner as Owner);
      const costNanos = cost === undefined ? 0n : model === null ? cost.nanos : costOfModel(cost, model);
      if (costNanos > 0n) shares.set(id, { owner: owner as Owner, isMain: false, costNanos, takenNanos: new Map() });
    }
  }
  return shares;
}

function costOfModel({ byModel }: OwnerCost, accountModel: string): bigint {
  let sum = 0n;
  for (const [model, nanos] of byModel) if (countsModel(accountModel, model)) sum += nanos;
  return sum;
}

function addTaken(shares: ReadonlyMap<string, Share>, rows: readonly SettledRow[]): void {
  for (const { taken } of rows) {
    for (const { account, epoch, nanos } of taken) {
      // An account that is not there any more has no leases either.
      const takenNanos = shares.get(account)?.takenNanos;
      if (takenNanos && nanos > 0n) takenNanos.set(epoch, (takenNanos.get(epoch) ?? 0n) + nanos);
    }
  }
}

async function add(tx: TransactionClient, holder: string, id: string, share: Share): Promise<void> {
  const { owner, isMain, costNanos, takenNanos } = share;
  let takenSum = 0n;
  for (const nanos of takenNanos.values()) takenSum += nanos;
  const committed = costNanos - takenSum;
  const data = { spentNanos: { increment: costNanos }, committedNanos: { increment: committed } };
  if (isMain) {
    await tx.budgetAccount.upsert({
      where: { id },
      create: { id, owner, spentNanos: costNanos, committedNanos: committed },
      update: data,
      select: { id: true },
    });
  } else {
    await tx.budgetAccount.updateMany({ where: { id }, data });
  }
  for (const [epoch, nanos] of takenNanos) {
    const where = { accountId: id, holder, epoch };
    const { count } = await tx.budgetLease.updateMany({ where, data: { settledNanos: { increment: nanos } } });
    // The lease has expired, and what was left of it was given back: so much is not committed any more.
    if (count === 0)
      await tx.budgetAccount.updateMany({ where: { id }, data: { committedNanos: { increment: nanos } } });
  }
}

/** Gives back what a process had leased that is gone, once all that it spent has been added. */
export async function releaseLeases(tx: TransactionClient, holder: string): Promise<void> {
  const leases = await tx.budgetLease.findMany({
    where: { holder },
    orderBy: [{ accountId: 'asc' }, { epoch: 'asc' }],
  });
  for (const { accountId, epoch } of leases) await releaseLease(tx, { accountId, holder, epoch }, 0);
}

/**
 * Ends one lease. What is left of it can be spent by others.
 *
 * @param epochs 1 where the holder may still live: its next lease then cannot be taken for this one
 */
export async function releaseLease(
  tx: TransactionClient,
  where: { readonly accountId: string; readonly holder: string; readonly epoch: number },
  epochs: 0 | 1,
): Promise<void> {
  // The account's row first, as everywhere: what is left is read under its lock.
  const id = where.accountId;
  await tx.budgetAccount.updateMany({ where: { id }, data: { epoch: { increment: epochs } } });
  const lease = await tx.budgetLease.findUnique({ where: { accountId_holder_epoch: where } });
  if (lease === null) return;
  await tx.budgetLease.deleteMany({ where });
  const left = lease.grantedNanos - lease.settledNanos;
  if (left !== 0n) await tx.budgetAccount.updateMany({ where: { id }, data: { committedNanos: { decrement: left } } });
}
