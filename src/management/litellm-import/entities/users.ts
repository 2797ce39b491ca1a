/** LiteLLM's internal users. Passwords stay behind: they are hashed in another way, so their owners set new ones by an invitation. */
import { emailKeyOf } from '../../../auth/email-key.js';
import type { DatabaseClient } from '../../../database/database-client.js';
import { ownerOf } from '../../../limits/definitions/owner.js';
import { json, lossesOf, stampsOf, type ImportContext, type ImportEntity, type ImportItem } from '../import-entity.js';
import { keptMetadata } from '../kept-metadata.js';
import { limitsOf, spentNanosOf } from '../limits-of-row.js';
import type { LiteLLMRow } from '../litellm-row.js';

const roles: Readonly<Record<string, string>> = {
  proxy_admin: 'proxy_admin',
  proxy_admin_viewer: 'proxy_admin_viewer',
  internal_user: 'internal_user',
  internal_user_viewer: 'internal_user_viewer',
  // What makes an admin of an organization is the membership.
  org_admin: 'internal_user',
};

interface UserItem extends ImportItem {
  readonly emailKey: string | null;
  readonly ssoUserId: string | null;
}

export function users(): ImportEntity {
  // Unique here and not there: the first keeps it.
  const taken = { emails: new Map<string, string>(), ssoIds: new Map<string, string>() };
  return {
    name: 'users',
    objectKind: 'user',
    topic: 'user',
    table: 'LiteLLM_UserTable',
    key: ['user_id'],
    plan: (row, context) => userItem(row, context),
    existing: async (client, ids) => {
      const rows = await client.user.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
      return new Set(rows.map(({ id }) => id));
    },
    withoutConflicts: async (client, items) => {
      const given = items as readonly UserItem[];
      for (const { id, emailKey, ssoUserId } of await namesakes(client, given)) {
        if (emailKey !== null) taken.emails.set(emailKey, id);
        if (ssoUserId !== null) taken.ssoIds.set(ssoUserId, id);
      }
      return given.map((item) => {
        const keepsEmail = takes(taken.emails, item.emailKey, item.id);
        const keepsSsoId = takes(taken.ssoIds, item.ssoUserId, item.id);
        if (keepsEmail && keepsSsoId) return item;
        const losses = [
          ...item.losses,
          ...(keepsEmail ? [] : ['user_email (taken)']),
          ...(keepsSsoId ? [] : ['sso_user_id (taken)']),
        ];
        const dropped = {
          ...(!keepsEmail && { email: null, emailKey: null }),
          ...(!keepsSsoId && { ssoUserId: null }),
        };
        return {
          ...item,
          losses,
          create: async (tx) => {
            await item.create(tx, dropped);
          },
        } satisfies ImportItem;
      });
    },
  };
}

interface UserItem {
  create(tx: Parameters<ImportItem['create']>[0], dropped?: object): Promise<void>;
}

function userItem(row: LiteLLMRow, context: ImportContext): UserItem {
  const id = row.id('user_id');
  const email = row.text('user_email');
  const role = roles[row.text('user_role') ?? ''];
  const { metadata, losses } = keptMetadata(row);
  const emailKey = email == null ? null : emailKeyOf(email);
  const ssoUserId = row.text('sso_user_id');
  const { createdBy, updatedBy, ...times } = stampsOf(row, context);
  const data = {
    id,
    email,
    emailKey,
    alias: row.text('user_alias'),
    // Whoever's role is not known may look at what is theirs.
    role: role ?? 'internal_user_viewer',
    ssoUserId,
    models: row.names('models'),
    metadata: json(metadata),
  };
  return {
    id,
    emailKey,
    ssoUserId,
    shown: { user_id: id, user_email: email, user_role: data.role, models: data.models },
    losses: [
      ...losses,
      ...(role === undefined ? [`user_role ${row.text('user_role') ?? '(none)'}`] : []),
      ...lossesOf(row, ['password', 'object_permission_id', 'policies', 'allowed_cache_controls']),
    ],
    limits: {
      owner: ownerOf('user', id),
      patch: limitsOf(row),
      spentNanos: spentNanosOf(row),
      resetAt: row.date('budget_reset_at'),
    },
    create: async (tx, dropped = {}) => {
      await tx.user.create({ data: { ...data, ...dropped, ...times, createdBy, updatedBy } });
    },
  };
}

function namesakes(client: DatabaseClient, items: readonly UserItem[]) {
  const emails = items.flatMap(({ emailKey }) => emailKey ?? []);
  const ssoIds = items.flatMap(({ ssoUserId }) => ssoUserId ?? []);
  return client.user.findMany({
    where: { OR: [{ emailKey: { in: emails } }, { ssoUserId: { in: ssoIds } }] },
    select: { id: true, emailKey: true, ssoUserId: true },
  });
}

/** Whether the owner has the name, or takes it now. */
export function takes(names: Map<string, string>, name: string | null, owner: string): boolean {
  if (name === null) return true;
  const holder = names.get(name) ?? owner;
  names.set(name, holder);
  return holder === owner;
}
