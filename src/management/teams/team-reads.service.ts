/** Shows teams: those that the caller belongs to or administers, and all of them to proxy admins and their viewers. */
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes, defaultMemberPermissions } from '../../auth/scope/access-scopes.service.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { DatabaseClient, DeletedObject } from '../../database/database-client.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';
import { budgetTableOf } from '../limit-fields/limit-answers.js';
import { permissionsOf, settingsOf, type TeamWithMembers } from './stored-team.js';
import type { TeamAnswer } from './team-answers.js';
import { administers, noAccessToTeam, standingIn, teamNotFound, type Standing } from './team-rules.js';
import { TEAM_POLICY, type ReadTeamPolicy } from './team-policy.js';
import { TeamViews } from './team-views.service.js';
import { TeamRepository } from './team.repository.js';
import { memberPermissions, type TeamListQuery, type TeamPageQuery } from './team.dto.js';

/** How many keys of each team a list shows. */
const keysInLists = 100;
/** LiteLLM's name for teams that are in no organization. */
const noOrganization = 'default_organization';

@Injectable()
export class TeamReads {
  constructor(
    private readonly scopes: AccessScopes,
    private readonly teams: TeamRepository,
    private readonly views: TeamViews,
    @Inject(TEAM_POLICY) private readonly policy: ReadTeamPolicy,
  ) {}

  async info(id: string, keyLimit: number, principal: Principal): Promise<Record<string, unknown>> {
    const scope = await this.scopes.of(principal);
    return this.teams.read(async (client) => {
      const { team, standing } = await this.#visible(client, scope, id);
      const view = await this.views.one(client, team);
      return {
        team_id: id,
        team_info: { ...view, team_member_budget_table: await this.#memberBudget(client, team) },
        ...(await this.#belongings(client, scope, team, standing, keyLimit)),
      };
    });
  }

  async list(query: TeamListQuery, principal: Principal): Promise<Record<string, unknown>[]> {
    const scope = await this.scopes.of(principal);
    const { organization_id: organization, page, page_size: pageSize } = query;
    const filter = {
      userId: query.user_id,
      organizationId: organization === noOrganization ? null : organization,
      alias: query.team_alias,
    };
    return this.teams.read(async (client) => {
      const order = { by: 'team_alias', direction: 'asc' } as const;
      const { teams } = await this.teams.page(client, scope, filter, order, { page, pageSize });
      const views = await this.views.all(client, teams);
      const lists = [];
      for (const [at, team] of teams.entries()) {
        const belongings = await this.#belongings(client, scope, team, standingIn(scope, team), keysInLists);
        lists.push({ ...views[at], ...belongings });
      }
      return lists;
    });
  }

  async page(query: TeamPageQuery, principal: Principal): Promise<Record<string, unknown>> {
    const scope = await this.scopes.of(principal);
    const { page, page_size: pageSize } = query;
    const { teams, total } =
      query.status === 'deleted'
        ? await this.#deletedPage(scope, { page, pageSize })
        : await this.#livePage(scope, query);
    return { teams, total, page, page_size: pageSize, total_pages: Math.ceil(total / pageSize) };
  }

  /** Teams that the caller may join, with nobody's names in them. */
  async available({ userId }: Principal): Promise<TeamAnswer[]> {
    const ids = this.policy().available;
    if (userId === undefined || ids.length === 0) return [];
    return this.teams.read(async (client) => {
      const teams = await this.teams.findAll(client, ids);
      const open = teams.filter(({ members }) => !members.some((member) => member.userId === userId));
      return this.views.all(
        client,
        open.map((team) => ({ ...team, members: [] })),
      );
    });
  }

  async permissions(id: string, principal: Principal): Promise<Record<string, unknown>> {
    const team = await this.administered(id, principal);
    return {
      team_id: id,
      team_member_permissions: permissionsOf(team) ?? defaultMemberPermissions,
      all_available_permissions: memberPermissions,
    };
  }

  /** For what members do not see: to its admins, and to who sees everything. */
  async administered(id: string, principal: Principal): Promise<TeamWithMembers> {
    const scope = await this.scopes.of(principal);
    const { team, standing } = await this.teams.read((client) => this.#visible(client, scope, id));
    if (!seesAll(standing)) throw noAccessToTeam(id);
    return team;
  }

  async #visible(
    client: DatabaseClient,
    scope: AccessScope,
    id: string,
  ): Promise<{ readonly team: TeamWithMembers; readonly standing: Standing }> {
    const team = await this.teams.find(client, id);
    if (!team) throw teamNotFound(scope, id);
    const standing = standingIn(scope, team);
    if (standing === 'stranger') throw noAccessToTeam(id);
    return { team, standing };
  }

  /** A member who is no admin sees the keys and the spend that are their own. */
  async #belongings(
    client: DatabaseClient,
    { userId }: AccessScope,
    team: TeamWithMembers,
    standing: Standing,
    keyLimit: number,
  ): Promise<{ readonly keys: object[]; readonly team_memberships: object[] }> {
    const all = seesAll(standing);
    const members = all ? team.members : team.members.filter((member) => member.userId === userId);
    const keys = await this.teams.keysOf(client, team.id, all ? undefined : (userId ?? ''), keyLimit);
    return {
      keys: await this.views.keys(client, keys),
      team_memberships: await this.views.memberships(client, members),
    };
  }

  async #memberBudget(client: DatabaseClient, team: TeamWithMembers): Promise<object | null> {
    const id = settingsOf(team).team_member_budget_id;
    const budget = id === undefined ? null : await client.budget.findUnique({ where: { id } });
    if (!budget) return null;
    const effective = budget.limits as StoredLimits;
    const state = { budgetId: budget.id, own: {}, effective, spentNanos: 0n, resetAt: null, accounts: [] };
    return { ...budgetTableOf(state), created_at: budget.createdAt.toISOString() };
  }

  async #livePage(
    scope: AccessScope,
    query: TeamPageQuery,
  ): Promise<{ readonly teams: object[]; readonly total: number }> {
    const filter = {
      userId: query.user_id,
      organizationId: query.organization_id,
      teamId: query.team_id,
      alias: query.team_alias,
      search: query.search,
      searchesIdPrefix: query.search_team_id_match === 'prefix',
    };
    const order = { by: query.sort_by, direction: query.sort_order };
    const range = { page: query.page, pageSize: query.page_size };
    return this.teams.read(async (client) => {
      const { teams, total } = await this.teams.page(client, scope, filter, order, range);
      const ids = teams.map(({ id }) => id);
      const counts = await this.teams.countKeys(client, ids);
      const views = await this.views.all(client, teams);
      return {
        total,
        teams: views.map((view) => ({
          ...view,
          members_count: view.members_with_roles.length,
          keys_count: counts.get(view.team_id) ?? 0,
        })),
      };
    });
  }

  async #deletedPage(
    scope: AccessScope,
    range: { readonly page: number; readonly pageSize: number },
  ): Promise<{ readonly teams: object[]; readonly total: number }> {
    if (scope.everything === 'none') {
      const reason = 'Deleted teams are shown to proxy admins alone.';
      throw new GatewayError('forbidden', { param: 'status', facts: { reason } });
    }
    const { rows, total } = await this.teams.read((client) => this.teams.deleted(client, range));
    return { teams: rows.map(deletedView), total };
  }
}

function seesAll(standing: Standing): boolean {
  return administers(standing) || standing === 'viewer';
}

function deletedView({ data, deletedAt, deletedBy }: DeletedObject): object {
  return { ...(data as object), deleted_at: deletedAt.toISOString(), deleted_by: deletedBy };
}
