/** Adds, changes and deletes models, each checked as an entry of the file is; what is stored is served by every process within two seconds. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { secretMask, withoutSecretParams } from '../../config/secret-params.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { modelsTopic } from '../../database/change-topics.js';
import type { ConfigModel, Prisma, TransactionClient } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import type { NewModelBody, PatchModelBody, StoredModel } from './model.dto.js';
import { membersOf, ModelRepository, type Members, type OpenModel } from './model.repository.js';
import { mayChangeModel, reservedFor, teamOf } from './team-of-model.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly settings: SettingsService,
    private readonly catalog: CatalogService,
    private readonly models: ModelRepository,
  ) {}

  /** @throws GatewayError `invalid_request`, `forbidden`, `conflict`, `no_encryption_key` */
  async add(body: NewModelBody, actor: Actor): Promise<StoredModel> {
    this.checkEnabled();
    const scope = await this.scopes.of(actor.principal);
    const given = withoutNulls(body.model_info ?? {});
    const params = withoutNulls(body.litellm_params);
    checkReserved(scope, params, given, body.blocked ?? false);
    const id = typeof given['id'] === 'string' ? given['id'] : randomUUID();
    const info = { ...given, id: given['id'] ?? id };
    this.check({ id, modelName: body.model_name, litellmParams: params, modelInfo: info });
    const by = { createdBy: actor.name, updatedBy: actor.name };
    const model = {
      id,
      modelName: body.model_name,
      modelInfo: info as Prisma.InputJsonObject,
      blocked: body.blocked ?? false,
      ...by,
    };
    try {
      return await this.write(actor, async (tx) => {
        await checkTeam(tx, scope, teamOf(info));
        const row = await this.models.create(tx, model, params);
        return { action: 'model.new', after: viewOf({ row, params, info }) };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `A model with the id ${id} exists. Change it by PATCH /model/${id}/update, or choose another id.`;
      throw new GatewayError('conflict', { param: 'model_info.id', facts: { reason }, cause: error });
    }
  }

  /** @throws GatewayError `object_not_found` or `forbidden`, and what `add` throws */
  async update(id: string, patch: PatchModelBody, actor: Actor): Promise<StoredModel> {
    this.checkEnabled();
    const scope = await this.scopes.of(actor.principal);
    return this.write(actor, async (tx) => {
      const before = await this.changeable(tx, id, scope);
      if (before.params === null && !patch.litellm_params?.['model']) throw unopened(id);
      const params = patched(before.params ?? {}, patch.litellm_params);
      const info = { ...patched(before.info, patch.model_info), id };
      const newParams = patch.litellm_params ?? {};
      // Its id may be repeated, and what a proxy admin has given it stays.
      checkReserved(scope, newParams, patched(patch.model_info ?? {}, { id: null }), false);
      // The credential's key would go wherever they say.
      if (scope.everything !== 'write' && patch.litellm_params && before.params?.['litellm_credential_name'] != null)
        throw new GatewayError('forbidden', {
          param: 'litellm_params',
          facts: { reason: onlyAdmins('litellm_params') },
        });
      if (teamOf(info) !== teamOf(before.info) && scope.everything !== 'write')
        throw new GatewayError('forbidden', {
          param: 'model_info.team_id',
          facts: { reason: onlyAdmins('model_info.team_id') },
        });
      await checkTeam(tx, scope, teamOf(info));
      const modelName = patch.model_name ?? before.row.modelName;
      this.check({ id, modelName, litellmParams: params, modelInfo: info });
      const data = { modelName, modelInfo: info as Prisma.InputJsonObject, updatedBy: actor.name };
      const row = await this.models.update(tx, id, data, params);
      return { action: 'model.update', before: viewOf(before), after: viewOf({ row, params, info }) };
    });
  }

  /** Only proxy admins come here: a team's admins must not undo what stops their model. */
  async block(id: string, blocked: boolean, actor: Actor): Promise<StoredModel> {
    this.checkEnabled();
    const scope = await this.scopes.of(actor.principal);
    return this.write(actor, async (tx) => {
      const before = await this.changeable(tx, id, scope);
      const row = await this.models.update(tx, id, { blocked, updatedBy: actor.name });
      const action = blocked ? 'model.block' : 'model.unblock';
      return { action, before: viewOf(before), after: viewOf({ ...before, row }) };
    });
  }

  async delete(id: string, actor: Actor): Promise<{ message: string }> {
    this.checkEnabled();
    const scope = await this.scopes.of(actor.principal);
    await this.write(actor, async (tx) => {
      const before = await this.changeable(tx, id, scope);
      await this.models.delete(tx, id);
      return { action: 'model.delete', before: viewOf(before) };
    });
    return { message: `Model: ${id} deleted successfully` };
  }

  /** One audited change of one model; it is served here before the caller hears of it, and elsewhere by the change feed. */
  private async write<View extends { readonly before?: StoredModel; readonly after?: StoredModel }>(
    actor: Actor,
    work: (tx: TransactionClient) => Promise<View & { readonly action: string }>,
  ): Promise<NonNullable<View['after']>> {
    const after = await this.writes.run(actor, async (write) => {
      const { tx } = write;
      const { action, before, after: made } = await work(tx);
      const objectId = (made ?? before)?.model_id ?? '';
      write.audit({ action, objectKind: 'model', objectId, before, after: made });
      write.changed(modelsTopic, objectId);
      return made;
    });
    await this.catalog.refresh();
    return after as NonNullable<View['after']>;
  }

  private async changeable(tx: TransactionClient, id: string, scope: AccessScope): Promise<OpenModel> {
    const found = await this.models.find(id, tx);
    if (found && mayChangeModel(scope, await findTeam(tx, teamOf(found.info)))) return found;
    if (scope.everything !== 'write')
      throw new GatewayError('forbidden', {
        facts: { reason: `The model ${id} does not exist, or is not yours to change.` },
      });
    if (this.settings.current().models.some((entry) => entry.id === id) || this.catalog.current().findDeployment(id)) {
      const reason = `The model ${id} stands in the configuration file. Change it there, or add another one by /model/new.`;
      throw new GatewayError('invalid_request', { facts: { reason } });
    }
    throw new GatewayError('object_not_found', {
      facts: { reason: `There is no model with the id ${id} in the database.` },
    });
  }

  private check(row: { id: string; modelName: string; litellmParams: Members; modelInfo: Members }): void {
    const [fault] = this.catalog.findFaults(row);
    if (!fault) return;
    const { path, message } = fault;
    const reason = path === '' ? message : `\`${path}\`: ${message}`;
    throw new GatewayError('invalid_request', { ...(path !== '' && { param: path }), facts: { reason } });
  }

  private checkEnabled(): void {
    if (this.settings.general.storeModelInDb) return;
    const reason =
      'Models of the database are not served. Set `general_settings.store_model_in_db: true`, or STORE_MODEL_IN_DB=True in the environment, and start the gateway again.';
    throw new GatewayError('invalid_request', { facts: { reason } });
  }
}

function checkReserved(scope: AccessScope, params: Members, info: Members, blocked: boolean): void {
  if (scope.everything === 'write') return;
  const reserved = blocked ? 'blocked' : reservedFor(params, info);
  if (reserved !== null)
    throw new GatewayError('forbidden', { param: reserved, facts: { reason: onlyAdmins(reserved) } });
}

function onlyAdmins(member: string): string {
  return `Only a proxy admin may set \`${member}\`.`;
}

type TeamRow = { readonly id: string; readonly organizationId: string | null };

/** A team that is gone has no admins. */
async function findTeam(tx: TransactionClient, id: string | null): Promise<TeamRow | null> {
  if (id === null) return null;
  return tx.team.findUnique({ where: { id }, select: { id: true, organizationId: true } });
}

async function checkTeam(tx: TransactionClient, scope: AccessScope, teamId: string | null): Promise<void> {
  const team = await findTeam(tx, teamId);
  if (teamId === null || team !== null) {
    if (mayChangeModel(scope, team)) return;
  } else if (scope.everything === 'write') {
    const reason = `\`model_info.team_id\`: there is no team ${teamId}.`;
    throw new GatewayError('invalid_request', { param: 'model_info.team_id', facts: { reason } });
  }
  const reason =
    teamId === null
      ? 'Only a proxy admin may add or change a model that is for all. Name your team in `model_info.team_id`.'
      : `The team ${teamId} does not exist, or is not yours to change.`;
  throw new GatewayError('forbidden', { param: 'model_info.team_id', facts: { reason } });
}

function unopened(id: string): GatewayError {
  const reason = `The parameters of the model ${id} cannot be opened. Give all of them, beginning with \`litellm_params.model\`, or delete it.`;
  return new GatewayError('conflict', { facts: { reason } });
}

function withoutNulls(members: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));
}

function patched(members: Members, patch: Members | null | undefined): Record<string, unknown> {
  // What was shown masked and comes back has not changed.
  const shown = withoutSecretParams(members);
  const isMasked = (name: string, value: unknown): boolean =>
    value === secretMask || (JSON.stringify(value) === JSON.stringify(shown[name]) && value !== shown[name]);
  const meant = Object.entries(patch ?? {}).filter(([name, value]) => !isMasked(name, value));
  return withoutNulls({ ...members, ...Object.fromEntries(meant) });
}

function viewOf({ row, params, info }: { row: ConfigModel; params: Members | null; info: Members }): StoredModel {
  return {
    model_id: row.id,
    model_name: row.modelName,
    litellm_params: withoutSecretParams(params ?? {}),
    model_info: { ...(membersOf(withoutSecretParams(info)) ?? {}), id: row.id },
    blocked: row.blocked,
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  };
}
