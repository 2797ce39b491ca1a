/** What the configuration says of budgets. Money is in nano-dollars. */
import { nanosFromUsd } from '../core/pricing/money.js';
import type { WireGeneralSettings, WireLitellmSettings } from './schema/settings.schema.js';
import type { WireRouterSettings } from './schema/routing.schema.js';

export interface ConfiguredBudget {
  readonly maxNanos: bigint;
  /** Such as `30d`; null: it is never reset. */
  readonly duration: string | null;
}

export interface BudgetSettings {
  readonly proxy: ConfiguredBudget | undefined;
  /** Of each customer that has none of its own. */
  readonly customers: ConfiguredBudget | undefined;
  /** The id of the budget that holds for such customers. */
  readonly customersBudgetId: string | undefined;
  readonly tags: ReadonlyMap<string, ConfiguredBudget>;
  readonly providers: ReadonlyMap<string, ConfiguredBudget>;
  readonly exceededStatus: number;
  readonly timeZone: string;
  /** False: what was spent is looked at, and nothing is reserved. */
  readonly reserves: boolean;
  /** A user's own budget holds for keys of a team too. */
  readonly usersPayForTeamKeys: boolean;
}

export function toBudgetSettings(
  litellm: WireLitellmSettings,
  router: WireRouterSettings,
  general: WireGeneralSettings,
): BudgetSettings {
  const budget = (usd: number | undefined, duration?: string): ConfiguredBudget | undefined =>
    usd === undefined ? undefined : { maxNanos: nanosFromUsd(usd), duration: duration ?? null };
  return {
    proxy: budget(litellm.max_budget, litellm.budget_duration),
    customers: budget(litellm.max_end_user_budget),
    customersBudgetId: litellm.max_end_user_budget_id,
    tags: byName(litellm.tag_budget_config, ({ max_budget, budget_duration }) => budget(max_budget, budget_duration)),
    providers: byName(router.provider_budget_config, ({ budget_limit, time_period }) =>
      budget(budget_limit, time_period),
    ),
    exceededStatus: litellm.budget_exceeded_status_code,
    timeZone: litellm.timezone,
    reserves: !general.disable_budget_reservation,
    usersPayForTeamKeys: general.apply_user_budget_to_team_keys,
  };
}

function byName<Given>(
  given: Readonly<Record<string, Given>>,
  read: (one: Given) => ConfiguredBudget | undefined,
): Map<string, ConfiguredBudget> {
  const budgets = new Map<string, ConfiguredBudget>();
  for (const [name, one] of Object.entries(given)) {
    const found = read(one);
    if (found) budgets.set(name, found);
  }
  return budgets;
}
