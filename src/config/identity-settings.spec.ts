/** What the file says of users, customers and tags, in money and names that the rooms use; and what it may not say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProblems } from './config-problem.js';
import type { IdentitySettings } from './identity-settings.js';
import { checkConfig, loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-identity-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = { TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c' };

function write(litellm: object, general: object = {}): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, JSON.stringify({ litellm_settings: litellm, general_settings: general }));
  return path;
}

const load = (litellm: object, general?: object): IdentitySettings =>
  loadConfig(write(litellm, general), environment).identity;
const problems = (litellm: object, general?: object): string =>
  describeProblems(checkConfig(write(litellm, general), environment));

it('limits nobody where nothing is said, and asks for good passwords', () => {
  const { newUsers, customers, tagBudgets, passwords } = load({});
  expect(newUsers).toMatchObject({ role: undefined, models: undefined, maxBudgetUsd: undefined, teams: [] });
  expect(customers).toEqual({ maxBudgetNanos: undefined, budgetId: undefined, blocked: new Set() });
  expect(tagBudgets.size).toBe(0);
  expect(passwords).toEqual({
    minLength: 12,
    needsUppercase: true,
    needsLowercase: true,
    needsDigit: true,
    needsSpecial: true,
  });
});

it("reads LiteLLM's names", () => {
  const settings = load(
    {
      default_internal_user_params: {
        user_role: 'internal_user_viewer',
        models: ['small'],
        max_budget: '2.5',
        teams: ['a', { team_id: 'b', user_role: 'admin', max_budget_in_team: 1 }],
        available_teams: ['c'],
      },
      max_internal_user_budget: 5,
      internal_user_budget_duration: '30d',
      max_end_user_budget: 0.1,
      max_end_user_budget_id: 'tier',
      blocked_user_list: ['x', 7],
      tag_budget_config: { bot: { max_budget: 1, budget_duration: '1d' }, old: { budget_limit: 2, time_period: '7d' } },
    },
    { password_policy_min_length: 20, password_policy_require_numbers: false },
  );
  expect(settings.newUsers).toMatchObject({
    role: 'internal_user_viewer',
    models: ['small'],
    maxBudgetUsd: 2.5,
    teams: [
      { teamId: 'a', role: 'user', maxBudgetUsd: undefined },
      { teamId: 'b', role: 'admin', maxBudgetUsd: 1 },
    ],
    availableTeams: ['c'],
    internalUser: { maxBudgetUsd: 5, budgetDuration: '30d' },
  });
  expect(settings.customers).toEqual({ maxBudgetNanos: 100_000_000n, budgetId: 'tier', blocked: new Set(['x', '7']) });
  expect([...settings.tagBudgets]).toEqual([
    ['bot', { maxNanos: 1_000_000_000n, duration: '1d' }],
    ['old', { maxNanos: 2_000_000_000n, duration: '7d' }],
  ]);
  expect(settings.passwords).toMatchObject({ minLength: 20, needsDigit: false, needsSpecial: true });
});

it('reads the blocked from a file of their own, and says where that cannot be read', () => {
  const path = join(folder, 'blocked.txt');
  writeFileSync(path, 'first\r\n\n  second  \n');
  expect(load({ blocked_user_list: path }).customers.blocked).toEqual(new Set(['first', 'second']));
  expect(problems({ blocked_user_list: join(folder, 'none.txt') })).toMatch(/blocked_user_list.*cannot be read/s);
});

it.each([
  ['default_internal_user_params.user_role', { default_internal_user_params: { user_role: 'proxy_admin' } }],
  ['default_internal_user_params.budget_duration', { default_internal_user_params: { budget_duration: 'monthly' } }],
  ['default_internal_user_params', { default_internal_user_params: { max_buget: 1 } }],
  ['max_internal_user_budget', { max_internal_user_budget: -1 }],
  ['tag_budget_config.bot', { tag_budget_config: { bot: { max_budget: 1, rpm_limit: 5 } } }],
  ['tag_budget_config.bot', { tag_budget_config: { bot: { budget_duration: '1d' } } }],
])('refuses a wrong %s by its path', (path, litellm) => {
  expect(problems(litellm)).toContain(path);
});

it('no setting makes a password shorter than eight characters', () => {
  expect(problems({}, { password_policy_min_length: 4 })).toContain('password_policy_min_length');
});
