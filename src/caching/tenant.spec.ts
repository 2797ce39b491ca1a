/** Who is told apart from whom. */
import fc from 'fast-check';
import { tenantOf, type CacheOwner } from './tenant.js';

const owner: CacheOwner = { keyHash: 'k1', userId: 'u1', teamId: 't1', endUser: 'c1' };
const team = { scope: 'team', keepsCustomersApart: false } as const;

it.each([
  ['a team shares, whoever asks', owner, { ...owner, keyHash: 'k2', userId: 'u2', endUser: 'c2' }, team, true],
  ['two teams do not', owner, { ...owner, teamId: 't2' }, team, false],
  [
    'a user’s keys without a team share',
    { ...owner, teamId: undefined },
    { ...owner, teamId: undefined, keyHash: 'k2' },
    team,
    true,
  ],
  [
    'keys of nobody do not',
    { ...owner, teamId: undefined, userId: undefined },
    { ...owner, teamId: undefined, userId: undefined, keyHash: 'k2' },
    team,
    false,
  ],
  ['a user’s own keys and those of a team do not', { ...owner, teamId: undefined }, owner, team, false],
  ['each key by itself', owner, { ...owner, keyHash: 'k2' }, { ...team, scope: 'key' as const }, false],
  ['each user, whatever the team', owner, { ...owner, teamId: 't2' }, { ...team, scope: 'user' as const }, true],
  [
    'everybody, where that is set',
    owner,
    { keyHash: 'k2', userId: undefined, teamId: undefined, endUser: undefined },
    { ...team, scope: 'shared' as const },
    true,
  ],
  ['customers, where that is set', owner, { ...owner, endUser: 'c2' }, { ...team, keepsCustomersApart: true }, false],
])('%s', (_what, one, other, policy, same) => {
  expect(tenantOf(one, policy) === tenantOf(other, policy)).toBe(same);
});

it('never takes an id of one kind for one of another, whatever ids look like', () => {
  const id = fc.oneof(fc.string(), fc.constantFrom('team', '["team"', 'u1","x'));
  fc.assert(
    fc.property(id, id, (one, other) => {
      const ofTeam = tenantOf({ keyHash: 'k', userId: other, teamId: one, endUser: undefined }, team);
      const ofUser = tenantOf({ keyHash: 'k', userId: one, teamId: undefined, endUser: other }, team);
      const ofKey = tenantOf({ keyHash: one, userId: undefined, teamId: undefined, endUser: other }, team);
      expect(new Set([ofTeam, ofUser, ofKey]).size).toBe(3);
    }),
  );
});
