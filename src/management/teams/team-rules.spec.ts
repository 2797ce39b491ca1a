/** Who stands where to a team, and which fields each may set. */
import type { AccessScope, TeamMembership } from '../../auth/scope/access-scope.js';
import type { Role } from '../../auth/principal.js';
import {
  administers,
  checkWritable,
  proxyAdminFields,
  standingIn,
  teamAdminFields,
  teamNotFound,
} from './team-rules.js';

const team = { id: 't1', organizationId: 'o1' };

function scopeOf(role: Role, given: Partial<AccessScope> = {}): AccessScope {
  const principal = {
    role,
    keyHash: 'h',
    keyAlias: undefined,
    userId: 'u1',
    teamId: undefined,
    models: [],
    tags: [],
  };
  const everything = role === 'proxy_admin' ? 'write' : role === 'proxy_admin_viewer' ? 'read' : 'none';
  return {
    principal,
    everything,
    userId: 'u1',
    teams: new Map(),
    administeredOrganizations: new Set(),
    organizations: new Set(),
    ...given,
  };
}

const memberOf = (role: TeamMembership['role'], organizationId: string | null = 'o1') => ({
  teams: new Map([['t1', { role, organizationId, permissions: [] }]]),
});
const orgAdmin = { administeredOrganizations: new Set(['o1']), organizations: new Set(['o1']) };

it.each<[string, AccessScope, string]>([
  ['a proxy admin', scopeOf('proxy_admin'), 'proxy_admin'],
  ['a proxy admin viewer', scopeOf('proxy_admin_viewer'), 'viewer'],
  ['an admin of the organization', scopeOf('internal_user', orgAdmin), 'org_admin'],
  ['an admin of both', scopeOf('internal_user', { ...orgAdmin, ...memberOf('admin') }), 'org_admin'],
  ['an admin of the team', scopeOf('internal_user', memberOf('admin')), 'team_admin'],
  ['a member', scopeOf('internal_user', memberOf('user')), 'member'],
  ['a viewer who is an admin of the team', scopeOf('internal_user_viewer', memberOf('admin')), 'viewer'],
  ['a viewer who is a member', scopeOf('internal_user_viewer', memberOf('user')), 'member'],
  [
    'an admin of another organization',
    scopeOf('internal_user', { administeredOrganizations: new Set(['o2']), organizations: new Set(['o2', 'o1']) }),
    'stranger',
  ],
  ['nobody', scopeOf('internal_user'), 'stranger'],
])('%s', (_who, scope, standing) => {
  expect(standingIn(scope, team)).toBe(standing);
});

it('only admins change a team', () => {
  const standings = ['proxy_admin', 'org_admin', 'team_admin', 'viewer', 'member', 'stranger'] as const;
  expect(standings.filter(administers)).toEqual(['proxy_admin', 'org_admin', 'team_admin']);
});

it.each([...proxyAdminFields])('nobody but a proxy admin sets %s', (field) => {
  expect(() => checkWritable(['team_id', field], 'proxy_admin')).not.toThrow();
  expect(() => checkWritable(['team_id', field], 'org_admin')).toThrow(`\`${field}\` may be set by proxy admins alone`);
  expect(() => checkWritable(['team_id', field], 'team_admin')).toThrow(`\`${field}\``);
});

it.each(['budget_duration', 'budget_limits', 'model_max_budget', 'model_aliases', 'tag_rpm_limit', 'rpm_limit_type'])(
  'an admin of the team does not set %s, which could give it more money',
  (field) => {
    expect(() => checkWritable([field], 'org_admin')).not.toThrow();
    expect(() => checkWritable([field], 'team_admin')).toThrow(`\`${field}\``);
    expect(teamAdminFields.has(field)).toBe(false);
  },
);

it('a missing team is told to those who see all teams alone', () => {
  expect(teamNotFound(scopeOf('proxy_admin'), 'x')).toMatchObject({ status: 404 });
  expect(teamNotFound(scopeOf('proxy_admin_viewer'), 'x')).toMatchObject({ status: 404 });
  expect(teamNotFound(scopeOf('internal_user', orgAdmin), 'x')).toMatchObject({ status: 403 });
});
