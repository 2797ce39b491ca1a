/** What of the ledger a caller may see, as filters of its tables: pure rules. */
import { fromJson, type Dialect, type Prisma } from '../../database/database-client.js';

export interface SpendScope {
  /** Proxy admins and their viewers. */
  readonly everything: boolean;
  readonly userId: string | undefined;
  /** The key that is used; empty for callers without one. */
  readonly keyHash: string;
  /** Teams that the caller administers, those of administered organizations included. */
  readonly teamIds: readonly string[];
  readonly organizationIds: readonly string[];
}

/** The sums by day that the caller may see. */
export function sumsWithin(scope: SpendScope): Prisma.DailySpendWhereInput {
  if (scope.everything) return {};
  return {
    OR: [
      ...ownOf(scope),
      ...(scope.teamIds.length > 0 ? [{ teamId: { in: [...scope.teamIds] } }] : []),
      ...(scope.organizationIds.length > 0 ? [{ organizationId: { in: [...scope.organizationIds] } }] : []),
    ],
  };
}

/** The rows that the caller may see. */
export function rowsWithin(scope: SpendScope, dialect: Dialect): Prisma.SpendLogWhereInput {
  if (scope.everything) return {};
  return {
    OR: [
      ...ownOf(scope),
      ...(scope.teamIds.length > 0 ? [{ teamId: { in: [...scope.teamIds] } }] : []),
      ...scope.organizationIds.map((id) => ({ detail: fromJson(dialect, 'organizationId', { equals: id }) })),
    ],
  };
}

/**
 * An empty text is what rows have that belong to nobody. The key's filter is there for callers without one too: Prisma takes an empty `OR`
 * within an `AND` for no filter at all, and an empty `in` for one that nothing passes.
 */
function ownOf({ userId, keyHash }: SpendScope): ({ userId: string } | { apiKeyHash: { in: string[] } })[] {
  return [{ apiKeyHash: { in: keyHash === '' ? [] : [keyHash] } }, ...(userId ? [{ userId }] : [])];
}
