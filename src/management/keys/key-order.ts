/** Rows of a list of keys in the order of a column, each order such that an index has it. */
import type { DatabaseClient, Prisma, VirtualKey } from '../../database/database-client.js';
import type { Direction } from './key-page.js';
import type { columnSorts } from './key-queries.dto.js';

export type ColumnSort = (typeof columnSorts)[number];
type Where = Prisma.VirtualKeyWhereInput;
type OrderBy = Prisma.VirtualKeyOrderByWithRelationInput[];

export interface Part {
  readonly skip: number;
  readonly take: number;
}

/** Keys without a value come last, whichever the direction. Ties by token. */
export function rowsInOrder(
  client: DatabaseClient,
  where: Where,
  { sort, direction }: { readonly sort: ColumnSort; readonly direction: Direction },
  part: Part,
): Promise<VirtualKey[]> {
  const byToken = { token: direction };
  switch (sort) {
    case 'created_at':
      return rowsAt(client, where, [{ createdAt: direction }, byToken], part);
    case 'updated_at':
      return rowsAt(client, where, [{ updatedAt: direction }, byToken], part);
    case 'token':
      return rowsAt(client, where, [byToken], part);
    case 'key_alias':
    case 'expires': {
      const column = sort === 'expires' ? 'expires' : 'keyAlias';
      if (direction === 'desc') return valuesFirst(client, where, column, part);
      return rowsAt(client, where, [{ [column]: { sort: direction, nulls: 'last' } }, byToken], part);
    }
  }
}

const leastSkippedByToken = 1_000;

/** What is skipped is not read whole: an index alone tells the tokens. */
async function rowsAt(
  client: DatabaseClient,
  where: Where,
  orderBy: OrderBy,
  { skip, take }: Part,
): Promise<VirtualKey[]> {
  if (skip < leastSkippedByToken) return client.virtualKey.findMany({ where, orderBy, skip, take });
  const tokens = await client.virtualKey.findMany({ where, orderBy, skip, take, select: { token: true } });
  return client.virtualKey.findMany({ where: { token: { in: tokens.map(({ token }) => token) } }, orderBy });
}

/** From the greatest value down, then those without one: together no index has them, PostgreSQL's begin with those without. */
async function valuesFirst(
  client: DatabaseClient,
  where: Where,
  column: 'expires' | 'keyAlias',
  { skip, take }: Part,
): Promise<VirtualKey[]> {
  const valued = { AND: [where, { [column]: { not: null } }] };
  const rows = await rowsAt(client, valued, [{ [column]: 'desc' }, { token: 'desc' }], { skip, take });
  if (rows.length === take) return rows;
  const counted =
    rows.length > 0 || skip === 0
      ? skip + rows.length
      : await client.virtualKey.count({ where: valued, orderBy: { [column]: 'desc' }, take: skip });
  const without = { AND: [where, { [column]: null }] };
  const rest = { skip: Math.max(0, skip - counted), take: take - rows.length };
  return [...rows, ...(await rowsAt(client, without, [{ token: 'desc' }], rest))];
}
