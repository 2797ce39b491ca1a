/** Teams over HTTP: LiteLLM's routes and answers, and what each caller gets of their own team, another one, another organization's and none. */
import type { z } from 'zod';
import { DatabaseService } from '../../../src/database/database.service.js';
import {
  callbacksAnswer,
  permissionsAnswer,
  teamInfoAnswer,
  teamListAnswer,
  teamPageAnswer,
} from '../../../src/management/teams/team-answers.js';
import { expectRefused } from '../support/envelope.js';
import type { Answer } from '../support/http-client.js';
import { callerOf, done, OrganizationWorld } from './organization-world.js';

jest.setTimeout(60_000);

let world: OrganizationWorld;
beforeAll(async () => {
  world = await OrganizationWorld.start({ default_internal_user_params: { available_teams: ['team-4'] } });
});
afterAll(() => world.stop());

const json = (answer: Answer) => answer.json as Record<string, never>;

/** By object: what a caller gets. */
type Verdicts = readonly [own: number, sameOrganization: number, otherOrganization: number, missing: number];
const teams = ['team-1', 'team-2', 'team-3', 'no-such-team'];
const callers: Readonly<Record<string, { readonly sees: Verdicts; readonly changes: Verdicts }>> = {
  chief: { sees: [200, 200, 403, 403], changes: [200, 200, 403, 403] },
  lead: { sees: [200, 403, 403, 403], changes: [200, 403, 403, 403] },
  member: { sees: [200, 403, 403, 403], changes: [403, 403, 403, 403] },
  'chief-2': { sees: [403, 403, 200, 403], changes: [403, 403, 200, 403] },
  nobody: { sees: [403, 403, 403, 403], changes: [403, 403, 403, 403] },
};
const cells = Object.entries(callers).flatMap(([person, { sees, changes }]) =>
  teams.map((team, at) => ({ person, team, sees: sees[at], changes: changes[at] })),
);

it.each(cells)('$person and $team: seen $sees, changed $changes', async ({ person, team, sees, changes }) => {
  const caller = world.as(person);
  expect((await caller.get(`/team/info?team_id=${team}`)).status).toBe(sees);
  const writes = await Promise.all([
    caller.post('/team/update', { team_id: team, metadata: { note: 'x' } }),
    caller.patch(`/team/${team}`, { metadata: { note: 'x' } }),
    caller.post('/team/permissions_update', { team_id: team, team_member_permissions: ['/key/info'] }),
    caller.post('/team/member_update', { team_id: team, user_id: 'whoever', role: 'user' }),
    caller.post(`/team/${team}/disable_logging`, {}),
  ]);
  // Nobody of that name is in the team: who may ask is told so.
  const expected = [changes, changes, changes, changes === 200 ? 400 : changes, changes];
  expect(writes.map(({ status }) => status)).toEqual(expected);
});

it('tells a foreign team from a missing one to nobody but proxy admins', async () => {
  const text = async (team: string) =>
    expectRefused(await world.as('lead').get(`/team/info?team_id=${team}`), 403).message.replaceAll(team, 'T');
  expect(await text('team-3')).toBe(await text('no-such-team'));
  const missing = expectRefused(await world.master.get('/team/info?team_id=no-such-team'), 404);
  expect(missing.message).toContain('Team not found, passed team id: no-such-team');
});

it('is made with everything that LiteLLM takes, and shown with it', async () => {
  const made = await done(
    world.master.post('/team/new', {
      team_id: 'full',
      team_alias: 'Full',
      models: ['gpt-4o', 'claude'],
      model_aliases: { fast: 'gpt-4o' },
      metadata: { cost_center: 7 },
      tags: ['blue'],
      max_budget: 50,
      soft_budget: 40,
      budget_duration: '30d',
      tpm_limit: 10_000,
      rpm_limit: 100,
      model_max_budget: { 'gpt-4o': { max_budget: 20, budget_duration: '1d' } },
      team_member_budget: 5,
      team_member_budget_duration: '1d',
      team_member_rpm_limit: 10,
      team_member_key_duration: '7d',
      team_member_permissions: ['/key/generate'],
      default_team_member_models: ['claude'],
      members_with_roles: [{ role: 'user', user_email: 'Ada@Example.com' }],
      guardrails: [],
    }),
  );
  expect(made).toMatchObject({
    team_id: 'full',
    models: ['gpt-4o', 'claude'],
    metadata: { cost_center: 7, tags: ['blue'] },
    max_budget: 50,
    rpm_limit: 100,
    spend: 0,
    model_max_budget: { 'gpt-4o': { max_budget: 20, budget_duration: '1d' } },
    litellm_model_table: { model_aliases: { fast: 'gpt-4o' } },
    team_member_permissions: ['/key/generate'],
    team_member_key_duration: '7d',
    created_by: 'default_user_id',
  });
  const info = await done(world.master.get('/team/info?team_id=full'));
  const { team_info: team, team_memberships: memberships } = info as {
    team_info: { members_with_roles: { user_id: string; user_email: string | null; role: string }[] };
    team_memberships: { user_id: string }[];
  };
  // Who makes a team is its admin.
  expect(team.members_with_roles).toEqual([
    { user_id: expect.any(String) as string, user_email: 'Ada@Example.com', role: 'user' },
    { user_id: 'default_user_id', user_email: null, role: 'admin' },
  ]);
  expect(team).toMatchObject({ team_member_budget_table: { max_budget: 5, budget_duration: '1d', rpm_limit: 10 } });
  const ada = memberships.find(({ user_id }) => user_id === team.members_with_roles[0]?.user_id);
  expect(ada).toMatchObject({
    team_id: 'full',
    spend: 0,
    budget_source: 'team_default',
    litellm_budget_table: { max_budget: 5, rpm_limit: 10, allowed_models: ['claude'] },
  });
});

it.each([
  [{ team_id: 'x', user_role: 'proxy_admin' }, 'user_role'],
  [{ team_id: 'x', guardrails: ['pii'] }, 'guardrails'],
  [{ team_id: 'x', max_budget: -1 }, 'max_budget'],
  [{ team_id: 'x', models: 'gpt-4o' }, 'models'],
  [{ team_id: { not: '' } }, 'team_id'],
  [{ team_id: 'x', members_with_roles: [{ role: 'admin' }] }, 'members_with_roles.0.user_id'],
  [{ team_id: 'x', members_with_roles: [{ role: 'proxy_admin', user_id: 'u' }] }, 'members_with_roles.0.role'],
  [{ team_id: 'x', budget_id: 'no-such-budget' }, 'budget_id'],
  [{ team_id: 'x', organization_id: 'no-such-organization' }, 'organization_id'],
  [{ team_id: 'x', models: ['gpt-4o'], model_aliases: { fast: 'claude' } }, 'models'],
  [{ team_id: 'x', models: ['gpt-4o'], access_group_ids: ['no-such-group'] }, 'access_group_ids'],
])('refuses %j for `%s`, and makes nothing', async (body, param) => {
  expect(expectRefused(await world.master.post('/team/new', body)).param).toBe(param);
  expect((await world.master.get('/team/info?team_id=x')).status).toBe(404);
});

describe('nobody grants more than they hold', () => {
  it.each([
    ['models', { models: ['gpt-4o', 'o1'] }],
    ['models', { models: ['all-proxy-models'] }],
    ['max_budget', { max_budget: 101 }],
    ['rpm_limit', { rpm_limit: 1_001 }],
  ])('a team gets no more %s than its organization has: %j', async (param, more) => {
    const chief = world.as('chief');
    const made = await chief.post('/team/new', { organization_id: 'org-1', team_id: 'rich', ...more });
    expect(expectRefused(made, 400).param).toBe(param);
    expect(expectRefused(await chief.post('/team/update', { team_id: 'team-2', ...more }), 400).param).toBe(param);
    expect(expectRefused(await world.master.post('/team/update', { team_id: 'team-2', ...more }), 400).param).toBe(
      param,
    );
  });

  it('the admin of an organization makes teams in it, and nowhere else', async () => {
    const chief = world.as('chief');
    const made = await done(chief.post('/team/new', { organization_id: 'org-1', team_id: 'chiefs', max_budget: 10 }));
    expect(made).toMatchObject({ organization_id: 'org-1', members_with_roles: [{ user_id: 'chief', role: 'admin' }] });
    expectRefused(await chief.post('/team/new', { organization_id: 'org-2' }), 403);
    expectRefused(await chief.post('/team/new', {}), 403);
    expectRefused(await world.as('lead').post('/team/new', { organization_id: 'org-1' }), 403);
    expectRefused(await world.as('nobody').post('/team/new', {}), 403);
  });

  it.each(['chief', 'lead'])('%s does not move a team to another organization, or out of its own', async (person) => {
    for (const organization_id of ['org-2', null]) {
      const moved = await world.as(person).post('/team/update', { team_id: 'team-1', organization_id });
      expect(expectRefused(moved, 403).param).toBe('organization_id');
    }
    const same = await world.as(person).post('/team/update', { team_id: 'team-1', organization_id: 'org-1' });
    expect(same.status).toBe(200);
  });

  it('the admin of a team lowers its limits and does not raise or lift them', async () => {
    const team = { team_id: 'team-2' };
    await done(world.master.post('/team/update', { ...team, max_budget: 20, rpm_limit: 50, models: ['gpt-4o'] }));
    const lead = world.as('lead-2');
    for (const more of [
      { max_budget: 21 },
      { max_budget: null },
      { rpm_limit: 51 },
      { rpm_limit: null },
      { models: ['gpt-4o', 'claude'] },
      { models: [] },
    ]) {
      expectRefused(await lead.post('/team/update', { ...team, ...more }), 400);
    }
    for (const closed of [{ budget_duration: '1d' }, { budget_id: 'b' }, { model_aliases: { a: 'gpt-4o' } }]) {
      expect(expectRefused(await lead.post('/team/update', { ...team, ...closed }), 403).param).toBe(
        Object.keys(closed)[0],
      );
    }
    expectRefused(await lead.post('/team/model/add', { ...team, models: ['claude'] }), 400);
    expect(json(await lead.post('/team/update', { ...team, max_budget: 10, rpm_limit: 5 }))).toMatchObject({
      team_id: 'team-2',
      data: { max_budget: 10, rpm_limit: 5, models: ['gpt-4o'] },
    });
  });

  it('a member gets no more than the team has, and an admin nothing for themselves', async () => {
    const lead = world.as('lead-2');
    const member = { role: 'user', user_id: 'lead-2' };
    await done(
      world.master.post('/organization/member_add', {
        organization_id: 'org-1',
        member: { ...member, user_id: 'new-one', role: 'internal_user' },
      }),
    );
    const add = { team_id: 'team-2', member: { role: 'user', user_id: 'new-one' } };
    expect(expectRefused(await lead.post('/team/member_add', { ...add, max_budget_in_team: 11 }), 400).param).toBe(
      'max_budget',
    );
    expect(expectRefused(await lead.post('/team/member_add', { ...add, allowed_models: ['o1'] }), 400).param).toBe(
      'models',
    );
    const added = await done(
      lead.post('/team/member_add', { ...add, max_budget_in_team: 9, allowed_models: ['gpt-4o'] }),
    );
    expect(added).toMatchObject({
      updated_users: [{ user_id: 'new-one' }],
      updated_team_memberships: [
        { user_id: 'new-one', litellm_budget_table: { max_budget: 9, allowed_models: ['gpt-4o'] } },
      ],
    });
    const self = { team_id: 'team-2', user_id: 'lead-2', max_budget_in_team: 1 };
    expectRefused(await lead.post('/team/member_update', self), 403);
    const raised = { team_id: 'team-2', user_id: 'new-one', temp_budget_increase: 2, temp_budget_expiry: '7d' };
    expectRefused(await lead.post('/team/member_update', raised), 400);
  });

  it('a block is lifted by nobody who stands below the one that put it', async () => {
    const team = { team_id: 'team-1' };
    await done(world.master.post('/team/block', team));
    expectRefused(await world.as('lead').post('/team/unblock', team), 403);
    expectRefused(await world.as('lead').post('/team/update', { ...team, blocked: false }), 403);
    expectRefused(await world.as('chief').patch('/team/team-1', { blocked: false }), 403);
    expect(json(await world.master.post('/team/unblock', team))).toMatchObject({ blocked: false });
    expect(json(await world.as('lead').post('/team/block', team))).toMatchObject({ blocked: true });
    expect(json(await world.as('lead').post('/team/unblock', team))).toMatchObject({ blocked: false });
  });
});

it('a team that has more than its organization still may is blocked and renamed all the same', async () => {
  const limits = { max_budget: 90, models: ['gpt-4o', 'claude'], team_member_budget: 80 };
  await done(world.master.post('/team/new', { team_id: 'outgrown', organization_id: 'org-1', ...limits }));
  await done(
    world.master.patch('/organization/update', { organization_id: 'org-1', max_budget: 10, models: ['gpt-4o'] }),
  );
  const chief = world.as('chief');
  expect((await chief.post('/team/block', { team_id: 'outgrown' })).status).toBe(200);
  expect((await chief.post('/team/update', { team_id: 'outgrown', team_alias: 'Still' })).status).toBe(200);
  expectRefused(await chief.post('/team/update', { team_id: 'outgrown', max_budget: 89 }), 400);
  expectRefused(await chief.post('/team/update', { team_id: 'outgrown', models: ['claude'] }), 400);
  expect((await chief.post('/team/update', { team_id: 'outgrown', max_budget: 10 })).status).toBe(200);
  const member = { role: 'user', user_email: 'late@example.com' };
  expect((await chief.post('/team/member_add', { team_id: 'outgrown', member })).status).toBe(200);
  const role = { team_id: 'outgrown', user_email: 'late@example.com', role: 'admin' };
  expect((await chief.post('/team/member_update', role)).status).toBe(200);
  const organization = { organization_id: 'org-1', max_budget: 100, models: ['gpt-4o', 'claude'] };
  await done(world.master.patch('/organization/update', organization));
});

it.each(['/team/%00/callback', '/team/a%0Ab/callback', '/v1/access_group/%00', '/access_group/%00/info'])(
  'takes no control characters in a path: %s',
  async (path) => void expectRefused(await world.master.get(path), 400),
);

it('takes no text that a database cannot keep', async () => {
  for (const metadata of [{ a: '\u0000' }, { a: '\ud800' }]) {
    expect(expectRefused(await world.master.post('/team/new', { metadata }), 400).message).toContain('NUL character');
  }
});

describe('members', () => {
  it('are made by their email, once, and not by an id that nobody has', async () => {
    const team_id = 'team-4';
    const loner = world.as('loner');
    const unknown = await loner.post('/team/member_add', { team_id, member: { role: 'user', user_id: 'unheard-of' } });
    expect(expectRefused(unknown, 403).param).toBe('user_id');
    const first = await done(
      loner.post('/team/member_add', { team_id, member: { role: 'user', user_email: 'Bob@example.com' } }),
    );
    const { user_id } = (first as { updated_users: { user_id: string }[] }).updated_users[0] ?? { user_id: '' };
    const again = { team_id, member: [{ role: 'user', user_email: 'BOB@EXAMPLE.COM' }] };
    expect(expectRefused(await loner.post('/team/member_add', again), 400).param).toBe('member');
    const two = { team_id, member: { role: 'user', user_id: 'loner', user_email: 'bob@example.com' } };
    expect(expectRefused(await loner.post('/team/member_add', two), 400).param).toBe('user_email');
    const updated = await done(
      loner.post('/team/member_update', {
        team_id,
        user_email: 'bob@example.com',
        role: 'admin',
        max_budget_in_team: 3,
      }),
    );
    expect(updated).toMatchObject({
      team_id,
      user_id,
      user_email: 'Bob@example.com',
      role: 'admin',
      max_budget_in_team: 3,
    });
    const left = await done(loner.post('/team/member_delete', { team_id, user_email: 'bob@example.com' }));
    expect(JSON.stringify(left)).not.toContain(user_id);
    expectRefused(await loner.post('/team/member_delete', { team_id, user_id }), 400);
  });

  it("of an organization's team are let into the organization by proxy admins, and by its own where they are new", async () => {
    const member = { role: 'user', user_id: 'loner' };
    const fresh = { team_id: 'team-1', member: { role: 'user', user_email: 'fresh@example.com' } };
    for (const who of ['lead', 'chief'])
      expectRefused(await world.as(who).post('/team/member_add', { team_id: 'team-1', member }), 403);
    expectRefused(await world.as('lead').post('/team/member_add', fresh), 403);
    await done(world.as('chief').post('/team/member_add', fresh));
    await done(world.master.post('/team/member_add', { team_id: 'team-1', member }));
    const info = await done(world.as('chief').get('/organization/info?organization_id=org-1'));
    expect(JSON.stringify((info as { members: unknown }).members)).toContain('"loner"');
    await done(world.as('lead').post('/team/member_delete', { team_id: 'team-1', user_id: 'loner' }));
  });

  it('lose their keys of the team with it, everywhere', async () => {
    const team_id = 'team-1';
    await done(world.master.post('/team/member_add', { team_id, member: { role: 'user', user_id: 'leaver' } }));
    const inTeam = await world.gateway.makeKey({ user_id: 'leaver', team_id });
    const own = await world.gateway.makeKey({ user_id: 'leaver' });
    expect((await callerOf(world.gateway, inTeam).get('/v1/models')).status).toBe(200);
    await done(world.as('lead').post('/team/member_delete', { team_id, user_id: 'leaver' }));
    await eventuallyUnauthorized(inTeam);
    expect((await callerOf(world.gateway, own).get('/v1/models')).status).toBe(200);
  });

  it('are added many at once, with a word on each', async () => {
    const members = [
      { role: 'user', user_id: 'bulk-1' },
      { role: 'user', user_id: 'member' },
    ];
    const answer = await done(world.master.post('/team/bulk_member_add', { team_id: 'team-1', members }));
    expect(answer).toMatchObject({
      team_id: 'team-1',
      total_requested: 2,
      successful_additions: 1,
      failed_additions: 1,
    });
    expect(answer).toMatchObject({
      results: [
        { user_id: 'bulk-1', success: true },
        { user_id: 'member', success: false },
      ],
    });
    expectRefused(await world.as('lead').post('/team/bulk_member_add', { team_id: 'team-1', all_users: true }), 403);
  });

  it('see their own keys and spend alone, and the admins see all', async () => {
    await world.gateway.makeKey({ user_id: 'member', team_id: 'team-1', key_alias: 'of-member' });
    await world.gateway.makeKey({ user_id: 'lead', team_id: 'team-1', key_alias: 'of-lead' });
    const aliases = async (person: string) => {
      const info = await done(world.as(person).get('/team/info?team_id=team-1'));
      const { keys, team_memberships } = info as {
        keys: { key_alias: string }[];
        team_memberships: { user_id: string }[];
      };
      return [keys.map(({ key_alias }) => key_alias), team_memberships.map(({ user_id }) => user_id)];
    };
    expect(await aliases('member')).toEqual([['of-member'], ['member']]);
    const [keys, members] = await aliases('lead');
    expect(keys).toEqual(expect.arrayContaining(['of-member', 'of-lead']));
    expect(members).toEqual(expect.arrayContaining(['lead', 'member']));
  });

  it('join a team that is open to all by themselves, as nothing but a member', async () => {
    const nobody = world.as('nobody');
    expect((await done(nobody.get('/team/available'))) as unknown).toMatchObject([
      { team_id: 'team-4', members_with_roles: [] },
    ]);
    const join = (member: object, more: object = {}) =>
      nobody.post('/team/member_add', { team_id: 'team-4', member, ...more });
    expectRefused(await join({ role: 'admin', user_id: 'nobody' }), 403);
    expectRefused(await join({ role: 'user', user_id: 'lead' }), 403);
    expectRefused(await join({ role: 'user', user_id: 'nobody' }, { max_budget_in_team: 5 }), 403);
    expectRefused(
      await nobody.post('/team/member_add', { team_id: 'team-3', member: { role: 'user', user_id: 'nobody' } }),
      403,
    );
    await world.master.post('/team/member_add', { team_id: 'team-2', member: { role: 'user', user_id: 'nobody' } });
    await world.master.post('/team/member_delete', { team_id: 'team-2', user_id: 'nobody' });
    await done(join({ role: 'user', user_id: 'nobody' }));
    expect((await done(nobody.get('/team/available'))) as unknown).toEqual([]);
    await done(world.master.post('/team/member_delete', { team_id: 'team-4', user_id: 'nobody' }));
  });
});

describe('lists', () => {
  const idsOf = (value: unknown) => (value as { team_id: string }[]).map(({ team_id }) => team_id);

  it('hold what their caller sees, and nothing else', async () => {
    const listed = async (person: string) => idsOf((await world.as(person).get('/team/list')).json).toSorted();
    expect(await listed('member')).toEqual(['team-1']);
    expect(await listed('lead-3')).toEqual(['team-3']);
    expect(await listed('chief')).toEqual(expect.arrayContaining(['team-1', 'team-2']));
    expect(await listed('chief')).not.toContain('team-3');
    expect(await listed('nobody')).toEqual([]);
    const asked = await world.as('member').get('/v2/team/list?user_id=lead-3');
    expect(asked.json).toMatchObject({ teams: [], total: 0 });
  });

  it('page in a stable order, filter and sort', async () => {
    const page = async (query: string) =>
      (await done(world.master.get(`/v2/team/list?${query}`))) as {
        teams: { team_id: string }[];
        total: number;
        total_pages: number;
      };
    const all = await page('page_size=100');
    const paged: string[] = [];
    for (let at = 1; at <= Math.ceil(all.total / 2); at++)
      paged.push(...idsOf((await page(`page_size=2&page=${at}`)).teams));
    expect(paged).toEqual(idsOf(all.teams));
    expect(idsOf((await page('team_alias=ALIAS%20OF%20TEAM-1')).teams)).toEqual(['team-1']);
    expect(idsOf((await page('search=team-3')).teams)).toEqual(['team-3']);
    expect(
      idsOf((await page('search=team-&search_team_id_match=prefix&sort_by=team_id&sort_order=desc')).teams),
    ).toEqual(['team-4', 'team-3', 'team-2', 'team-1']);
    expect((await page('team_id=team-1')).teams[0]).toMatchObject({
      members_count: expect.any(Number) as number,
      keys_count: expect.any(Number) as number,
    });
    expect(idsOf((await world.master.get('/team/list?organization_id=default_organization')).json)).toContain('team-4');
    for (const wrong of ['page=0', 'page_size=101', 'sort_by=password', 'status=alive', 'user_id[not]=x&user_id=']) {
      expectRefused(await world.master.get(`/v2/team/list?${wrong}`), 400);
    }
  });
});

describe('callbacks', () => {
  it('are kept with the team; a credential is refused, and a reference to the environment is for proxy admins', async () => {
    const path = '/team/team-1/callback';
    const lead = world.as('lead');
    const vars = { langfuse_public_key: 'pk', langfuse_host: 'https://langfuse.example' };
    const added = await lead.post(path, { callback_name: 'langfuse', callback_type: 'success', callback_vars: vars });
    expect(added.json).toMatchObject({ status: 'success', data: { team_id: 'team-1' } });
    expect((await lead.get(path)).json).toEqual({
      status: 'success',
      data: { team_id: 'team-1', success_callbacks: ['langfuse'], failure_callbacks: [], callback_vars: vars },
    });
    const secret = { callback_name: 'other', callback_vars: { langfuse_secret_key: 'sk-lf-123456789' } };
    expect(expectRefused(await lead.post(path, secret), 400).param).toBe('callback_vars.langfuse_secret_key');
    const env = { callback_name: 'other', callback_vars: { langfuse_secret_key: 'os.environ/LANGFUSE_SECRET' } };
    expectRefused(await lead.post(path, env), 400);
    expect((await world.master.post(path, env)).status).toBe(200);
    expectRefused(
      await lead.post(path, { callback_name: 'x', callback_vars: { api_base: 'http://169.254.169.254' } }),
      400,
    );
    expectRefused(await world.as('member').get(path), 403);
    expectRefused(await world.as('lead-2').delete(`${path}/langfuse`), 403);
    expect((await lead.delete(`${path}/langfuse`)).json).toMatchObject({
      message: 'Callback langfuse removed for team team-1',
      data: { success_callbacks: ['other'], failure_callbacks: ['other'] },
    });
    expectRefused(await lead.delete(`${path}/langfuse`), 404);
    expect((await lead.post('/team/team-1/disable_logging', {})).json).toMatchObject({
      data: { success_callbacks: [] },
    });
  });
});

it.each<[string, string, z.ZodType]>([
  ['/team/info?team_id=team-1', 'an info', teamInfoAnswer],
  ['/team/list', 'a list', teamListAnswer],
  ['/v2/team/list', 'a page', teamPageAnswer],
  ['/team/permissions_list?team_id=team-1', 'permissions', permissionsAnswer],
  ['/team/team-1/callback', 'callbacks', callbacksAnswer],
])('%s answers with what is documented of %s, and no more', async (path, _what, schema) => {
  const { json: answer } = await world.master.get(path);
  expect(schema.parse(answer)).toEqual(answer);
});

it('permissions of members are listed and set by admins', async () => {
  const lead = world.as('lead');
  await done(
    lead.post('/team/permissions_update', {
      team_id: 'team-1',
      team_member_permissions: ['/key/generate', '/key/info'],
    }),
  );
  expect(await done(lead.get('/team/permissions_list?team_id=team-1'))).toMatchObject({
    team_member_permissions: ['/key/generate', '/key/info'],
    all_available_permissions: expect.arrayContaining(['/key/update']) as string[],
  });
  expectRefused(await world.as('member').get('/team/permissions_list?team_id=team-1'), 403);
  expectRefused(
    await lead.post('/team/permissions_update', { team_id: 'team-1', team_member_permissions: ['/team/new'] }),
    400,
  );
});

describe('deletion', () => {
  it('takes the keys with it everywhere, leaves the users, and is all or nothing', async () => {
    const team_id = 'doomed';
    await done(world.master.post('/team/new', { team_id, team_alias: 'Doomed', max_budget: 1, team_member_budget: 1 }));
    const key = await world.gateway.makeKey({ team_id });
    expect((await callerOf(world.gateway, key).get('/v1/models')).status).toBe(200);
    expectRefused(await world.master.post('/team/delete', { team_ids: [team_id, 'no-such-team'] }), 404);
    expect((await callerOf(world.gateway, key).get('/v1/models')).status).toBe(200);
    expectRefused(await world.as('lead').post('/team/delete', { team_ids: [team_id] }), 403);
    expectRefused(await world.as('member').post('/team/delete', { team_ids: ['team-1'] }), 403);
    const models = () => world.gateway.app.get(DatabaseService).run((client) => client.configModel.findMany());
    const by = { litellmParams: { model: 'demo/hello' }, createdBy: 'x', updatedBy: 'x' };
    await world.gateway.app.get(DatabaseService).run((client) =>
      client.configModel.createMany({
        data: [
          { id: 'own', modelName: 'own', modelInfo: { team_id }, ...by },
          { id: 'another', modelName: 'another', modelInfo: { team_id: 'team-1' }, ...by },
          { id: 'for-all', modelName: 'for-all', modelInfo: {}, ...by },
        ],
      }),
    );
    expect(await done(world.master.post('/team/delete', { team_ids: [team_id] }))).toMatchObject({
      deleted_teams: [team_id],
      deleted_keys: 1,
    });
    expect((await models()).map(({ id }) => id).sort()).toEqual(['another', 'for-all']);
    await eventuallyUnauthorized(key);
    const deleted = await done(world.master.get('/v2/team/list?status=deleted'));
    expect(deleted).toMatchObject({
      teams: [{ team_id, team_alias: 'Doomed', deleted_by: 'default_user_id' }],
      total: 1,
    });
    expectRefused(await world.as('lead').get('/v2/team/list?status=deleted'), 403);
    // The id is free again, and the new team has none of the old one's limits.
    expect(await done(world.master.post('/team/new', { team_id }))).toMatchObject({ max_budget: null, spend: 0 });
  });
});

async function eventuallyUnauthorized(key: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  let status = 0;
  while (status !== 401 && performance.now() < deadline) {
    ({ status } = await callerOf(world.gateway, key).get('/v1/models'));
    if (status !== 401) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(status).toBe(401);
}
