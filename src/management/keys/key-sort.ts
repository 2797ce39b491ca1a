/** Sorts keys by what they have spent and by their limits, which stand in other tables. */
import type { DatabaseClient } from '../../database/database-client.js';
import { mainAccountsOf } from '../../limits/definitions/owner-accounts.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';
import type { Direction } from './key-page.js';
import type { computedSorts } from './key-queries.dto.js';
import { keyOwner } from './key.repository.js';

export type ComputedSort = (typeof computedSorts)[number];

/** Ties by token; keys without a value come last, whichever the direction. */
export async function sortByLimits(
  client: DatabaseClient,
  tokens: readonly string[],
  sort: ComputedSort,
  direction: Direction,
): Promise<string[]> {
  const values = await valuesOf(client, tokens, sort);
  const sign = direction === 'asc' ? 1 : -1;
  return tokens.toSorted((left, right) => {
    const [one, other] = [values(left), values(right)];
    if (one === other) return left < right ? -1 : 1;
    if (one === null || other === null) return one === null ? 1 : -1;
    return one < other ? -sign : sign;
  });
}

type Value = bigint | number | null;

async function valuesOf(
  client: DatabaseClient,
  tokens: readonly string[],
  sort: ComputedSort,
): Promise<(token: string) => Value> {
  const owners = tokens.map(keyOwner);
  if (sort === 'tpm_limit' || sort === 'rpm_limit') {
    const rows = await client.ownerLimits.findMany({ where: { owner: { in: owners } } });
    const limits = new Map(rows.map((row) => [row.owner, (row.limits as StoredLimits)[sort]]));
    return (token) => limits.get(keyOwner(token)) ?? null;
  }
  const accounts = await mainAccountsOf(client, owners);
  return (token) => {
    const account = accounts.get(keyOwner(token));
    if (sort === 'spend') return account?.spentNanos ?? 0n;
    return sort === 'max_budget' ? (account?.maxNanos ?? null) : (account?.resetAt?.getTime() ?? null);
  };
}
