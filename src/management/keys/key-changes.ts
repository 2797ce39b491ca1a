/** What a request's fields make of a key's row. Pure. */
import type { Prisma, VirtualKey } from '../../database/database-client.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { UpdateKeyBody } from './key-bodies.dto.js';
import { routesOfType, type KeyType } from './key-fields.js';
import { extrasOf, tagsOf, type KeyExtras } from './key-view.js';

/** A row's columns after a change; each as it was where the change says nothing of it. */
export type ChangedColumns = Pick<
  VirtualKey,
  'keyAlias' | 'models' | 'blocked' | 'metadata' | 'userId' | 'teamId' | 'organizationId' | 'projectId' | 'expires'
> & { readonly allowedRoutes: readonly string[]; readonly settings: KeyExtras };

/**
 * @param body `key_alias` is the new one
 * @param expires undefined: as it was
 * @throws GatewayError `invalid_request` for a type and routes that are not its own
 */
export function changedColumns(row: VirtualKey, body: UpdateKeyBody, expires: Date | null | undefined): ChangedColumns {
  const { aliases, enforced_params: params, allowed_cache_controls: controls, key_type: type } = body;
  const routes = routesFor(type, body.allowed_routes);
  const now = extrasOf(row);
  const settings: KeyExtras = {
    ...now,
    ...(aliases !== undefined && { aliases: aliases ?? {} }),
    ...(params !== undefined && { enforced_params: params ?? [] }),
    ...(controls !== undefined && { allowed_cache_controls: controls ?? [] }),
    ...passThroughLists(body),
    ...(type != null && { key_type: type }),
  };
  return {
    keyAlias: body.key_alias === undefined ? row.keyAlias : body.key_alias,
    models: body.models ?? row.models,
    blocked: body.blocked ?? row.blocked,
    metadata: changedMetadata(row, body),
    userId: body.user_id === undefined ? row.userId : body.user_id,
    teamId: body.team_id === undefined ? row.teamId : body.team_id,
    organizationId: body.organization_id === undefined ? row.organizationId : body.organization_id,
    projectId: body.project_id === undefined ? row.projectId : body.project_id,
    expires: expires === undefined ? row.expires : expires,
    allowedRoutes: routes === undefined ? ((row.allowedRoutes ?? []) as readonly string[]) : routes,
    settings,
  };
}

/** Null takes a list away. */
function passThroughLists(
  body: UpdateKeyBody,
): Pick<KeyExtras, 'allowed_passthrough_routes' | 'denied_passthrough_routes'> {
  const { allowed_passthrough_routes: allowed, denied_passthrough_routes: denied } = body;
  return {
    ...(allowed !== undefined && { allowed_passthrough_routes: allowed ?? [] }),
    ...(denied !== undefined && { denied_passthrough_routes: denied ?? [] }),
  };
}

/** What the columns are for the database. */
export function columnData(columns: ChangedColumns): Prisma.VirtualKeyUpdateInput {
  return {
    ...columns,
    models: columns.models as Prisma.InputJsonValue,
    metadata: columns.metadata as Prisma.InputJsonValue,
    allowedRoutes: [...columns.allowedRoutes],
    settings: columns.settings as Prisma.InputJsonObject,
  };
}

/**
 * The routes that a type stands for, or those that are given themselves; undefined where neither is.
 *
 * @throws GatewayError `invalid_request` where both are given and differ
 */
export function routesFor(
  type: KeyType | null | undefined,
  routes: readonly string[] | null | undefined,
): readonly string[] | undefined {
  if (type == null || (type === 'default' && routes !== undefined)) return routes === null ? [] : routes;
  const preset = routesOfType[type];
  if (routes && routes.length > 0 && [...routes].sort().join() !== [...preset].sort().join()) {
    const reason = `\`allowed_routes\` and the \`key_type\` ${type} differ: it stands for ${preset.join(', ')}. Give one of them.`;
    throw new GatewayError('invalid_request', { param: 'allowed_routes', facts: { reason } });
  }
  return preset;
}

/** Tags stand within the metadata; new metadata without any leaves them as they are. */
function changedMetadata(row: VirtualKey, { metadata, tags }: UpdateKeyBody): VirtualKey['metadata'] {
  const base = { ...(metadata ?? (row.metadata as object)) };
  if (tags !== undefined) return { ...base, tags: tags ?? [] };
  const keepsTags = metadata != null && !Object.hasOwn(metadata, 'tags') && tagsOf(row).length > 0;
  return { ...base, ...(keepsTags && { tags: [...tagsOf(row)] }) };
}
