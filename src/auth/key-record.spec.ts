/** What a key's row and those around it come to: who it is, what narrows it, and what makes it void. */
import { keyRecordOf } from './key-record.js';
import type { KeyRows } from './key-rows.js';
import { modelDenial } from './model-access.js';

const at = new Date(0);
const stamps = { createdAt: at, createdBy: 'x', updatedAt: at, updatedBy: 'x' };
const key = (given: Partial<KeyRows['key']> = {}): KeyRows['key'] => ({
  ...{ token: 'k', keyName: 'sk-...', keyAlias: null, models: [], expires: null, blocked: false, metadata: {} },
  ...{ userId: null, teamId: null, organizationId: null, projectId: null, allowedRoutes: null, settings: null },
  ...{ autoRotate: false, rotationInterval: null, rotateAt: null, rotatedAt: null, rotationCount: 0 },
  ...stamps,
  ...given,
});
type Row<Name extends keyof KeyRows> = NonNullable<KeyRows[Name]>;
const user = (given: Partial<Row<'user'>> = {}): Row<'user'> => ({
  ...{ id: 'u', email: null, emailKey: null, alias: null, role: 'internal_user', passwordHash: null, ssoUserId: null },
  ...{ models: [], metadata: {}, blocked: false, settings: null },
  ...stamps,
  ...given,
});
const team = (given: Partial<Row<'team'>> = {}): Row<'team'> => ({
  ...{ id: 't', alias: null, organizationId: null, models: [], blocked: false, metadata: {}, memberPermissions: null },
  settings: null,
  ...stamps,
  ...given,
});
const organization = (given: Partial<Row<'organization'>> = {}): Row<'organization'> => ({
  ...{ id: 'o', alias: 'o', models: [], metadata: {}, blocked: false, settings: null },
  ...stamps,
  ...given,
});
const project = (given: Partial<Row<'project'>> = {}): Row<'project'> => ({
  ...{ id: 'p', alias: null, teamId: 't', models: [], blocked: false, metadata: {}, settings: null },
  ...stamps,
  ...given,
});
const group = (name: string, models: unknown): Row<'accessGroups'>[number] =>
  ({ id: `id-${name}`, name, description: null, models, settings: null, ...stamps }) as Row<'accessGroups'>[number];

const denial = (rows: KeyRows, model: string, groups: readonly string[] = []): string | null =>
  modelDenial(keyRecordOf(rows), model, { accessGroups: groups });

describe('the role', () => {
  it.each([
    [null, 'internal_user'],
    ['proxy_admin', 'proxy_admin'],
    ['proxy_admin_viewer', 'proxy_admin_viewer'],
    ['internal_user_viewer', 'internal_user_viewer'],
    ['org_admin', 'internal_user_viewer'],
    ['customer', 'internal_user_viewer'],
    ['PROXY_ADMIN', 'internal_user_viewer'],
    ['', 'internal_user_viewer'],
  ])('of a user with %j is %s', (role, expected) => {
    const rows = role === null ? { key: key() } : { key: key({ userId: 'u' }), user: user({ role }) };
    expect(keyRecordOf(rows).role).toBe(expected);
  });
});

describe('who may not be served', () => {
  it.each<readonly [string, Partial<KeyRows>, object]>([
    ['a blocked key', { key: key({ blocked: true }) }, { code: 'blocked_key' }],
    ['a blocked user, also an administrator', { user: user({ role: 'proxy_admin', blocked: true }) }, { code: 'blocked_owner', facts: { kind: 'user', id: 'u' } }], // prettier-ignore
    ['a blocked team', { team: team({ blocked: true }) }, { code: 'blocked_owner', facts: { kind: 'team', id: 't' } }],
    ['a blocked project', { project: project({ blocked: true }) }, { code: 'blocked_owner', facts: { kind: 'project', id: 'p' } }], // prettier-ignore
    ['a blocked organization', { organization: organization({ blocked: true }) }, { code: 'blocked_owner', facts: { kind: 'organization', id: 'o' } }], // prettier-ignore
    ['a deleted team', { deleted: [{ kind: 'team', id: 't' }] }, { code: 'deleted_owner', facts: { kind: 'team', id: 't' } }], // prettier-ignore
    ['the team before the key', { team: team({ blocked: true }), key: key({ blocked: true }) }, { code: 'blocked_owner' }], // prettier-ignore
  ])('%s', (_what, rows, refusal) => {
    expect(keyRecordOf({ key: key(), ...rows }).refusal).toMatchObject(refusal);
  });

  it('nobody else', () => {
    expect(keyRecordOf({ key: key(), user: user(), team: team(), organization: organization() }).refusal).toBeNull();
  });
});

describe('the models', () => {
  it.each<readonly [string, KeyRows, string | null]>([
    ['nobody narrows them', { key: key() }, null],
    ['the key', { key: key({ models: ['b'] }) }, 'model_access_denied'],
    ['the team', { key: key({ teamId: 't' }), team: team({ models: ['b'] }) }, 'team_model_access_denied'],
    ['the team, where the key lists more', { key: key({ teamId: 't', models: ['a'] }), team: team({ models: ['b'] }) }, 'team_model_access_denied'], // prettier-ignore
    ['the key of a team by all-team-models', { key: key({ teamId: 't', models: ['all-team-models'] }), team: team({ models: ['a'] }) }, null], // prettier-ignore
    ['and not beyond', { key: key({ teamId: 't', models: ['all-team-models', 'a'] }), team: team({ models: ['b'] }) }, 'team_model_access_denied'], // prettier-ignore
    ['a team with all-team-models', { key: key({ teamId: 't' }), team: team({ models: ['all-team-models', 'b'] }) }, null], // prettier-ignore
    ['the member', { key: key({ teamId: 't', userId: 'u' }), team: team(), member: { teamId: 't', userId: 'u', role: 'user', models: ['b'], createdAt: at, updatedAt: at } }, 'team_model_access_denied'], // prettier-ignore
    ['the user of a personal key', { key: key({ userId: 'u' }), user: user({ models: ['b'] }) }, 'user_model_access_denied'], // prettier-ignore
    ['not the user of a key of a team', { key: key({ userId: 'u', teamId: 't' }), user: user({ models: ['b'] }), team: team() }, null], // prettier-ignore
    ['a user without models of its own', { key: key({ userId: 'u' }), user: user({ models: ['no-default-models', 'a'] }) }, 'user_model_access_denied'], // prettier-ignore
    ['but for its team', { key: key({ userId: 'u', teamId: 't' }), user: user({ models: ['no-default-models'] }), team: team() }, null], // prettier-ignore
    ['the organization', { key: key(), organization: organization({ models: ['b'] }) }, 'org_model_access_denied'],
    ['the project', { key: key(), project: project({ models: ['b'] }) }, 'project_model_access_denied'],
    ['a star', { key: key({ models: ['*'] }) }, null],
    ['all-proxy-models', { key: key({ models: ['all-proxy-models'] }) }, null],
    ['a key that lists nothing that is', { key: key({ models: ['no-default-models'] }) }, 'model_access_denied'],
  ])('%s', (_who, rows, expected) => {
    expect(denial(rows, 'a')).toBe(expected);
  });

  it('come from groups of entries and from groups of the database, by name and by id', () => {
    expect(denial({ key: key({ models: ['fast'] }) }, 'a', ['fast'])).toBeNull();
    const accessGroups = [group('fast', ['a', 'openai/*'])];
    expect(denial({ key: key({ models: ['fast'] }), accessGroups }, 'a')).toBeNull();
    expect(denial({ key: key({ models: ['fast'] }), accessGroups }, 'openai/x')).toBeNull();
    expect(denial({ key: key({ models: ['fast'] }), accessGroups }, 'b')).toBe('model_access_denied');
    const byId = key({ settings: { access_group_ids: ['id-fast'] } });
    expect(denial({ key: byId, accessGroups }, 'a')).toBeNull();
    expect(denial({ key: byId, accessGroups }, 'b')).toBe('model_access_denied');
  });

  it('of groups that are gone are none, not all', () => {
    expect(denial({ key: key({ settings: { access_group_ids: ['gone'] } }) }, 'a')).toBe('model_access_denied');
    expect(denial({ key: key({ models: ['gone'] }) }, 'a')).toBe('model_access_denied');
  });

  it('have other names by the team and the key, whose own go first', () => {
    const { modelAliases } = keyRecordOf({
      key: key({ settings: { aliases: { fast: 'mine', odd: 1 } } }),
      team: team({ settings: { model_aliases: { fast: 'theirs', slow: 'big' } } }),
    });
    expect(modelAliases).toEqual({ fast: 'mine', slow: 'big' });
  });
});

it('gathers tags, the organization, routes, addresses, required parameters and what may be said of the cache', () => {
  const record = keyRecordOf({
    key: key({
      teamId: 't',
      allowedRoutes: ['/v1/*'],
      metadata: { tags: ['a', 'b', 1], enforced_params: ['user'], allowed_ips: ['10.0.0.1', 7], cache: { ttl: 5 } },
      settings: { enforced_params: ['metadata.x'], allowed_cache_controls: ['ttl'] },
    }),
    team: team({ organizationId: 'o', metadata: { tags: ['b', 'c'], cache: { 'no-store': true } } }),
    project: project({ metadata: { tags: ['d'] } }),
  });
  expect(record).toMatchObject({
    organizationId: 'o',
    tags: ['a', 'b', 'c', 'd'],
    allowedRoutes: ['/v1/*'],
    allowedIps: ['10.0.0.1', 'none'],
    enforcedParams: ['metadata.x', 'user'],
    allowedCacheControls: ['ttl'],
    cacheDefaults: [{ 'no-store': true }, { ttl: 5 }],
  });
});

it('depends on all that it is built from', () => {
  const { dependsOn } = keyRecordOf({
    key: key({ token: 'new', userId: 'u/1', teamId: 't 1', projectId: 'p' }),
    team: team({ organizationId: 'o' }),
    replaced: { token: 'old', validUntil: at },
  });
  expect(new Set(dependsOn)).toEqual(
    new Set(['key:new', 'key:old', 'user:u/1', 'team:t 1', 'member:t%201/u%2F1', 'organization:o', 'project:p', 'access_group']), // prettier-ignore
  );
});
