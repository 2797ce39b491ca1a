import { memberOwner, ownerOf, type Owner } from '../definitions/owner.js';
import { describeAlert, webhookEvent, type BudgetAlert } from './budget-alert.js';

const alert = (owner: Owner, given: Partial<BudgetAlert> = {}): BudgetAlert => ({
  event: 'budget_crossed',
  owner,
  accountId: owner,
  spentNanos: 10_500_000_000n,
  maxNanos: 10_000_000_000n,
  softNanos: 5_000_000_000n,
  ...given,
});

it.each<readonly [BudgetAlert, string]>([
  [
    alert(ownerOf('key', 'a'.repeat(64)), { alias: 'ci' }),
    'Key ci (aaaaaaaaaaaa): Budget crossed, spent $10.50 of $10.00.',
  ],
  [
    alert(ownerOf('team', 'research'), { event: 'soft_budget_crossed' }),
    'Team research: Soft budget crossed, spent $10.50 of $5.00.',
  ],
  [
    alert(memberOwner('a/b', 'ada'), { event: 'budget_crossed' }),
    'Team member a/b/ada: Budget crossed, spent $10.50 of $10.00.',
  ],
  [alert('proxy:', { spentNanos: 12_345n, maxNanos: 10_000n }), 'Proxy: Budget crossed, spent $0.0000123 of $0.00001.'],
])('says in a line who has spent how much of what: %#', (given, text) => {
  expect(describeAlert(given)).toBe(text);
});

it('is told to webhooks as LiteLLM tells it', () => {
  expect(webhookEvent(alert(ownerOf('key', 'hash'), { alias: 'ci', emails: ['a@example.com'] }))).toEqual({
    event: 'budget_crossed',
    event_group: 'key',
    event_message: 'Key ci (hash): Budget crossed, spent $10.50 of $10.00.',
    spend: 10.5,
    max_budget: 10,
    soft_budget: 5,
    token: 'hash',
    key_alias: 'ci',
    user_id: null,
    team_id: null,
    team_alias: null,
    organization_id: null,
    customer_id: null,
    alert_emails: ['a@example.com'],
  });
  expect(webhookEvent(alert(memberOwner('a/b', 'ada')))).toMatchObject({
    event_group: 'team_member',
    team_id: 'a/b',
    user_id: 'ada',
  });
  expect(webhookEvent(alert(ownerOf('customer', 'c'), { maxNanos: null }))).toMatchObject({
    event_group: 'end_user',
    customer_id: 'c',
    max_budget: null,
  });
});
