/**
 * The attack: the admin of an organization adds somebody else's account to it, and manages it from then on: invites it to set a new
 * password, blocks it, deletes it. And: whoever adds members, or names users, budgets and fields beyond their role, learns what there is.
 */
import { AccessScopes } from '../../../src/auth/scope/access-scopes.service.js';
import { eventually } from '../support/eventually.js';
import type { Answer } from '../support/http-client.js';
import { AuthorizationBench } from './bench.js';
import type { KnownCaller } from './callers.js';

jest.setTimeout(120_000);

let bench: AuthorizationBench;
beforeAll(async () => {
  bench = await AuthorizationBench.start();
});
beforeEach(() => bench.restore());
afterAll(() => bench.stop());

const post = (caller: KnownCaller, path: string, body: object): Promise<Answer> =>
  bench.ask(caller, { method: 'POST', path, body: JSON.stringify(body) });
const memberships = (userId: string) =>
  bench.database.run(async (client) => [
    ...(await client.organizationMember.findMany({ where: { userId } })).map(({ organizationId }) => organizationId),
    ...(await client.teamMember.findMany({ where: { userId } })).map(({ teamId }) => teamId),
  ]);

it.each(['u-plain', 'u-foreign', 'u-admin'])(
  '%s is not added by an admin of another organization, by id or by email',
  async (user_id) => {
    const before = await memberships(user_id);
    for (const name of [
      { user_id },
      { user_email: `${user_id}@example.com` },
      { user_id, user_email: `${user_id}@example.com` },
    ]) {
      const organization = { organization_id: 'org-own', member: { role: 'internal_user', ...name } };
      expect((await post('org_admin', '/organization/member_add', organization)).status).toBe(403);
      for (const caller of ['org_admin', 'team_admin'] as const) {
        const answer = await post(caller, '/team/member_add', {
          team_id: 'team-own',
          member: { role: 'user', ...name },
        });
        expect(answer.status).toBe(403);
      }
      const team = { team_alias: 'new', organization_id: 'org-own', members_with_roles: [{ role: 'user', ...name }] };
      expect((await post('org_admin', '/team/new', team)).status).toBe(403);
    }
    expect(await memberships(user_id)).toEqual(before);
    expect((await post('org_admin', '/invitation/new', { user_id })).status).toBe(403);
  },
);

it('an email that nobody has is answered to team admins as one of somebody else’s', async () => {
  const told = async (user_email: string): Promise<string> => {
    const { status, text } = await post('team_admin', '/team/member_add', {
      team_id: 'team-own',
      member: { user_email },
    });
    return `${status} ${text.replaceAll(user_email, 'them')}`;
  };
  expect(await told('nobody@example.com')).toBe(await told('u-foreign@example.com'));
});

it('members of the organization, and people who are new, are added as ever', async () => {
  const add = (caller: KnownCaller, member: object) =>
    post(caller, '/team/member_add', { team_id: 'team-own', member });
  expect((await add('team_admin', { user_id: 'u-other-team', role: 'user' })).status).toBe(200);
  expect((await add('org_admin', { user_email: 'new@example.com', role: 'user' })).status).toBe(200);
  expect((await add('master', { user_id: 'u-plain', role: 'user' })).status).toBe(200);
});

const everybody = ['internal_user', 'team_member', 'team_admin', 'org_admin'] as const;
const own = { internal_user: 'u-plain', team_member: 'u-member', team_admin: 'u-lead', org_admin: 'u-org' } as const;

describe.each(everybody)('%s is refused by name (S-08)', (caller) => {
  it.each<[string, string, (userId: string) => object]>([
    ['user_role', '/user/update', (user_id) => ({ user_id, user_role: 'proxy_admin' })],
    ['blocked', '/user/update', (user_id) => ({ user_id, blocked: false })],
    ['spend', '/user/update', (user_id) => ({ user_id, spend: 0 })],
    ['budget_id', '/user/update', (user_id) => ({ user_id, budget_id: 'a-budget' })],
    ['max_budget', '/user/update', (user_id) => ({ user_id, max_budget: 5 })],
    ['models', '/user/update', (user_id) => ({ user_id, models: ['echo'] })],
    ['budget_id', '/key/generate', () => ({ budget_id: 'a-budget' })],
    ['organization_id', '/key/generate', () => ({ organization_id: 'org-foreign' })],
    ['team_id', '/key/generate', () => ({ team_id: 'team-foreign' })],
    ['user_id', '/key/generate', () => ({ user_id: 'u-foreign' })],
  ])('%s of %s', async (field, path, bodyOf) => {
    const answer = await post(caller, path, bodyOf(own[caller]));
    expect([answer.status, answer.json]).toMatchObject([403, { error: { param: field } }]);
  });
});

it.each([
  ['/team/update', { team_id: 'team-own', budget_id: 'a-budget' }, 'team_admin', 'budget_id'],
  ['/team/update', { team_id: 'team-own', organization_id: 'org-foreign' }, 'team_admin', 'organization_id'],
  ['/team/update', { team_id: 'team-own', organization_id: 'org-foreign' }, 'org_admin', 'organization_id'],
  ['/team/update', { team_id: 'team-own', access_group_ids: ['a-access_group'] }, 'org_admin', 'access_group_ids'],
  ['/project/update', { project_id: 'project-own', team_id: 'team-foreign' }, 'team_admin', 'team_id'],
] as const)('%s of %j by %s names %s', async (path, body, caller, field) => {
  const answer = await post(caller, path, body);
  expect([answer.status, answer.json]).toMatchObject([403, { error: { param: field } }]);
});

describe('what a caller may see and change is not known', () => {
  const ask = (caller: KnownCaller) => bench.ask(caller, { method: 'GET', path: '/team/info?team_id=team-own' });
  const scopes = (): { read: unknown } => bench.gateway.app.get<never>(AccessScopes, { strict: false });

  it.each([
    ['a bug', new TypeError('x is undefined')],
    ['a rejection with nothing', undefined],
  ])('%s: 503, and no pass', async (_what, error) => {
    const spy = jest.spyOn(scopes() as never, 'read').mockRejectedValue(error as never);
    for (const caller of ['team_admin', 'internal_user', 'proxy_admin'] as const) {
      const { status, text } = await ask(caller);
      expect([status, /undefined/.test(text)]).toEqual([503, false]);
    }
    spy.mockRestore();
    expect((await ask('team_admin')).status).toBe(200);
  });

  it('a database that hangs: 503 within seconds, and nothing is written', async () => {
    expect((await ask('team_admin')).status).toBe(200);
    const run = bench.database.run.bind(bench.database);
    const silence = (): Promise<never> => new Promise<never>(() => undefined);
    const spy = jest
      .spyOn(bench.database, 'run')
      .mockImplementation((work, withinMs) => (withinMs === undefined ? run(work) : run(silence, withinMs)));
    const answer = await post('team_admin', '/team/delete', { team_ids: ['team-own'] });
    spy.mockRestore();
    expect(answer.status).toBe(503);
    expect(answer.durationMs).toBeLessThan(20_000);
    await eventually('the database is asked again', () => bench.database.status === 'ready');
    expect(await bench.database.run((client) => client.team.count({ where: { id: 'team-own' } }))).toBe(1);
  });
});
