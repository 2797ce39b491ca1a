/** Lists keys and their aliases, page by page. */
import { Injectable } from '@nestjs/common';
import { maySeeTeam, type AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { DatabaseClient, Prisma, VirtualKey } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { deletedKeys } from './deleted-keys.js';
import { maySeeKey } from './key-access.js';
import { containing, listFilter, visibleKeys } from './key-filter.js';
import { rowsInOrder, type ColumnSort } from './key-order.js';
import { KeyOwners } from './key-owners.service.js';
import { behind, mostCounted, pageCounts, PageEnds, type Direction, type PageCounts } from './key-page.js';
import { computedSorts, type KeyAliasesQuery, type KeyListQuery } from './key-queries.dto.js';
import { KeyRepository } from './key.repository.js';
import { KeyRules } from './key-rules.service.js';
import { sortByLimits, type ComputedSort } from './key-sort.js';
import { foundByText } from './key-text-search.js';
import { keyView } from './key-view.js';

type Where = Prisma.VirtualKeyWhereInput;

interface Found {
  readonly rows: readonly VirtualKey[];
  readonly counts: PageCounts;
}

@Injectable()
export class KeyLister {
  readonly #ends = new PageEnds();

  constructor(
    private readonly database: DatabaseService,
    private readonly scopes: AccessScopes,
    private readonly owners: KeyOwners,
    private readonly keys: KeyRepository,
    private readonly rules: KeyRules,
  ) {}

  async list(query: KeyListQuery, principal: Principal): Promise<Record<string, unknown>> {
    const scope = await this.scopes.of(principal);
    return this.database.run(async (client) => {
      await this.#check(client, scope, query);
      if (query.status === 'deleted') return deletedKeys(client, scope, query);
      const { rows, counts } = await this.#find(client, scope, query);
      const isFull = query.return_full_object || query.expand !== undefined;
      if (!isFull) return { keys: rows.map(({ token }) => token), ...counts };
      const now = this.rules.now().getTime();
      const users = query.expand === undefined ? new Map<string, object>() : await usersOf(client, rows);
      const states = await this.keys.statesOf(client, rows);
      const keys = states.map((state) => {
        const { token, userId, createdBy } = state.row;
        const user = users.get(userId ?? '');
        const maker = users.get(createdBy);
        return {
          token,
          ...keyView(state, now),
          ...(user && { user }),
          ...(maker && { created_by_user: { ...maker, user_role: undefined } }),
        };
      });
      return { keys, ...counts };
    });
  }

  async aliases(query: KeyAliasesQuery, principal: Principal): Promise<Record<string, unknown>> {
    const scope = await this.scopes.of(principal);
    const { page, size, search, team_id: teamId } = query;
    return this.database.run(async (client) => {
      if (teamId !== undefined) await checkTeam(client, scope, teamId);
      const visible = await this.#visible(client, scope, {
        includeTeamKeys: true,
        includeCreatedByKeys: false,
        organizationId: undefined,
      });
      const led: Where = {
        AND: [visible, { keyAlias: { not: null } }, ...(teamId === undefined ? [] : [{ teamId }])],
      };
      const asked: Where =
        search === undefined ? led : { AND: [led, { keyAlias: containing(search, this.database.dialect) }] };
      const found =
        search === undefined ? null : await foundByText(client, { led, where: asked, exact: { keyAlias: search } });
      const where = found ?? asked;
      const rows = await client.virtualKey.findMany({
        where,
        select: { keyAlias: true },
        orderBy: { keyAlias: 'asc' },
        skip: (page - 1) * size,
        take: size + 1,
      });
      const shown = rows.slice(0, size);
      const counted = await countUpTo(client, where, { team_id: teamId });
      const hasMore = rows.length > size;
      const counts = pageCounts(counted, query, { rows: shown.length, hasMore, isWhole: found === null });
      return { aliases: shown.map(({ keyAlias }) => keyAlias ?? ''), ...counts, size };
    });
  }

  /** @throws GatewayError `forbidden` for another user's, team's or organization's keys */
  async #check(client: DatabaseClient, scope: AccessScope, query: KeyListQuery): Promise<void> {
    if (scope.everything !== 'none') return;
    const { user_id: userId, team_id: teamId, organization_id: organizationId, key_hash: token } = query;
    if (userId !== undefined && userId !== scope.userId) throw notYours('user_id', "another user's");
    if (teamId !== undefined) await checkTeam(client, scope, teamId);
    if (organizationId !== undefined && !scope.organizations.has(organizationId)) {
      throw notYours('organization_id', "this organization's");
    }
    if (token === undefined) return;
    const row = await client.virtualKey.findUnique({ where: { token } });
    const ownership = row && (await this.owners.ownershipsOf(client, [row])).get(token);
    if (!ownership || !maySeeKey(scope, ownership, token)) throw notYours('key_hash', 'these');
  }

  async #visible(
    client: DatabaseClient,
    scope: AccessScope,
    asked: Omit<Parameters<typeof visibleKeys>[1], 'administeredTeamIds'>,
  ): Promise<Where> {
    const organizations = [...scope.administeredOrganizations];
    const teams =
      organizations.length === 0
        ? []
        : await client.team.findMany({ where: { organizationId: { in: organizations } }, select: { id: true } });
    return visibleKeys(scope, { ...asked, administeredTeamIds: teams.map(({ id }) => id) });
  }

  async #find(client: DatabaseClient, scope: AccessScope, query: KeyListQuery): Promise<Found> {
    const now = this.rules.now();
    const asked = {
      includeTeamKeys: query.include_team_keys,
      includeCreatedByKeys: query.include_created_by_keys,
      organizationId: query.organization_id,
    };
    const isAdmin = scope.everything !== 'none';
    const visible = await this.#visible(client, scope, asked);
    const filter = listFilter(visible, query, isAdmin, now, this.database.dialect);
    const found = filter.byText ? await foundByText(client, filter) : null;
    const where = found ?? filter.where;
    const counted = await countUpTo(client, where, found ? {} : query);
    const direction: Direction = query.sort_order.toLowerCase() === 'asc' ? 'asc' : 'desc';
    const sort = query.sort_by;
    const page = isComputed(sort)
      ? await this.#sorted(client, where, query, { sort, direction, counted })
      : await this.#inOrder(client, where, query, { sort, direction });
    const rows = page.slice(0, query.size);
    const hasMore = page.length > query.size;
    return { rows, counts: pageCounts(counted, query, { rows: rows.length, hasMore, isWhole: found === null }) };
  }

  /** By a column. One row more than the page has, where there is one. */
  async #inOrder(
    client: DatabaseClient,
    where: Where,
    { page, size }: KeyListQuery,
    { sort, direction }: { sort: ColumnSort; direction: Direction },
  ): Promise<VirtualKey[]> {
    const order = { sort, direction };
    if (sort !== 'created_at') return rowsInOrder(client, where, order, { skip: (page - 1) * size, take: size + 1 });
    // The moment is not a part of it: a list of what has not expired is the same list a second later.
    const list = JSON.stringify([where, direction, size], (name, value: unknown) =>
      name === 'expires' ? null : value,
    );
    const { after, skip } = this.#ends.startOf(list, page, size);
    const here = after ? { AND: [where, behind(after, direction)] } : where;
    const rows = await rowsInOrder(client, here, order, { skip, take: size + 1 });
    this.#ends.remember(list, page, rows[size - 1]);
    return rows;
  }

  /** By what stands in other tables. */
  async #sorted(
    client: DatabaseClient,
    where: Where,
    { page, size }: KeyListQuery,
    { sort, direction, counted }: { sort: ComputedSort; direction: Direction; counted: number },
  ): Promise<VirtualKey[]> {
    if (counted > mostCounted) {
      const reason = `More than ${mostCounted} keys are too many to be sorted by \`${sort}\`. Narrow the list by a user, a team or another filter.`;
      throw new GatewayError('invalid_request', { param: 'sort_by', facts: { reason } });
    }
    const all = await client.virtualKey.findMany({ where, select: { token: true }, orderBy: { token: 'asc' } });
    const tokens = await sortByLimits(
      client,
      all.map(({ token }) => token),
      sort,
      direction,
    );
    const wanted = tokens.slice((page - 1) * size, page * size + 1);
    const rows = await client.virtualKey.findMany({ where: { token: { in: wanted } } });
    return rows.toSorted((left, right) => wanted.indexOf(left.token) - wanted.indexOf(right.token));
  }
}

/**
 * At most one more than `mostCounted`. A bounded count has an order, and where none is given Prisma takes the key's: then all that matches is
 * read before the first one counts. By a column that the filter holds to one value there is nothing to sort; else by the index of lists.
 */
function countUpTo(client: DatabaseClient, where: Where, query: Partial<KeyListQuery>): Promise<number> {
  const held: readonly (readonly [unknown, Prisma.VirtualKeyOrderByWithRelationInput])[] = [
    [query.user_id !== undefined && query.substring_matching !== true, { userId: 'asc' }],
    [query.project_id !== undefined, { projectId: 'asc' }],
    [query.team_id !== undefined, { teamId: 'asc' }],
    [query.organization_id !== undefined, { organizationId: 'asc' }],
  ];
  const orderBy = held.find(([isHeld]) => isHeld === true)?.[1] ?? { createdAt: 'desc' as const };
  return client.virtualKey.count({ where, orderBy, take: mostCounted + 1 });
}

function isComputed(sort: KeyListQuery['sort_by']): sort is ComputedSort {
  return (computedSorts as readonly string[]).includes(sort);
}

async function checkTeam(client: DatabaseClient, scope: AccessScope, teamId: string): Promise<void> {
  if (scope.everything !== 'none') return;
  const team = await client.team.findUnique({ where: { id: teamId }, select: { organizationId: true } });
  if (!team || !maySeeTeam(scope, teamId, team.organizationId)) throw notYours('team_id', "this team's");
}

function notYours(param: string, whose: string): GatewayError {
  return new GatewayError('forbidden', { param, facts: { reason: `You are not authorized to check ${whose} keys.` } });
}

async function usersOf(client: DatabaseClient, rows: readonly VirtualKey[]): Promise<Map<string, object>> {
  const ids = new Set(rows.flatMap(({ userId, createdBy }) => [userId, createdBy]).filter((id) => id !== null));
  const users = await client.user.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, email: true, alias: true, role: true },
  });
  return new Map(
    users.map(({ id, email, alias, role }) => [
      id,
      { user_id: id, user_email: email, user_alias: alias, user_role: role },
    ]),
  );
}
