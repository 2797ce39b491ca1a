/** From the bodies of the team routes to what is stored. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { LimitPatch } from '../../limits/definitions/owner-limits.js';
import { addDuration } from '../keys/duration.js';
import { limitPatchOf } from '../limit-fields/limit-fields.js';
import type { MemberAddBody, PatchTeamBody } from './team.dto.js';
import type { MemberTerms } from './team-membership.service.js';
import type { TeamSettings } from './stored-team.js';

/** What new, update and patch have in common. */
export type TeamFields = PatchTeamBody;

/** Teams have no temporary increases. */
const noIncrease = (): Date => new Date(0);

export function teamPatchOf(body: TeamFields): LimitPatch {
  return limitPatchOf(body, noIncrease);
}

export function memberDefaultsPatchOf(body: TeamFields): LimitPatch {
  return limitPatchOf(
    {
      max_budget: body.team_member_budget,
      budget_duration: body.team_member_budget_duration,
      rpm_limit: body.team_member_rpm_limit,
      tpm_limit: body.team_member_tpm_limit,
      model_max_budget: body.team_member_model_max_budget,
    },
    noIncrease,
  );
}

/** The settings after a body: what it gives is set, null and empty values are taken out. */
export function settingsAfter(before: TeamSettings, body: TeamFields): TeamSettings {
  const next: Record<string, unknown> = { ...before };
  for (const name of [
    'model_aliases',
    'team_member_key_duration',
    'default_team_member_models',
    'access_group_ids',
  ] as const) {
    const value = body[name];
    if (value === undefined) continue;
    if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) delete next[name];
    else next[name] = value;
  }
  return next;
}

/** Tags are kept within the metadata, where LiteLLM keeps them. */
export function metadataAfter(before: Record<string, unknown>, body: TeamFields): Record<string, unknown> {
  const { metadata, tags } = body;
  const base = metadata === undefined ? before : { ...metadata };
  const kept = metadata === undefined || before['tags'] === undefined ? base : { tags: before['tags'], ...base };
  if (tags === undefined) return kept;
  const { tags: _old, ...rest } = kept;
  return tags === null || tags.length === 0 ? rest : { ...rest, tags };
}

export function termsOf(
  body: Pick<MemberAddBody, 'max_budget_in_team' | 'budget_duration' | 'allowed_models'>,
): MemberTerms {
  const { max_budget_in_team: max_budget, budget_duration, allowed_models: models } = body;
  return { limits: limitPatchOf({ max_budget, budget_duration }, noIncrease), models };
}

/**
 * The end of a temporary increase, given as a time or as a length.
 *
 * @throws GatewayError `invalid_request`
 */
export function increaseEnd(now: Date): (expiry: string) => Date {
  return (expiry) => {
    const end = addDuration(now, expiry) ?? new Date(expiry);
    if (!Number.isNaN(end.getTime()) && end > now) return end;
    const reason = '`temp_budget_expiry` must lie ahead: a time such as 2030-01-31T00:00:00Z, or a length such as 7d.';
    throw new GatewayError('invalid_request', { param: 'temp_budget_expiry', facts: { reason } });
  };
}
