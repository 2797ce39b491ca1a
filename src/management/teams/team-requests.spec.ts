/** From the bodies of the team routes to what is stored: what is absent stays, null and nothing take away. */
import {
  increaseEnd,
  memberDefaultsPatchOf,
  metadataAfter,
  settingsAfter,
  teamPatchOf,
  termsOf,
} from './team-requests.js';

it('reads the limits of a team and those of its members apart', () => {
  const body = { max_budget: 10, rpm_limit: 5, team_member_budget: 1, team_member_rpm_limit: 2 };
  expect(teamPatchOf(body)).toMatchObject({ maxNanos: 10_000_000_000n, rates: { rpm: 5 } });
  expect(memberDefaultsPatchOf(body)).toMatchObject({ maxNanos: 1_000_000_000n, rates: { rpm: 2 } });
  expect(memberDefaultsPatchOf({ max_budget: 10 })).toEqual({ rates: {} });
  expect(termsOf({ max_budget_in_team: 3, budget_duration: '1d', allowed_models: ['a'] })).toMatchObject({
    limits: { maxNanos: 3_000_000_000n, duration: '1d' },
    models: ['a'],
  });
});

it.each([
  [{}, { model_aliases: { a: 'b' }, team_member_budget_id: 'x' }],
  [{ model_aliases: { c: 'd' } }, { model_aliases: { c: 'd' }, team_member_budget_id: 'x' }],
  [{ model_aliases: {} }, { team_member_budget_id: 'x' }],
  [{ model_aliases: null }, { team_member_budget_id: 'x' }],
  [{ default_team_member_models: [] }, { model_aliases: { a: 'b' }, team_member_budget_id: 'x' }],
])('settings after %j', (body, expected) => {
  expect(settingsAfter({ model_aliases: { a: 'b' }, team_member_budget_id: 'x' }, body)).toEqual(expected);
});

it.each([
  [{}, { tags: ['old'], a: 1 }],
  [{ metadata: { b: 2 } }, { tags: ['old'], b: 2 }],
  [{ metadata: { b: 2, tags: ['mine'] } }, { tags: ['mine'], b: 2 }],
  [{ metadata: null }, { tags: ['old'] }],
  [{ tags: ['new'] }, { tags: ['new'], a: 1 }],
  [{ tags: [] }, { a: 1 }],
  [{ tags: null, metadata: { b: 2 } }, { b: 2 }],
])('metadata after %j', (body, expected) => {
  expect(metadataAfter({ tags: ['old'], a: 1 }, body)).toEqual(expected);
});

it('a temporary increase ends ahead of now', () => {
  const until = increaseEnd(new Date('2030-01-01T00:00:00Z'));
  expect(until('7d').toISOString()).toBe('2030-01-08T00:00:00.000Z');
  expect(until('2030-02-01T00:00:00Z').toISOString()).toBe('2030-02-01T00:00:00.000Z');
  for (const wrong of ['2029-12-31T00:00:00Z', 'soon', '2030-01-01T00:00:00Z']) expect(() => until(wrong)).toThrow();
});
