/** What a user gets who is made without it, as the configuration says. */
import type { NewUserSettings } from '../../config/identity-settings.js';
import type { NewUserBody } from './user.dto.js';
import type { UserRole } from './user-rules.js';

export interface NewMember {
  readonly teamId: string;
  readonly role: 'user' | 'admin';
  readonly maxBudgetUsd: number | undefined;
}

/** The body with the defaults in place of what it does not say. */
export function withDefaults(body: NewUserBody, settings: NewUserSettings): NewUserBody & { user_role: UserRole } {
  const role = body.user_role ?? settings.role ?? 'internal_user';
  // Who is to be an admin is limited by what is said of them alone.
  if (role === 'proxy_admin') return { ...body, user_role: role };
  const { internalUser } = settings;
  const ofRole = role === 'internal_user' ? internalUser : undefined;
  const maxBudget = body.max_budget ?? settings.maxBudgetUsd ?? ofRole?.maxBudgetUsd;
  const duration = body.budget_duration ?? settings.budgetDuration ?? ofRole?.budgetDuration;
  // A budget that is named says these two itself.
  const hasBudget = typeof body.budget_id === 'string';
  return {
    ...body,
    user_role: role,
    models: body.models && body.models.length > 0 ? body.models : [...(settings.models ?? [])],
    max_budget: hasBudget ? body.max_budget : maxBudget,
    budget_duration: hasBudget ? body.budget_duration : duration,
    tpm_limit: body.tpm_limit ?? settings.tpm,
    rpm_limit: body.rpm_limit ?? settings.rpm,
    max_parallel_requests: body.max_parallel_requests ?? settings.maxParallel,
  };
}

/** The teams that the body names, its `team_id` included. */
export function namedTeams({ teams, team_id: teamId }: NewUserBody): readonly NewMember[] {
  const named = (teams ?? []).map((team): NewMember =>
    typeof team === 'string'
      ? { teamId: team, role: 'user', maxBudgetUsd: undefined }
      : { teamId: team.team_id, role: team.user_role, maxBudgetUsd: team.max_budget_in_team ?? undefined },
  );
  const own = typeof teamId === 'string' ? [{ teamId, role: 'user', maxBudgetUsd: undefined } as const] : [];
  const byTeam = new Map<string, NewMember>();
  for (const member of [...named, ...own]) {
    // The first mention of a team counts.
    if (!byTeam.has(member.teamId)) byTeam.set(member.teamId, member);
  }
  return [...byTeam.values()];
}
