/** A team as the database keeps it: its JSON columns by their meaning. */
import type { Prisma, Team, TeamMember } from '../../database/database-client.js';
import type { BlockLevel } from '../blocking/block-level.js';

export type TeamWithMembers = Team & { readonly members: readonly TeamMember[] };

export interface StoredCallback {
  readonly callback_name: string;
  readonly callback_type: 'success' | 'failure' | 'success_and_failure';
  /** Configuration, and references to the environment in the place of credentials. */
  readonly callback_vars: Readonly<Record<string, string>>;
}

/** The column `settings`. */
export interface TeamSettings {
  readonly model_aliases?: Readonly<Record<string, string>>;
  /** The budget whose limits hold for each member that has none of its own. */
  readonly team_member_budget_id?: string;
  readonly team_member_key_duration?: string;
  /** What new members may use, where nothing else is said of them. */
  readonly default_team_member_models?: readonly string[];
  readonly access_group_ids?: readonly string[];
  readonly callbacks?: readonly StoredCallback[];
  readonly blocked_level?: BlockLevel;
}

export function settingsOf({ settings }: Pick<Team, 'settings'>): TeamSettings {
  return (settings ?? {}) as TeamSettings;
}

export function modelsOf({ models }: { readonly models: unknown }): readonly string[] {
  return Array.isArray(models) ? models.filter((name) => typeof name === 'string') : [];
}

export function permissionsOf({ memberPermissions }: Pick<Team, 'memberPermissions'>): readonly string[] | null {
  return memberPermissions as readonly string[] | null;
}

/** For a JSON column; absent members are left out. */
export function json(value: object): Prisma.InputJsonObject {
  const entries = Object.entries(value) as [string, Prisma.InputJsonValue | undefined][];
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}
