/** What the configuration says of users, customers and tags, as the rooms read it. */
import { readFileSync } from 'node:fs';
import { nanosFromUsd } from '../core/pricing/money.js';
import { errorAt, type ConfigProblem, type Origin } from './config-problem.js';
import type { WireGeneralSettings, WireLitellmSettings } from './schema/settings.schema.js';

export interface IdentitySettings {
  readonly newUsers: NewUserSettings;
  readonly customers: CustomerSettings;
  /** By the tag's name. */
  readonly tagBudgets: ReadonlyMap<string, DeclaredBudget>;
  readonly passwords: PasswordPolicy;
}

/** What a user gets who is made without it. */
export interface NewUserSettings {
  readonly role: 'internal_user' | 'internal_user_viewer' | 'proxy_admin_viewer' | undefined;
  readonly models: readonly string[] | undefined;
  readonly maxBudgetUsd: number | undefined;
  readonly budgetDuration: string | undefined;
  readonly tpm: number | undefined;
  readonly rpm: number | undefined;
  readonly maxParallel: number | undefined;
  readonly teams: readonly NewMembership[];
  /** Teams that users may join by themselves. */
  readonly availableTeams: readonly string[];
  /** For the role `internal_user` alone. */
  readonly internalUser: { readonly maxBudgetUsd: number | undefined; readonly budgetDuration: string | undefined };
}

export interface NewMembership {
  readonly teamId: string;
  readonly role: 'user' | 'admin';
  readonly maxBudgetUsd: number | undefined;
}

export interface CustomerSettings {
  /** For customers who have no budget. */
  readonly maxBudgetNanos: bigint | undefined;
  readonly budgetId: string | undefined;
  readonly blocked: ReadonlySet<string>;
}

export interface DeclaredBudget {
  readonly maxNanos: bigint;
  readonly duration: string | null;
}

export interface PasswordPolicy {
  readonly minLength: number;
  readonly needsUppercase: boolean;
  readonly needsLowercase: boolean;
  readonly needsDigit: boolean;
  readonly needsSpecial: boolean;
}

/** @param blockedListAt where `blocked_user_list` stands, for what is wrong with it */
export function toIdentitySettings(
  litellm: WireLitellmSettings,
  general: WireGeneralSettings,
  blockedListAt: Origin,
  problems: ConfigProblem[],
): IdentitySettings {
  const { max_end_user_budget: most, max_end_user_budget_id: budgetId } = litellm;
  return {
    newUsers: toNewUserSettings(litellm),
    customers: {
      maxBudgetNanos: most === undefined ? undefined : nanosFromUsd(most),
      budgetId,
      blocked: new Set(readBlocked(litellm.blocked_user_list, blockedListAt, problems)),
    },
    tagBudgets: new Map(
      Object.entries(litellm.tag_budget_config).map(([tag, given]) => [
        tag,
        {
          maxNanos: nanosFromUsd(given.max_budget ?? given.budget_limit ?? 0),
          duration: given.budget_duration ?? given.time_period ?? null,
        },
      ]),
    ),
    passwords: {
      minLength: general.password_policy_min_length,
      needsUppercase: general.password_policy_require_uppercase,
      needsLowercase: general.password_policy_require_lowercase,
      needsDigit: general.password_policy_require_numbers,
      needsSpecial: general.password_policy_require_special_characters,
    },
  };
}

function toNewUserSettings(wire: WireLitellmSettings): NewUserSettings {
  const given = wire.default_internal_user_params;
  return {
    role: given.user_role,
    models: given.models,
    maxBudgetUsd: given.max_budget,
    budgetDuration: given.budget_duration,
    tpm: given.tpm_limit,
    rpm: given.rpm_limit,
    maxParallel: given.max_parallel_requests,
    teams: (given.teams ?? []).map((team) =>
      typeof team === 'string'
        ? { teamId: team, role: 'user', maxBudgetUsd: undefined }
        : { teamId: team.team_id, role: team.user_role, maxBudgetUsd: team.max_budget_in_team },
    ),
    availableTeams: given.available_teams ?? [],
    internalUser: { maxBudgetUsd: wire.max_internal_user_budget, budgetDuration: wire.internal_user_budget_duration },
  };
}

function readBlocked(given: readonly string[] | string, origin: Origin, problems: ConfigProblem[]): readonly string[] {
  if (typeof given !== 'string') return given;
  try {
    const lines = readFileSync(given, 'utf8').split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(errorAt(origin, `the file of blocked customers cannot be read: ${reason}. Correct the path.`));
    return [];
  }
}
