/** What the file says of teams, as management reads it. */
import type { WireGeneralSettings, WireLitellmSettings } from './schema/settings.schema.js';

export interface TeamSettings {
  /** For fields that a new team says nothing of, by LiteLLM's names. */
  readonly defaults: {
    readonly max_budget?: number | undefined;
    readonly budget_duration?: string | undefined;
    readonly tpm_limit?: number | undefined;
    readonly rpm_limit?: number | undefined;
    readonly team_member_permissions?: readonly string[] | undefined;
    readonly organization_id?: string | undefined;
  };
  /** Whoever makes a team becomes its admin; false leaves proxy admins out. */
  readonly addsProxyAdmins: boolean;
  /** Teams that users may join by themselves. */
  readonly available: readonly string[];
}

export function toTeamSettings(litellm: WireLitellmSettings, general: WireGeneralSettings): TeamSettings {
  const given = litellm.default_team_params ?? {};
  return {
    defaults: {
      max_budget: given.max_budget,
      budget_duration: given.budget_duration,
      tpm_limit: given.tpm_limit,
      rpm_limit: given.rpm_limit,
      team_member_permissions: given.team_member_permissions,
      organization_id: given.organization_id,
    },
    addsProxyAdmins: !general.disable_auto_add_proxy_admin_to_teams,
    available: litellm.default_internal_user_params?.available_teams ?? [],
  };
}
