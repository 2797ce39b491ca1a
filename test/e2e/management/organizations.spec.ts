/** Organizations over HTTP: proxy admins make them, their admins look after the members, and nobody else sees them. */
import {
  organizationListAnswer,
  organizationWithMembersAnswer,
} from '../../../src/management/organizations/organization.dto.js';
import { expectRefused } from '../support/envelope.js';
import { callerOf, done, OrganizationWorld } from './organization-world.js';

jest.setTimeout(60_000);

let world: OrganizationWorld;
beforeAll(async () => (world = await OrganizationWorld.start()));
afterAll(() => world.stop());

it.each([
  ['chief', 'org-1', 200, 200],
  ['chief', 'org-2', 403, 403],
  ['chief', 'no-such-organization', 403, 403],
  ['chief-2', 'org-1', 403, 403],
  ['lead', 'org-1', 200, 403],
  ['lead', 'org-2', 403, 403],
  ['loner', 'org-1', 403, 403],
  ['nobody', 'no-such-organization', 403, 403],
])('%s and %s: seen %i, changed %i', async (person, organization_id, sees, changes) => {
  const caller = world.as(person);
  expect((await caller.get(`/organization/info?organization_id=${organization_id}`)).status).toBe(sees);
  const member = { role: 'internal_user', user_email: `${person}-${organization_id}@example.com` };
  const writes = await Promise.all([
    caller.patch('/organization/update', { organization_id, metadata: { by: person } }),
    caller.post('/organization/member_add', { organization_id, member }),
    caller.patch('/organization/member_update', { organization_id, user_id: 'unheard-of', role: 'internal_user' }),
    caller.delete('/organization/member_delete', { organization_id, user_id: 'unheard-of' }),
  ]);
  const ofStranger = changes === 200 ? 400 : changes;
  expect(writes.map(({ status }) => status)).toEqual([changes, changes, ofStranger, ofStranger]);
});

it('a missing organization is told to proxy admins alone', async () => {
  expectRefused(await world.master.get('/organization/info?organization_id=none'), 404);
  expectRefused(await world.master.patch('/organization/update', { organization_id: 'none' }), 404);
  expectRefused(await world.master.delete('/organization/delete', { organization_ids: ['none'] }), 404);
});

it('is made, changed and deleted by proxy admins; its admins change neither its money nor its models', async () => {
  for (const person of ['chief', 'lead', 'nobody']) {
    const caller = world.as(person);
    expectRefused(await caller.post('/organization/new', { organization_alias: 'mine' }), 401);
    expectRefused(await caller.delete('/organization/delete', { organization_ids: ['org-1'] }), 401);
  }
  for (const field of [{ max_budget: 1 }, { models: [] }, { rpm_limit: null }, { budget_id: 'b' }]) {
    const refused = await world.as('chief').patch('/organization/update', { organization_id: 'org-1', ...field });
    expect(expectRefused(refused, 403).param).toBe(Object.keys(field)[0]);
  }
  const renamed = await done(
    world.as('chief').patch('/organization/update', { organization_id: 'org-1', organization_alias: 'Renamed' }),
  );
  expect(renamed).toMatchObject({ organization_alias: 'Renamed', max_budget: 100, models: ['gpt-4o', 'claude'] });
  const changed = await done(
    world.master.patch('/organization/update', { organization_id: 'org-1', max_budget: 200, budget_duration: '30d' }),
  );
  expect(changed).toMatchObject({
    max_budget: 200,
    litellm_budget_table: { max_budget: 200, rpm_limit: 1_000 },
    budget_reset_at: expect.stringMatching(/-01T00:00:00/) as string,
  });
});

it.each([
  [{}, 'organization_alias'],
  [{ organization_alias: 'x', user_role: 'proxy_admin' }, 'user_role'],
  [{ organization_alias: 'x', object_permission: { mcp_servers: ['s'] } }, 'object_permission'],
  [{ organization_alias: { not: '' } }, 'organization_alias'],
  [{ organization_alias: 'x', budget_id: 'no-such-budget' }, 'budget_id'],
])('refuses %j for `%s`', async (body, param) => {
  expect(expectRefused(await world.master.post('/organization/new', body), 400).param).toBe(param);
});

it('nobody is made an admin of the proxy here', async () => {
  const member = { role: 'proxy_admin', user_id: 'lead' };
  const added = await world.as('chief').post('/organization/member_add', { organization_id: 'org-1', member });
  expectRefused(added, 400);
  const raised = { organization_id: 'org-1', user_id: 'lead', role: 'proxy_admin' };
  expectRefused(await world.as('chief').patch('/organization/member_update', raised), 400);
});

it('members are added, changed and taken out', async () => {
  const chief = world.as('chief');
  const member = { role: 'internal_user', user_email: 'eve@example.com' };
  const added = await done(chief.post('/organization/member_add', { organization_id: 'org-1', member }));
  const { updated_users: users } = added as { updated_users: { user_id: string }[] };
  const user_id = users[0]?.user_id ?? '';
  expect(added).toMatchObject({
    organization_id: 'org-1',
    updated_users: [{ user_email: 'eve@example.com', user_role: 'internal_user' }],
    updated_organization_memberships: [{ user_id, user_role: 'internal_user' }],
  });
  expectRefused(await chief.post('/organization/member_add', { organization_id: 'org-1', member }), 400);
  const unknown = { role: 'internal_user', user_id: 'unheard-of' };
  expectRefused(await chief.post('/organization/member_add', { organization_id: 'org-1', member: unknown }), 403);
  const raised = { organization_id: 'org-1', user_email: 'EVE@example.com', role: 'org_admin' };
  expect(await done(chief.patch('/organization/member_update', raised))).toMatchObject({
    user_id,
    user_role: 'org_admin',
  });
  const eve = callerOf(world.gateway, await world.gateway.makeKey({ user_id }));
  expect((await eve.get('/team/info?team_id=team-2')).status).toBe(200);
  await done(chief.delete('/organization/member_delete', { organization_id: 'org-1', user_id }));
  expectRefused(await eve.get('/team/info?team_id=team-2'), 403);
});

it('a member who is no admin sees themselves and the teams that they are in', async () => {
  const shown = (await done(world.as('lead').get('/organization/info?organization_id=org-1'))) as {
    members: { user_id: string }[];
    teams: { team_id: string }[];
  };
  expect(shown.members.map(({ user_id }) => user_id)).toEqual(['lead']);
  expect(shown.teams.map(({ team_id }) => team_id)).toEqual(['team-1']);
  const all = (await done(world.as('chief').get('/organization/info?organization_id=org-1'))) as typeof shown;
  expect(all.teams.map(({ team_id }) => team_id)).toEqual(['team-1', 'team-2']);
});

it('lists hold what their caller sees, page and filter', async () => {
  const listed = async (person: string, query = '') => {
    const { json } = await world.as(person).get(`/organization/list${query}`);
    return (json as { organization_id: string }[]).map(({ organization_id }) => organization_id);
  };
  expect(await listed('chief')).toEqual(['org-1']);
  expect(await listed('chief', '?org_id=org-2')).toEqual([]);
  expect(await listed('nobody')).toEqual([]);
  const { json: all } = await world.master.get('/organization/list');
  expect(all).toMatchObject([{ organization_id: 'org-1' }, { organization_id: 'org-2' }]);
  expect((await world.master.get('/organization/list?page=2&page_size=1')).json).toMatchObject([
    { organization_id: 'org-2' },
  ]);
  expect((await world.master.get('/organization/list?org_alias=RG-2')).json).toMatchObject([
    { organization_id: 'org-2' },
  ]);
});

it('answers with what is documented, and no more', async () => {
  const info = (await world.master.get('/organization/info?organization_id=org-1')).json;
  expect(organizationWithMembersAnswer.parse(info)).toEqual(info);
  const list = (await world.master.get('/organization/list')).json;
  expect(organizationListAnswer.parse(list)).toEqual(list);
});

it('deleted, it takes its teams and their keys with it, and leaves the users', async () => {
  await done(world.master.post('/organization/new', { organization_id: 'org-3', organization_alias: 'Three' }));
  await done(world.master.post('/team/new', { team_id: 'team-of-3', organization_id: 'org-3' }));
  const key = callerOf(world.gateway, await world.gateway.makeKey({ team_id: 'team-of-3', user_id: 'lead' }));
  expect((await key.get('/v1/models')).status).toBe(200);
  const gone = await world.master.delete('/organization/delete', { organization_ids: ['org-3', 'none'] });
  expectRefused(gone, 404);
  expect((await key.get('/v1/models')).status).toBe(200);
  const deleted = await world.master.delete('/organization/delete', { organization_ids: ['org-3'] });
  expect(deleted.json).toMatchObject([{ organization_id: 'org-3' }]);
  const deadline = performance.now() + 10_000;
  let status = 200;
  while (status !== 401 && performance.now() < deadline) ({ status } = await key.get('/v1/models'));
  expect(status).toBe(401);
  expectRefused(await world.master.get('/team/info?team_id=team-of-3'), 404);
  expect((await world.as('lead').get('/v1/models')).status).toBe(200);
});
