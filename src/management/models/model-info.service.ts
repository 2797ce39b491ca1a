/** Which deployments a caller is told of, and what: those of the file and of the database, without a secret. */
import { Injectable } from '@nestjs/common';
import { mayUseModel } from '../../auth/model-access.js';
import type { Principal } from '../../auth/principal.js';
import { maySeeTeam, type AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { DatabaseService } from '../../database/database.service.js';
import type { DescribedModel, ModelInfoPageQuery, ModelInfoQuery } from './model.dto.js';
import { describeServed, describeStored, type ModelAccessView } from './model-info-view.js';
import { ModelRepository, type Members, type OpenModel } from './model.repository.js';
import { teamOf } from './team-of-model.js';

interface CallersTeam {
  readonly id: string;
  /** Empty for all. */
  readonly models: readonly string[];
}

interface Caller {
  readonly principal: Principal;
  readonly scope: AccessScope;
  readonly teams: readonly CallersTeam[];
}

export interface ModelInfoPage {
  readonly data: DescribedModel[];
  readonly total_count: number;
  readonly current_page: number;
  readonly total_pages: number;
  readonly size: number;
}

@Injectable()
export class ModelInfoService {
  constructor(
    private readonly catalog: CatalogService,
    private readonly models: ModelRepository,
    private readonly scopes: AccessScopes,
    private readonly database: DatabaseService,
  ) {}

  /** @throws GatewayError `object_not_found` for an id that does not exist or is not the caller's to see */
  async list(query: ModelInfoQuery, principal: Principal): Promise<{ data: DescribedModel[] }> {
    const { litellm_model_id: id, include_team_models: usable, teamId } = query;
    const described = await this.describe(principal);
    const data = described.filter(
      (model) =>
        (id === undefined || model.model_info.id === id) && (!usable || isUsable(model)) && isOfTeam(model, teamId),
    );
    if (id === undefined || data.length > 0) return { data };
    const reason = `The model id '${id.slice(0, 200)}' does not exist or is not available for this API key.`;
    throw new GatewayError('object_not_found', { param: 'litellm_model_id', facts: { reason } });
  }

  async page(query: ModelInfoPageQuery, principal: Principal): Promise<ModelInfoPage> {
    const { page, size, sortBy, sortOrder } = query;
    const found = (await this.describe(principal)).filter((model) => meets(model, query, principal));
    if (sortBy) {
      const sign = sortOrder === 'desc' ? -1 : 1;
      found.sort((left, right) => sign * compare(sortKey(left, sortBy), sortKey(right, sortBy)));
    }
    return {
      data: found.slice((page - 1) * size, page * size),
      total_count: found.length,
      current_page: page,
      total_pages: Math.ceil(found.length / size),
      size,
    };
  }

  /** In the order of the file, then as they were added. */
  private async describe(principal: Principal): Promise<DescribedModel[]> {
    const caller = await this.callerOf(principal);
    const rows = new Map((await this.models.list()).map((model) => [model.row.id, model]));
    const entries = this.catalog.current().entries();
    const served = entries.flatMap((entry) => {
      const { modelName, teamId = null, modelInfo, isStored, id } = entry;
      const access = accessTo(caller, modelName, teamId, modelInfo);
      return access ? [describeServed(entry, isStored ? rows.get(id) : undefined, access)] : [];
    });
    const servedIds = new Set(entries.filter(({ isStored }) => isStored).map(({ id }) => id));
    const others = [...rows.values()].filter(({ row }) => !servedIds.has(row.id));
    return [...served, ...others.flatMap((model) => describeForAdmins(caller, model))];
  }

  private async callerOf(principal: Principal): Promise<Caller> {
    const scope = await this.scopes.of(principal);
    const ids = [...new Set([...scope.teams.keys(), ...(principal.teamId === undefined ? [] : [principal.teamId])])];
    const teams =
      ids.length === 0
        ? []
        : await this.database.run((client) =>
            client.team.findMany({
              where: { id: { in: ids } },
              select: { id: true, models: true },
              orderBy: { id: 'asc' },
            }),
          );
    return { principal, scope, teams: teams.map(({ id, models }) => ({ id, models: namesIn(models) })) };
  }
}

/** Null for what the caller is not told of. */
function accessTo(
  { principal, scope, teams }: Caller,
  modelName: string,
  teamId: string | null,
  info: Members,
): ModelAccessView | null {
  const isAdmin = scope.everything !== 'none';
  const groups = namesIn(info['access_groups']);
  if (teamId !== null) {
    const isOwn = teams.some(({ id }) => id === teamId);
    return isOwn || isAdmin ? { teamIds: [teamId], direct: false } : null;
  }
  const direct = isAdmin || mayUseModel(principal.models, modelName, groups);
  const through = teams.filter(({ models }) => mayUseModel(models, modelName, groups)).map(({ id }) => id);
  return direct || (principal.models.length === 0 && through.length > 0) ? { teamIds: through, direct } : null;
}

/** What is not served is told of to those who can mend it. */
function describeForAdmins({ scope }: Caller, model: OpenModel): DescribedModel[] {
  const teamId = teamOf(model.info);
  const isAdmin =
    scope.everything !== 'none' ||
    (teamId !== null && scope.teams.get(teamId)?.role === 'admin' && maySeeTeam(scope, teamId, null));
  return isAdmin ? [describeStored(model, { teamIds: teamId === null ? [] : [teamId], direct: false })] : [];
}

function meets(model: DescribedModel, query: ModelInfoPageQuery, { userId, keyHash }: Principal): boolean {
  const { model: name, modelId, search, teamId, user_models_only: own, include_team_models: usable } = query;
  const { access_group: group, wildcard_only: patterns, blocked } = query;
  const { model_name: modelName, model_info: info } = model;
  return (
    (name === undefined || modelName === name) &&
    (modelId === undefined || info.id === modelId) &&
    (search === undefined || modelName.toLowerCase().includes(search.toLowerCase())) &&
    (!own || info['created_by'] === (userId ?? keyHash)) &&
    (!usable || isUsable(model)) &&
    (group === undefined || namesIn(info['access_groups']).includes(group)) &&
    (!patterns || modelName.includes('*')) &&
    (blocked === undefined || info.blocked === blocked) &&
    isOfTeam(model, teamId)
  );
}

function isUsable({ model_info: info }: DescribedModel): boolean {
  return info.direct_access || info.access_via_team_ids.length > 0;
}

function isOfTeam({ model_info: info }: DescribedModel, teamId: string | undefined): boolean {
  return (
    teamId === undefined || teamId.trim() === '' || info.direct_access || info.access_via_team_ids.includes(teamId)
  );
}

type SortName = NonNullable<ModelInfoPageQuery['sortBy']>;

function sortKey({ model_name: name, model_info: info }: DescribedModel, sortBy: SortName): string | number {
  switch (sortBy) {
    case 'model_name':
      return name;
    case 'costs':
      return Number(info['input_cost_per_token'] ?? 0) + Number(info['output_cost_per_token'] ?? 0);
    case 'status':
      return Number(info.db_model);
    case 'created_at':
    case 'updated_at':
      return typeof info[sortBy] === 'string' ? info[sortBy] : '';
  }
}

function compare(left: string | number, right: string | number): number {
  return left < right ? -1 : Number(left > right);
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
