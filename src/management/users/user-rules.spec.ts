/**
 * Who may see and change which users. The attacks: `user_role` in an update of oneself (CVE-2026-47102), an admin of one
 * organization who reaches into another, and one who grants what is not theirs.
 */
import type { AccessScope, TeamMembership } from '../../auth/scope/access-scope.js';
import type { Role } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import {
  checkLimitGrant,
  checkModelGrant,
  checkRoleGrant,
  checkUserUpdate,
  mayManageUser,
  maySeeUser,
  modelsToGrant,
  userRoles,
  type Holdings,
  type UserTarget,
} from './user-rules.js';

interface Caller {
  readonly role?: Role;
  readonly userId?: string;
  readonly administers?: readonly string[];
  readonly leads?: Readonly<Record<string, string | null>>;
}

function scopeOf({ role = 'internal_user', userId = 'me', administers = [], leads = {} }: Caller = {}): AccessScope {
  const teams = Object.entries(leads).map(([id, organizationId]): [string, TeamMembership] => [
    id,
    { role: 'admin', organizationId, permissions: [] },
  ]);
  return {
    principal: { role, keyHash: '', keyAlias: undefined, userId, teamId: undefined, models: [], tags: [] },
    everything: role === 'proxy_admin' ? 'write' : role === 'proxy_admin_viewer' ? 'read' : 'none',
    userId,
    teams: new Map(teams),
    administeredOrganizations: new Set(administers),
    organizations: new Set(administers),
  };
}

const user = (fields: Partial<UserTarget> = {}): UserTarget => ({
  id: 'you',
  role: 'internal_user',
  organizations: [],
  teams: [],
  ...fields,
});
const inAcme = user({ organizations: ['acme'], teams: [{ id: 'crew', organizationId: 'acme' }] });

function refused(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'forbidden') return true;
    throw error;
  }
}

describe('seeing', () => {
  it.each<[string, Caller, boolean]>([
    ['a proxy admin', { role: 'proxy_admin' }, true],
    ['a proxy admin viewer', { role: 'proxy_admin_viewer' }, true],
    ['the user', { userId: 'you' }, true],
    ['the user as a viewer', { userId: 'you', role: 'internal_user_viewer' }, true],
    ['an admin of the organization', { administers: ['acme'] }, true],
    ['an admin of a team', { leads: { crew: 'acme' } }, true],
    ['an admin of another organization', { administers: ['other'] }, false],
    ['an admin of another team', { leads: { others: null } }, false],
    ['somebody', {}, false],
  ])('%s', (_who, caller, may) => {
    expect(maySeeUser(scopeOf(caller), inAcme)).toBe(may);
  });
});

describe('changing', () => {
  const boss = scopeOf({ administers: ['acme'] });

  it.each<[string, UserTarget, boolean]>([
    ['an ordinary user of the organization', inAcme, true],
    ['one who is in another organization too', user({ organizations: ['acme', 'other'] }), false],
    ['one who is in none', user(), false],
    ['a proxy admin in it', user({ organizations: ['acme'], role: 'proxy_admin' }), false],
    ['a proxy admin viewer in it', user({ organizations: ['acme'], role: 'proxy_admin_viewer' }), false],
    ['themselves', user({ id: 'me', organizations: ['acme'] }), false],
  ])('an admin of an organization manages %s', (_who, target, may) => {
    expect(mayManageUser(boss, target)).toBe(may);
  });

  it('a user changes nothing of themselves but name and notes', () => {
    const me = user({ id: 'me' });
    const may = (field: string): boolean => !refused(() => checkUserUpdate(scopeOf(), me, [field]));
    expect(['user_alias', 'metadata'].every(may)).toBe(true);
    const others = ['user_role', 'max_budget', 'budget_id', 'models', 'spend', 'blocked', 'password', 'user_email'];
    expect([...others, 'sso_user_id', 'rpm_limit', 'anything_new'].filter(may)).toEqual([]);
  });

  it('an admin of a team changes no member of it', () => {
    expect(refused(() => checkUserUpdate(scopeOf({ leads: { crew: 'acme' } }), inAcme, ['user_alias']))).toBe(true);
  });

  it.each(['password', 'sso_user_id', 'budget_id', 'spend', 'temp_budget_increase'])(
    'an admin of an organization does not set %s',
    (field) => {
      expect(refused(() => checkUserUpdate(boss, inAcme, [field]))).toBe(true);
      expect(refused(() => checkUserUpdate(scopeOf({ role: 'proxy_admin' }), inAcme, [field]))).toBe(false);
    },
  );

  it('nobody but a proxy admin makes somebody an admin or a viewer of everything', () => {
    const may = (caller: Caller) => userRoles.filter((role) => !refused(() => checkRoleGrant(scopeOf(caller), role)));
    expect(may({ role: 'proxy_admin' })).toEqual(userRoles);
    expect(may({ administers: ['acme'] })).toEqual(['internal_user', 'internal_user_viewer']);
  });
});

describe('granting', () => {
  const holding = (...models: readonly (readonly string[])[]): Holdings => ({
    models,
    maxNanos: null,
    rpm: null,
    tpm: null,
  });
  const mayGrant = (models: readonly string[], held: Holdings): boolean =>
    !refused(() => checkModelGrant(models, held));

  it('no model beyond those of each organization and of the key in hand', () => {
    expect(mayGrant(['a', 'openai/x'], holding(['a', 'openai/*'], []))).toBe(true);
    expect(mayGrant(['a', 'b'], holding(['a', 'b'], ['a']))).toBe(false);
    expect(mayGrant(['*'], holding(['openai/*']))).toBe(false);
    expect(mayGrant(['all-proxy-models'], holding(['a']))).toBe(false);
    expect(mayGrant([], holding(['a']))).toBe(false);
    expect(mayGrant([], holding([], []))).toBe(true);
    expect(mayGrant(['no-default-models'], holding(['a']))).toBe(true);
  });

  it('where none is named, what all of them hold', () => {
    expect(modelsToGrant(holding(['a', 'b', 'openai/x'], [], ['b', 'openai/*']))).toEqual(['b', 'openai/x']);
    expect(modelsToGrant(holding([], []))).toEqual([]);
    expect(refused(() => modelsToGrant(holding(['a'], ['b'])))).toBe(true);
  });

  it('no limit above the own one, and none lifted', () => {
    const may = (wanted: bigint | null | undefined, held: bigint | null): boolean =>
      !refused(() => checkLimitGrant('max_budget', wanted, held));
    expect([may(5n, 5n), may(6n, 5n), may(null, 5n), may(undefined, 5n), may(null, null), may(9n, null)]).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});
