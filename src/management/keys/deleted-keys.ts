/** Keys that were deleted, as they were then. */
import { maySee, type AccessScope } from '../../auth/scope/access-scope.js';
import type { DatabaseClient, DeletedObject } from '../../database/database-client.js';
import { mostCounted, pageCounts } from './key-page.js';
import type { KeyListQuery } from './key-queries.dto.js';
import { deletedKeyKind } from './key.repository.js';

type View = Readonly<Record<string, unknown>>;

/** The last one with this hash: the same key may have been made and deleted more than once. */
export async function findDeletedKey(client: DatabaseClient, token: string): Promise<View | null> {
  const where = { kind: deletedKeyKind, id: token };
  const row = await client.deletedObject.findFirst({ where, orderBy: { deletedAt: 'desc' } });
  return row && viewOf(row);
}

/** A page of them, from the `mostCounted` that were deleted last. */
export async function deletedKeys(
  client: DatabaseClient,
  scope: AccessScope,
  query: KeyListQuery,
): Promise<Record<string, unknown>> {
  const { page, size } = query;
  const rows = await client.deletedObject.findMany({
    where: { kind: deletedKeyKind, ...(query.key_hash !== undefined && { id: query.key_hash }) },
    orderBy: [{ deletedAt: 'desc' }, { id: 'asc' }],
    take: mostCounted,
  });
  const found = rows
    .map((row): View => ({ token: row.id, ...viewOf(row) }))
    .filter((view) => maySee(scope, ownershipOfView(view)) && matches(view, query));
  const sorted = found.toSorted(byField(query.sort_by, query.sort_order.toLowerCase() === 'asc' ? 1 : -1));
  const shown = sorted.slice((page - 1) * size, page * size);
  const isFull = query.return_full_object || query.expand !== undefined;
  const hasMore = sorted.length > page * size;
  return {
    keys: isFull ? shown : shown.map(({ token }) => token),
    ...pageCounts(sorted.length, query, { rows: shown.length, hasMore }),
  };
}

export function ownershipOfView(view: View): { userId?: string; teamId?: string; organizationId?: string } {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const [userId, teamId, organizationId] = [view['user_id'], view['team_id'], view['organization_id']].map(text);
  return {
    ...(userId !== undefined && { userId }),
    ...(teamId !== undefined && { teamId }),
    ...(organizationId !== undefined && { organizationId }),
  };
}

function viewOf({ data, deletedAt, deletedBy }: DeletedObject): View {
  const was = data as View;
  return { ...was, status: 'deleted', deleted_at: deletedAt.toISOString(), deleted_by: deletedBy };
}

const exact = ['user_id', 'team_id', 'organization_id', 'project_id'] as const;

function matches(view: View, query: KeyListQuery): boolean {
  const alias = typeof view['key_alias'] === 'string' ? view['key_alias'] : '';
  const has = (part: string): boolean => alias.toLowerCase().includes(part.toLowerCase());
  const { key_alias: wanted, search, substring_matching: bySubstring } = query;
  return (
    exact.every((field) => query[field] === undefined || view[field] === query[field]) &&
    (wanted === undefined || (bySubstring ? has(wanted) : alias === wanted)) &&
    (search === undefined || view['token'] === search || has(search))
  );
}

function byField(field: string, sign: 1 | -1): (left: View, right: View) => number {
  return (left, right) => {
    const [one, other] = [left[field] ?? null, right[field] ?? null] as (string | number | null)[];
    if (one === other || one === undefined || other === undefined) return 0;
    if (one === null || other === null) return one === null ? 1 : -1;
    return one < other ? -sign : sign;
  };
}
