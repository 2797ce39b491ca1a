/** Shows an entry of the audit log as LiteLLM's clients read it, with what the chain adds. */
import { z } from 'zod';
import type { AuditEntry, Prisma } from '../../database/database-client.js';

/** LiteLLM's names of the tables that objects stand in. */
const tableNames: Readonly<Record<string, string>> = {
  key: 'LiteLLM_VerificationToken',
  team: 'LiteLLM_TeamTable',
  user: 'LiteLLM_UserTable',
  model: 'LiteLLM_ProxyModelTable',
  organization: 'LiteLLM_OrganizationTable',
  project: 'LiteLLM_ProjectTable',
  customer: 'LiteLLM_EndUserTable',
  budget: 'LiteLLM_BudgetTable',
  tag: 'LiteLLM_TagTable',
  credential: 'LiteLLM_CredentialsTable',
  access_group: 'LiteLLM_AccessGroupTable',
  config: 'LiteLLM_Config',
  invitation: 'LiteLLM_InvitationLink',
};
const kinds = new Map(Object.entries(tableNames).map(([kind, table]) => [table, kind]));

export const auditActions = ['created', 'updated', 'deleted', 'blocked', 'unblocked', 'rotated'] as const;
export type AuditAction = (typeof auditActions)[number];

/** Actions that are told by the end of our own names. */
const endings: Readonly<Partial<Record<AuditAction, readonly string[]>>> = {
  blocked: ['.block'],
  unblocked: ['.unblock'],
  rotated: ['.regenerate', '.rotate'],
};

export const auditEntrySchema = z.object({
  id: z.string().describe('The sequence as text.'),
  updated_at: z.string(),
  changed_by: z.string().describe('The user, or the key where it belongs to nobody.'),
  changed_by_api_key: z.string().describe("The key's SHA-256; empty where there was none."),
  action: z.enum(auditActions),
  table_name: z.string(),
  object_id: z.string(),
  before_value: z.unknown().describe('Null where the object was made.'),
  updated_values: z.unknown().describe('Null where the object is gone.'),
  sequence: z.number().int(),
  operation: z.string().describe('What was done, such as `key.generate`.'),
  object_kind: z.string(),
  changed_by_role: z.string(),
  address: z.string().describe("The caller's IP address."),
  previous_hash: z.string(),
  hash: z.string(),
});

export function auditEntryView(entry: AuditEntry): z.output<typeof auditEntrySchema> {
  return {
    id: String(entry.sequence),
    updated_at: entry.at.toISOString(),
    changed_by: entry.actor,
    changed_by_api_key: entry.actorKey,
    action: actionOf(entry),
    table_name: tableNames[entry.objectKind] ?? entry.objectKind,
    object_id: entry.objectId,
    before_value: parsed(entry.before),
    updated_values: parsed(entry.after),
    sequence: Number(entry.sequence),
    operation: entry.action,
    object_kind: entry.objectKind,
    changed_by_role: entry.actorRole,
    address: entry.address,
    previous_hash: entry.previous,
    hash: entry.hash,
  };
}

/** The kind of object that a table of LiteLLM's holds; any other name is a kind itself. */
export function kindOfTable(name: string): string {
  return kinds.get(name) ?? name;
}

/** The filter for LiteLLM's word, or for an operation such as `key.generate`. */
export function whereAction(action: string): Prisma.AuditEntryWhereInput {
  const known = auditActions.find((each) => each === action);
  if (known === undefined) return { action };
  const own = endings[known];
  if (own) return { OR: own.map((endsWith) => ({ action: { endsWith } })) };
  const others = Object.values(endings)
    .flat()
    .map((endsWith) => ({ action: { endsWith } }));
  const values = {
    created: { before: null, after: { not: null } },
    deleted: { after: null },
    updated: { before: { not: null }, after: { not: null } },
  }[known as 'created' | 'deleted' | 'updated'];
  return { ...values, NOT: { OR: others } };
}

function actionOf({ action, before, after }: AuditEntry): AuditAction {
  for (const each of auditActions) if (endings[each]?.some((ending) => action.endsWith(ending))) return each;
  if (after === null) return 'deleted';
  return before === null ? 'created' : 'updated';
}

function parsed(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
