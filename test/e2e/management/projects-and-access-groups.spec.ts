/** Projects and access groups over HTTP: whose they are, what they may be given, and what goes with them. */
import { projectListAnswer } from '../../../src/management/projects/project.dto.js';
import { groupListAnswer, namedGroupListAnswer } from '../../../src/management/access-groups/access-group.dto.js';
import { expectRefused } from '../support/envelope.js';
import { done, OrganizationWorld } from './organization-world.js';

jest.setTimeout(60_000);

let world: OrganizationWorld;
beforeAll(async () => {
  world = await OrganizationWorld.start();
  const limits = { max_budget: 50, rpm_limit: 100, models: ['gpt-4o'] };
  await done(world.master.post('/team/update', { team_id: 'team-1', ...limits }));
  for (const [project_id, team_id] of [
    ['project-1', 'team-1'],
    ['project-2', 'team-2'],
    ['project-3', 'team-3'],
  ]) {
    await done(world.master.post('/project/new', { project_id, team_id, project_alias: project_id, max_budget: 5 }));
  }
});
afterAll(() => world.stop());

describe('projects', () => {
  it.each([
    ['chief', [200, 200, 403, 403], [200, 200, 403, 403]],
    ['lead', [200, 403, 403, 403], [200, 403, 403, 403]],
    ['member', [200, 403, 403, 403], [403, 403, 403, 403]],
    ['chief-2', [403, 403, 200, 403], [403, 403, 200, 403]],
    ['nobody', [403, 403, 403, 403], [403, 403, 403, 403]],
  ])(
    '%s sees %j and changes %j of own, same organization, other organization, missing',
    async (person, sees, changes) => {
      const caller = world.as(person);
      const projects = ['project-1', 'project-2', 'project-3', 'no-such-project'];
      const seen = await Promise.all(projects.map((id) => caller.get(`/project/info?project_id=${id}`)));
      expect(seen.map(({ status }) => status)).toEqual(sees);
      const changed = await Promise.all(
        projects.map((project_id) => caller.post('/project/update', { project_id, metadata: { by: person } })),
      );
      expect(changed.map(({ status }) => status)).toEqual(changes);
      const deleted = await caller.delete('/project/delete', { project_ids: ['project-1'] });
      expectRefused(deleted, 401);
    },
  );

  it.each([
    [{ max_budget: 51 }, 'max_budget'],
    [{ rpm_limit: 101 }, 'rpm_limit'],
    [{ models: ['claude'] }, 'models'],
    [{ guardrails: ['pii'] }, 'guardrails'],
    [{ spend: 0 }, 'spend'],
  ])('a project gets no more than its team has, and no field that is not its own: %j', async (more, param) => {
    const lead = world.as('lead');
    expect(expectRefused(await lead.post('/project/new', { team_id: 'team-1', ...more }), 400).param).toBe(param);
    expect(expectRefused(await lead.post('/project/update', { project_id: 'project-1', ...more }), 400).param).toBe(
      param,
    );
  });

  it('is made by the admins of its team, and moved by who administers both teams', async () => {
    const made = await done(
      world
        .as('lead')
        .post('/project/new', { team_id: 'team-1', description: 'A trial', tags: ['trial'], max_budget: 1 }),
    );
    expect(made).toMatchObject({
      team_id: 'team-1',
      description: 'A trial',
      metadata: { tags: ['trial'] },
      max_budget: 1,
    });
    expectRefused(await world.as('member').post('/project/new', { team_id: 'team-1' }), 403);
    expectRefused(await world.as('lead').post('/project/new', { team_id: 'team-2' }), 403);
    const project_id = made['project_id'];
    expectRefused(await world.as('lead').post('/project/update', { project_id, team_id: 'team-2' }), 403);
    expectRefused(await world.as('lead-2').post('/project/update', { project_id, team_id: 'team-2' }), 403);
    const moved = await done(world.as('chief').post('/project/update', { project_id, team_id: 'team-2' }));
    expect(moved).toMatchObject({ team_id: 'team-2', description: 'A trial' });
  });

  it('lists hold what their caller sees', async () => {
    const listed = async (person: string) =>
      ((await world.as(person).get('/project/list')).json as { project_id: string }[]).map(
        ({ project_id }) => project_id,
      );
    expect(await listed('member')).toContain('project-1');
    expect(await listed('member')).not.toContain('project-2');
    expect(await listed('chief-2')).toEqual(['project-3']);
    expect(await listed('nobody')).toEqual([]);
    const { json: all } = await world.master.get('/project/list');
    expect(projectListAnswer.parse(all)).toEqual(all);
  });

  it('is deleted by proxy admins, and stays where its team is deleted', async () => {
    await done(world.master.post('/team/new', { team_id: 'brief' }));
    await done(world.master.post('/project/new', { project_id: 'orphan', team_id: 'brief' }));
    await done(world.master.post('/team/delete', { team_ids: ['brief'] }));
    expect(await done(world.master.get('/project/info?project_id=orphan'))).toMatchObject({ team_id: null });
    expectRefused(await world.as('lead').get('/project/info?project_id=orphan'), 403);
    expectRefused(await world.master.delete('/project/delete', { project_ids: ['orphan', 'none'] }), 404);
    expect((await world.master.delete('/project/delete', { project_ids: ['orphan'] })).json).toMatchObject([
      { project_id: 'orphan' },
    ]);
    expectRefused(await world.master.get('/project/info?project_id=orphan'), 404);
  });
});

describe('access groups', () => {
  it('are for admins of the proxy alone', async () => {
    for (const person of ['chief', 'lead', 'nobody']) {
      const caller = world.as(person);
      const answers = await Promise.all([
        caller.get('/access_group/list'),
        caller.get('/v1/access_group'),
        caller.post('/access_group/new', { access_group: 'g', model_names: ['a'] }),
        caller.post('/v1/access_group', { access_group_name: 'g' }),
        caller.delete('/access_group/g/delete'),
      ]);
      for (const answer of answers) expectRefused(answer, 401);
    }
  });

  it('are made, listed, changed and deleted by their name', async () => {
    const { master } = world;
    const made = await done(
      master.post('/access_group/new', { access_group: 'prod', model_names: ['gpt-4o', 'claude'] }),
    );
    expect(made).toEqual({
      access_group: 'prod',
      model_names: ['gpt-4o', 'claude'],
      model_ids: null,
      models_updated: 0,
    });
    expectRefused(await master.post('/access_group/new', { access_group: 'prod', model_names: ['x'] }), 409);
    expectRefused(
      await master.post('/access_group/new', { access_group: 'by-id', model_names: ['x'], model_ids: ['1'] }),
      400,
    );
    expectRefused(await master.post('/access_group/new', { access_group: 'none', model_names: [] }), 400);
    const { json: list } = await master.get('/access_group/list');
    expect(list).toEqual({
      access_groups: [{ access_group: 'prod', model_names: ['gpt-4o', 'claude'], deployment_count: 0 }],
    });
    expect(namedGroupListAnswer.parse(list)).toEqual(list);
    await done(master.put('/access_group/prod/update', { model_names: ['claude'] }));
    expect(await done(master.get('/access_group/prod/info'))).toMatchObject({ model_names: ['claude'] });
    expect(await done(master.delete('/access_group/prod/delete'))).toMatchObject({ access_group: 'prod' });
    expectRefused(await master.get('/access_group/prod/info'), 404);
    expectRefused(await master.put('/access_group/prod/update', { model_names: ['claude'] }), 404);
    expectRefused(await master.delete('/access_group/prod/delete'), 404);
  });

  it('are given to teams and keys, told on both sides, and gone from both with the group', async () => {
    const { master } = world;
    const key = await done(master.post('/key/generate', { key_alias: 'grouped' }));
    const body = {
      access_group_name: 'lab',
      description: 'For the lab',
      access_model_names: ['gpt-4o'],
      assigned_team_ids: ['team-4'],
      assigned_key_ids: [key['token']],
    };
    const group = await master.post('/v1/access_group', body);
    expect(group.status).toBe(201);
    expect(group.json).toMatchObject({
      ...body,
      assigned_teams: [{ id: 'team-4', name: 'Alias of team-4' }],
      assigned_keys: [{ name: 'grouped' }],
    });
    const { access_group_id: id } = group.json as { access_group_id: string };
    const groupsOf = async (team: string) => {
      const info = await done(master.get(`/team/info?team_id=${team}`));
      return (info['team_info'] as { access_group_ids: string[] }).access_group_ids;
    };
    expect(await groupsOf('team-4')).toEqual([id]);
    await done(master.post('/team/update', { team_id: 'team-3', access_group_ids: [id] }));
    await done(master.post('/team/update', { team_id: 'team-4', access_group_ids: [] }));
    const { json: list } = await master.get('/v1/unified_access_group');
    expect(list).toMatchObject([{ assigned_team_ids: ['team-3'] }]);
    expect(groupListAnswer.parse(list)).toEqual(list);
    expect(
      expectRefused(await world.as('chief-2').post('/team/update', { team_id: 'team-3', access_group_ids: [] }), 403)
        .param,
    ).toBe('access_group_ids');
    expectRefused(await master.put(`/v1/access_group/${id}`, { assigned_team_ids: ['no-such-team'] }), 400);
    expectRefused(
      await master.post('/v1/access_group', { access_group_name: 'mcp', access_mcp_server_ids: ['m'] }),
      400,
    );
    expect((await master.delete(`/v1/access_group/${id}`)).status).toBe(204);
    expect(await groupsOf('team-3')).toEqual([]);
    expectRefused(await master.get(`/v1/access_group/${id}`), 404);
  });
});
