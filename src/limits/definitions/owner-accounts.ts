/** What becomes of an owner's limits and money when its name changes, and of its further windows when its spend is reset. */
import type { BudgetAccount, DatabaseClient, TransactionClient } from '../../database/database-client.js';
import { mainAccount, type Owner } from './owner.js';

/**
 * Gives all that `from` has to `to`, which must have nothing yet: its limits, and what it has spent. What processes have leased of its
 * accounts goes back, and they ask again under the new name.
 */
export async function moveOwner(tx: TransactionClient, from: Owner, to: Owner): Promise<void> {
  await tx.ownerLimits.updateMany({ where: { owner: from }, data: { owner: to } });
  const accounts = await tx.budgetAccount.findMany({ where: { owner: from } });
  await dropLeases(tx, accounts);
  for (const { id, spentNanos } of accounts) {
    await tx.budgetAccount.update({
      where: { id },
      data: { id: to + id.slice(from.length), owner: to, committedNanos: spentNanos, epoch: { increment: 1 } },
    });
  }
}

/** Begins the windows anew that run beside an owner's main one. */
export async function resetWindows(tx: TransactionClient, owner: Owner): Promise<void> {
  const where = { owner, model: null, id: { not: mainAccount(owner) } };
  await dropLeases(tx, await tx.budgetAccount.findMany({ where, select: { id: true } }));
  await tx.budgetAccount.updateMany({ where, data: { spentNanos: 0n, committedNanos: 0n, epoch: { increment: 1 } } });
}

async function dropLeases(tx: TransactionClient, accounts: readonly { readonly id: string }[]): Promise<void> {
  if (accounts.length === 0) return;
  await tx.budgetLease.deleteMany({ where: { accountId: { in: accounts.map(({ id }) => id) } } });
}

/** The main accounts of many owners, by owner; an owner that has none has spent nothing. */
export async function mainAccountsOf(
  client: DatabaseClient,
  owners: readonly Owner[],
): Promise<Map<string, Pick<BudgetAccount, 'spentNanos' | 'maxNanos' | 'resetAt'>>> {
  const rows = await client.budgetAccount.findMany({
    where: { id: { in: owners.map(mainAccount) } },
    select: { owner: true, spentNanos: true, maxNanos: true, resetAt: true },
  });
  return new Map(rows.map(({ owner, ...account }) => [owner, account]));
}
