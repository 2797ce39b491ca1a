/** LiteLLM's virtual keys, hash for hash: whoever has one goes on using it. */
import { keyHash } from '../../../auth/key-hash.js';
import { keyTopic } from '../../../database/change-topics.js';
import type { TransactionClient } from '../../../database/database-client.js';
import { ownerOf } from '../../../limits/definitions/owner.js';
import {
  json,
  lossesOf,
  needsOf,
  stampsOf,
  type ImportContext,
  type ImportEntity,
  type ImportItem,
} from '../import-entity.js';
import { keptMetadata } from '../kept-metadata.js';
import { limitsOf, spentNanosOf } from '../limits-of-row.js';
import { asNames, type LiteLLMRow } from '../litellm-row.js';
import { NotImportable } from '../not-importable.js';
import { takes } from './users.js';

const hashPattern = /^[0-9a-f]{64}$/;
/** Sessions of LiteLLM's own dashboard are keys of this team. */
const dashboardTeam = 'litellm-dashboard';
const notServed = [
  ...['object_permission_id', 'agent_id', 'policies', 'access_group_ids'],
  ...['permissions', 'config', 'router_settings'],
];

interface KeyItem extends ImportItem {
  readonly keyAlias: string | null;
  create(tx: TransactionClient, dropped?: object): Promise<void>;
}

export function keys(): ImportEntity {
  // Unique here and not there: the first keeps it.
  const takenAliases = new Map<string, string>();
  return {
    name: 'keys',
    objectKind: 'key',
    topic: keyTopic,
    table: 'LiteLLM_VerificationToken',
    key: ['token'],
    plan: (row, context) => (row.text('team_id') === dashboardTeam ? null : keyItem(row, context)),
    existing: async (client, ids) => {
      const rows = await client.virtualKey.findMany({ where: { token: { in: [...ids] } }, select: { token: true } });
      return new Set(rows.map(({ token }) => token));
    },
    withoutConflicts: async (client, items) => {
      const given = items as readonly KeyItem[];
      const aliases = given.flatMap(({ keyAlias }) => keyAlias ?? []);
      const holders = await client.virtualKey.findMany({ where: { keyAlias: { in: aliases } } });
      for (const { keyAlias, token } of holders) if (keyAlias !== null) takenAliases.set(keyAlias, token);
      return given.map((item) => {
        if (takes(takenAliases, item.keyAlias, item.id)) return item;
        return {
          ...item,
          losses: [...item.losses, `key_alias ${item.keyAlias} (taken)`],
          create: (tx: TransactionClient) => item.create(tx, { keyAlias: null }),
        };
      });
    },
  };
}

function keyItem(row: LiteLLMRow, context: ImportContext): KeyItem {
  const given = row.id('token');
  // The oldest versions kept keys as they are.
  const token = given.startsWith('sk-') ? keyHash(given) : given;
  if (!hashPattern.test(token)) throw new NotImportable('its `token` is no SHA-256');
  const { metadata, losses } = keptMetadata(row, ['enforced_params']);
  const enforced = asNames(row.object('metadata')['enforced_params']);
  const routes = row.names('allowed_routes');
  const controls = row.names('allowed_cache_controls');
  const [aliases, keyType] = [row.object('aliases'), row.text('key_type')];
  const settings = {
    ...(Object.keys(aliases).length > 0 && { aliases }),
    ...(enforced.length > 0 && { enforced_params: enforced }),
    ...(controls.length > 0 && { allowed_cache_controls: controls }),
    ...(keyType !== null && keyType !== 'default' && { key_type: keyType }),
  };
  const data = {
    token,
    keyName: row.text('key_name') ?? 'sk-...',
    keyAlias: row.text('key_alias'),
    models: row.names('models'),
    expires: row.date('expires'),
    blocked: row.flag('blocked'),
    metadata: json(metadata),
    userId: row.text('user_id'),
    teamId: row.text('team_id'),
    organizationId: row.text('organization_id'),
    projectId: row.text('project_id'),
    ...(routes.length > 0 && { allowedRoutes: routes }),
    settings: json(settings),
    autoRotate: row.flag('auto_rotate'),
    rotationInterval: row.text('rotation_interval'),
    rotateAt: row.date('key_rotation_at'),
    rotatedAt: row.date('last_rotation_at'),
    rotationCount: row.number('rotation_count') ?? 0,
  };
  return {
    id: token,
    keyAlias: data.keyAlias,
    needs: needsOf({
      user: data.userId,
      team: data.teamId,
      organization: data.organizationId,
      project: data.projectId,
    }),
    shown: {
      key_name: data.keyName,
      key_alias: data.keyAlias,
      models: data.models,
      user_id: data.userId,
      team_id: data.teamId,
    },
    losses: [...losses, ...lossesOf(row, notServed)],
    limits: {
      owner: ownerOf('key', token),
      patch: limitsOf(row),
      spentNanos: spentNanosOf(row),
      resetAt: row.date('budget_reset_at'),
    },
    create: async (tx, dropped = {}) => {
      await tx.virtualKey.create({ data: { ...data, ...dropped, ...stampsOf(row, context) } });
    },
  };
}

/** Keys that were replaced and go on working for a while. */
export const replacedKeys: ImportEntity = {
  name: 'replaced keys',
  objectKind: 'key',
  topic: keyTopic,
  table: 'LiteLLM_DeprecatedVerificationToken',
  key: ['token'],
  plan(row, { now }) {
    const [token, currentToken, validUntil] = [row.id('token'), row.id('active_token_id'), row.date('revoke_at')];
    if (validUntil === null || validUntil.getTime() <= now.getTime()) return null;
    if (!hashPattern.test(token)) throw new NotImportable('its `token` is no SHA-256');
    const data = { token, currentToken, validUntil, replacedAt: row.date('created_at') ?? now };
    return {
      id: token,
      shown: { replaced_by: currentToken, valid_until: validUntil },
      losses: [],
      create: async (tx) => {
        await tx.replacedKey.create({ data });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.replacedKey.findMany({ where: { token: { in: [...ids] } }, select: { token: true } });
    return new Set(rows.map(({ token }) => token));
  },
};
