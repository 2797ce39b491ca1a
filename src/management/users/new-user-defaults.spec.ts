/** What a new user gets that nobody has named, and that proxy admins get nothing of it. */
import type { NewUserSettings } from '../../config/identity-settings.js';
import { namedTeams, withDefaults } from './new-user-defaults.js';

const none: NewUserSettings = {
  role: undefined,
  models: undefined,
  maxBudgetUsd: undefined,
  budgetDuration: undefined,
  tpm: undefined,
  rpm: undefined,
  maxParallel: undefined,
  teams: [],
  availableTeams: [],
  internalUser: { maxBudgetUsd: undefined, budgetDuration: undefined },
};
const some: NewUserSettings = {
  ...none,
  models: ['small'],
  maxBudgetUsd: 3,
  rpm: 10,
  internalUser: { maxBudgetUsd: 5, budgetDuration: '30d' },
};

it('is an internal user where nothing else is said', () => {
  expect(withDefaults({}, none)).toMatchObject({ user_role: 'internal_user', models: [] });
  expect(withDefaults({}, { ...none, role: 'internal_user_viewer' }).user_role).toBe('internal_user_viewer');
});

it('what the body says goes before the default, that before the one of the role', () => {
  expect(withDefaults({}, some)).toMatchObject({
    models: ['small'],
    max_budget: 3,
    budget_duration: '30d',
    rpm_limit: 10,
  });
  expect(withDefaults({ max_budget: 0, models: ['big'] }, some)).toMatchObject({ max_budget: 0, models: ['big'] });
  expect(withDefaults({ models: [] }, some).models).toEqual(['small']);
  const viewer = withDefaults({ user_role: 'internal_user_viewer' }, { ...some, maxBudgetUsd: undefined });
  expect(viewer.max_budget).toBeUndefined();
});

it('a budget that is named says itself what may be spent', () => {
  const body = withDefaults({ budget_id: 'tier' }, some);
  expect([body.max_budget, body.budget_duration]).toEqual([undefined, undefined]);
});

it('a proxy admin gets nothing of it', () => {
  expect(withDefaults({ user_role: 'proxy_admin' }, some)).toEqual({ user_role: 'proxy_admin' });
});

it('of a team that is named twice the first mention counts', () => {
  const teams = ['a', { team_id: 'b', user_role: 'admin' as const, max_budget_in_team: 2 }, 'b'];
  expect(namedTeams({ teams, team_id: 'a' })).toEqual([
    { teamId: 'a', role: 'user', maxBudgetUsd: undefined },
    { teamId: 'b', role: 'admin', maxBudgetUsd: 2 },
  ]);
});
