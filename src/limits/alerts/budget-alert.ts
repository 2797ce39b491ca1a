/** What is told of a budget: in words, and as LiteLLM's webhook event. */
import { usdFromNanos } from '../../core/pricing/money.js';
import { idOf, kindOf, type OwnerKind } from '../definitions/owner.js';

export type BudgetEvent = 'soft_budget_crossed' | 'budget_crossed';

export interface BudgetAlert {
  readonly event: BudgetEvent;
  readonly owner: string;
  /** The budget's account, which tells windows and models of one owner apart. */
  readonly accountId: string;
  readonly spentNanos: bigint;
  readonly maxNanos: bigint | null;
  readonly softNanos: bigint | null;
  /** How its owner is called, where it has a name. */
  readonly alias?: string | undefined;
  /** Of the owner, beside those of the settings. */
  readonly emails?: readonly string[];
}

/** LiteLLM's names of the kinds of owner. */
const groups: Readonly<Record<OwnerKind, string>> = {
  proxy: 'proxy',
  organization: 'organization',
  team: 'team',
  member: 'team_member',
  project: 'project',
  user: 'user',
  key: 'key',
  customer: 'end_user',
  tag: 'tag',
  deployment: 'deployment',
  provider: 'provider',
};

const titles: Readonly<Record<OwnerKind, string>> = {
  proxy: 'Proxy',
  organization: 'Organization',
  team: 'Team',
  member: 'Team member',
  project: 'Project',
  user: 'User',
  key: 'Key',
  customer: 'Customer',
  tag: 'Tag',
  deployment: 'Deployment',
  provider: 'Provider',
};

/** One line: who, what, how much of how much. */
export function describeAlert({ event, owner, spentNanos, maxNanos, softNanos, alias }: BudgetAlert): string {
  const kind = kindOf(owner);
  // A key's id is its hash, of which the beginning is enough to find it.
  const id = kind === 'key' ? idOf(owner).slice(0, 12) : decodeURIComponent(idOf(owner));
  const who = alias === undefined ? id : `${alias} (${id})`;
  const what = event === 'soft_budget_crossed' ? 'Soft budget crossed' : 'Budget crossed';
  const limit = event === 'soft_budget_crossed' ? softNanos : maxNanos;
  const amounts = `spent ${usdText(spentNanos)} of ${limit === null ? 'no limit' : usdText(limit)}`;
  return `${titles[kind]} ${who}: ${what}, ${amounts}.`.replace('  ', ' ').replace(' :', ':');
}

/** @see https://docs.litellm.ai/docs/proxy/alerting#advanced---webhooks */
export function webhookEvent(alert: BudgetAlert): Record<string, unknown> {
  const { event, owner, spentNanos, maxNanos, softNanos, alias, emails } = alert;
  const kind = kindOf(owner);
  const id = idOf(owner);
  const [teamId = '', userId = ''] = kind === 'member' ? id.split('/').map(decodeURIComponent) : [];
  const only = (wanted: OwnerKind): string | null => (kind === wanted ? id : null);
  return {
    event,
    event_group: groups[kind],
    event_message: describeAlert(alert),
    spend: usdFromNanos(spentNanos),
    max_budget: maxNanos === null ? null : usdFromNanos(maxNanos),
    soft_budget: softNanos === null ? null : usdFromNanos(softNanos),
    token: only('key'),
    key_alias: kind === 'key' ? (alias ?? null) : null,
    user_id: kind === 'member' ? userId : only('user'),
    team_id: kind === 'member' ? teamId : only('team'),
    team_alias: kind === 'team' ? (alias ?? null) : null,
    organization_id: only('organization'),
    customer_id: only('customer'),
    alert_emails: emails ?? null,
  };
}

/** USD with what matters of small amounts. */
function usdText(nanos: bigint): string {
  const usd = usdFromNanos(nanos);
  return `$${usd >= 1 ? usd.toFixed(2) : Number(usd.toPrecision(3)).toString()}`;
}
