/** Shows users: one with its keys and teams, or a page of those whom the caller may see. */
import { Injectable } from '@nestjs/common';
import { maySee, type AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { DatabaseClient, Prisma } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { containing } from '../wire/containing.js';
import {
  keySummaryView,
  teamSummaryView,
  type UserAnswer,
  type UserInfoAnswer,
  type UserListAnswer,
} from './user-answers.js';
import { UserEntities } from './user-entities.service.js';
import { forbidden, foreignUser, maySeeUser } from './user-rules.js';
import type { UserListQuery } from './user.dto.js';
import type { KnownUser, UserTeam } from './user.repository.js';

/** Keys and teams that the info of one user shows. */
const mostShown = 100;
/** A filter by membership is a list of ids, and the databases take so many in one query. */
const mostMembers = 30_000;

const columns = {
  user_id: 'id',
  user_email: 'email',
  created_at: 'createdAt',
  user_alias: 'alias',
  user_role: 'role',
  updated_at: 'updatedAt',
  sso_user_id: 'ssoUserId',
} as const;

@Injectable()
export class UserReads {
  constructor(
    private readonly entities: UserEntities,
    private readonly scopes: AccessScopes,
    private readonly database: DatabaseService,
  ) {}

  async info(asked: string | undefined, principal: Principal): Promise<UserInfoAnswer> {
    const { user, scope } = await this.#visible(asked, principal);
    return this.database.run(async (client) => {
      const shown = user.teams.filter((team) => isWhole(scope, user) || mayAdminister(scope, team));
      const where = isWhole(scope, user) ? { userId: user.id } : keysWithin(scope, user, shown);
      const [keys, keyCount] = [
        await client.virtualKey.findMany({
          where,
          orderBy: [{ createdAt: 'desc' }, { token: 'asc' }],
          take: mostShown,
        }),
        await client.virtualKey.count({ where }),
      ];
      const inTeams = shown.slice(0, mostShown);
      const teams = await client.team.findMany({ where: { id: { in: inTeams.map(({ id }) => id) } } });
      const ofTeam = new Map(inTeams.map((team) => [team.id, team]));
      const states = await this.entities.limits.read(client, [
        ...keys.map(({ token }) => ownerOf('key', token)),
        ...teams.map(({ id }) => ownerOf('team', id)),
      ]);
      return {
        user_id: user.id,
        user_info: await this.entities.viewOf(client, user),
        keys: keys.map((row) => keySummaryView(row, states.get(ownerOf('key', row.token)))),
        key_count: keyCount,
        teams: teams.flatMap((row) => {
          const membership = ofTeam.get(row.id);
          return membership ? [teamSummaryView(row, membership, states.get(ownerOf('team', row.id)))] : [];
        }),
      };
    });
  }

  async view(asked: string | undefined, principal: Principal): Promise<UserAnswer> {
    const { user } = await this.#visible(asked, principal);
    return this.database.run((client) => this.entities.viewOf(client, user));
  }

  /** @throws GatewayError `forbidden` for callers who are neither proxy admins nor admins of an organization */
  async list(query: UserListQuery, principal: Principal): Promise<UserListAnswer> {
    const scope = await this.scopes.of(principal);
    const organizations = organizationsOf(query, scope);
    const { page, page_size: pageSize } = query;
    return this.database.run(async (client) => {
      const where = await this.#where(client, query, organizations);
      const total = await client.user.count({ where });
      const rows = await client.user.findMany({
        where,
        orderBy: orderOf(query),
        skip: (page - 1) * pageSize,
        take: pageSize,
        select: { id: true },
      });
      const ids = rows.map(({ id }) => id);
      const known = new Map((await this.entities.users.findMany(ids, client)).map((user) => [user.id, user]));
      const inOrder = ids.flatMap((id) => known.get(id) ?? []);
      const views = await this.entities.viewsOf(client, inOrder);
      const counts = await keyCounts(client, ids);
      return {
        users: views.map((view) => ({ ...view, key_count: counts.get(view.user_id) ?? 0 })),
        total,
        page,
        page_size: pageSize,
        total_pages: Math.ceil(total / pageSize),
      };
    });
  }

  async #visible(asked: string | undefined, principal: Principal): Promise<{ user: KnownUser; scope: AccessScope }> {
    const id = asked ?? principal.userId;
    if (id === undefined) {
      const reason = 'This key belongs to no user. Give the `user_id` that you ask for; /user/list lists them.';
      throw new GatewayError('invalid_request', { param: 'user_id', facts: { reason } });
    }
    const scope = await this.scopes.of(principal);
    const user = await this.entities.users.find(id);
    if (user && maySeeUser(scope, user)) return { user, scope };
    if (scope.everything === 'none') throw foreignUser();
    const reason = `User not found, passed user_id=${id}.`;
    throw new GatewayError('object_not_found', { param: 'user_id', facts: { reason } });
  }

  async #where(
    client: DatabaseClient,
    query: UserListQuery,
    organizations: readonly string[] | undefined,
  ): Promise<Prisma.UserWhereInput> {
    const { role, user_ids: ids, sso_user_ids: ssoIds, user_email: email, search, team } = query;
    const like = (part: string) => containing(part, this.database.dialect);
    const [onlyId] = ids?.length === 1 ? ids : [];
    const all: Prisma.UserWhereInput[] = [];
    if (role) all.push({ role });
    if (ids) all.push({ id: onlyId === undefined ? { in: ids } : like(onlyId) });
    if (ssoIds) all.push({ ssoUserId: { in: ssoIds } });
    if (email !== undefined) all.push({ emailKey: { contains: email.toLowerCase() } });
    if (search !== undefined)
      all.push({ OR: [{ id: like(search) }, { emailKey: { contains: search.toLowerCase() } }] });
    if (team !== undefined) {
      const rows = await client.teamMember.findMany({
        where: { teamId: team },
        select: { userId: true },
        take: mostMembers + 1,
      });
      all.push(amongMembers(rows, 'team'));
    }
    if (organizations) {
      const rows = await client.organizationMember.findMany({
        where: { organizationId: { in: [...organizations] } },
        select: { userId: true },
        distinct: ['userId'],
        take: mostMembers + 1,
      });
      all.push(amongMembers(rows, 'organization_ids'));
    }
    return { AND: all };
  }
}

/** All of a user, keys included: for oneself, for proxy admins and their viewers. */
function isWhole(scope: AccessScope, { id }: KnownUser): boolean {
  return maySee(scope, { userId: id });
}

function mayAdminister(scope: AccessScope, { id, organizationId }: UserTeam): boolean {
  return maySee(scope, { teamId: id, organizationId });
}

/** To admins of teams and organizations: the keys within these. */
function keysWithin(scope: AccessScope, { id }: KnownUser, teams: readonly UserTeam[]): Prisma.VirtualKeyWhereInput {
  return {
    userId: id,
    OR: [
      { teamId: { in: teams.map((team) => team.id) } },
      { organizationId: { in: [...scope.administeredOrganizations] } },
    ],
  };
}

/** The organizations that the list is narrowed to; undefined for all users. */
function organizationsOf(
  { organization_ids: asked }: UserListQuery,
  scope: AccessScope,
): readonly string[] | undefined {
  if (scope.everything !== 'none') return asked;
  const own = scope.administeredOrganizations;
  if (own.size === 0)
    throw forbidden(
      'Only proxy admins and organization admins can list users. See /user/info for yourself.',
      'user_id',
    );
  if (!asked) return [...own];
  const within = asked.filter((id) => own.has(id));
  if (within.length === 0) throw forbidden('You are not an admin of these organizations.', 'organization_ids');
  return within;
}

function amongMembers(rows: readonly { readonly userId: string }[], param: string): Prisma.UserWhereInput {
  if (rows.length <= mostMembers) return { id: { in: rows.map(({ userId }) => userId) } };
  const reason = `More than ${mostMembers} users are in these: the list cannot be narrowed to them. Ask for fewer.`;
  throw new GatewayError('invalid_request', { param, facts: { reason } });
}

function orderOf({ sort_by: by, sort_order: order }: UserListQuery): Prisma.UserOrderByWithRelationInput[] {
  if (by === undefined) return [{ createdAt: order ?? 'desc' }, { id: 'asc' }];
  return [{ [columns[by]]: order ?? 'asc' }, { id: 'asc' }];
}

async function keyCounts(client: DatabaseClient, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const groups = await client.virtualKey.groupBy({
    by: ['userId'],
    where: { userId: { in: [...ids] } },
    _count: { token: true },
  });
  return new Map(groups.flatMap(({ userId, _count }) => (userId === null ? [] : [[userId, _count.token] as const])));
}
