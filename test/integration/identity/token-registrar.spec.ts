/** Users, teams and keys that tokens name, on both databases: made once, kept as the token says, and written only where something differs. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestingIssuer } from '../../../src/auth/authenticators/jwt/testing-issuer.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { eventually } from '../../e2e/support/eventually.js';
import { IdentityGateway, type Called } from './identity-gateway.js';

jest.setTimeout(120_000);

const models = ['gpt', 'claude'].map((name) => ({
  model_name: name,
  litellm_params: { model: 'openai/gpt-4o', api_key: 'none', mock_response: 'hello' },
}));

/** Issuers of the tests' own, each under a path of one server. */
class Provider {
  readonly staff: TestingIssuer;
  readonly partners: TestingIssuer;
  private constructor(private readonly server: Server) {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.staff = new TestingIssuer(`${base}/staff`);
    this.partners = new TestingIssuer(`${base}/partners`);
  }

  static async start(): Promise<Provider> {
    const server = createServer((request, response) => {
      const issuer = request.url?.startsWith('/staff') ? provider.staff : provider.partners;
      void issuer.fetchJson(request.url ?? '').then((found) => response.end(JSON.stringify(found)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new Provider(server);
    return provider;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  token(claims: object, issuer = this.staff): string {
    return issuer.token({ iss: issuer.name, aud: 'tollgate', exp: Math.floor(Date.now() / 1_000) + 600, ...claims });
  }
}

describeOnBothDatabases('identities of tokens', (database) => {
  let provider: Provider;
  let one: IdentityGateway;
  let other: IdentityGateway;

  beforeAll(async () => {
    provider = await Provider.start();
    const issuer = { audience: 'tollgate' };
    const options = {
      models,
      litellm: {
        default_internal_user_params: { models: ['gpt'], rpm_limit: 77 },
        max_internal_user_budget: 12,
        default_team_params: { max_budget: 34 },
      },
      general: {
        enable_jwt_auth: true,
        litellm_jwtauth: {
          issuers: [
            { ...issuer, issuer: provider.staff.name, unregistered_jwt_client_behavior: 'auto_register' },
            { ...issuer, issuer: provider.partners.name, unregistered_jwt_client_behavior: 'reject' },
          ],
          user_id_jwt_field: 'sub',
          user_email_jwt_field: 'email',
          team_ids_jwt_field: 'groups',
          virtual_key_claim_field: 'azp',
          user_id_upsert: true,
          team_id_upsert: true,
          sync_user_role_and_teams: true,
          roles_jwt_field: 'roles',
          role_mappings: [{ role: 'visitor', internal_role: 'customer' }],
          jwt_litellm_role_map: [
            { jwt_role: 'LOOKS', litellm_role: 'internal_user_viewer' },
            { jwt_role: 'WORKS', litellm_role: 'internal_user' },
            { jwt_role: 'RULES', litellm_role: 'proxy_admin' },
          ],
        },
      },
    };
    one = await IdentityGateway.start(database.url, options);
    other = await IdentityGateway.start(database.url, options);
  });
  afterAll(async () => {
    await one.stop();
    await other.stop();
    provider.stop();
  });

  const chat = (gateway: IdentityGateway, key: string, model = 'gpt'): Promise<Called> =>
    gateway.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] }, key);
  const audited = (objectKind: string, objectId: string): Promise<string[]> =>
    one.run(async (client) => {
      const rows = await client.auditEntry.findMany({ where: { objectKind, objectId }, orderBy: { sequence: 'asc' } });
      return rows.map(({ action, actor }) => `${actor} ${action}`);
    });

  it('a user is made once, by two processes at the same time, with what new users get', async () => {
    const tokens = [1, 2, 3].map((at) => provider.token({ sub: 'ada', email: 'Ada@example.com', at }));
    const answers = await Promise.all(tokens.flatMap((token) => [chat(one, token), chat(other, token)]));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await one.get('/user/info?user_id=ada')).body).toMatchObject({
      user_info: { user_email: 'Ada@example.com', models: ['gpt'], max_budget: 12, rpm_limit: 77, teams: [] },
    });
    expect(await audited('user', 'ada')).toEqual(['jwt user.create']);
    expect((await chat(one, tokens[0] ?? '', 'claude')).status).toBe(403);
    expect(await one.run((client) => client.virtualKey.count({ where: { userId: 'ada' } }))).toBe(0);
  });

  it('a team is made once, and the user joins it; nobody else does', async () => {
    const token = provider.token({ sub: 'bob', groups: ['research'] });
    const answers = await Promise.all([chat(one, token), chat(other, token)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { body } = await one.get('/team/info?team_id=research');
    expect(body).toMatchObject({ team_info: { max_budget: 34 } });
    expect(await audited('team', 'research')).toContain('jwt team.new');
    // The team did not exist when the memberships were compared: the next look finds it.
    expect((await chat(one, provider.token({ sub: 'bob', groups: ['research'], at: 2 }))).status).toBe(200);
    const members = await one.run((client) => client.teamMember.findMany({ where: { teamId: 'research' } }));
    expect(members.map(({ userId, role }) => [userId, role])).toEqual([['bob', 'user']]);
  });

  it('role and teams follow the token, and what is so already is not written', async () => {
    await one.team('sales');
    await chat(one, provider.token({ sub: 'carl', groups: ['sales'], roles: ['WORKS'] }));
    const before = await one.run((client) => client.auditEntry.count());
    await chat(one, provider.token({ sub: 'carl', groups: ['sales'], roles: ['WORKS'], at: 2 }));
    await chat(other, provider.token({ sub: 'carl', groups: ['sales'], at: 3 }));
    expect(await one.run((client) => client.auditEntry.count())).toBe(before);
    await chat(one, provider.token({ sub: 'carl', groups: ['research', 'unheard'], roles: ['LOOKS'] }));
    const user = await one.run((client) => client.user.findUniqueOrThrow({ where: { id: 'carl' } }));
    const teams = await one.run((client) => client.teamMember.findMany({ where: { userId: 'carl' } }));
    expect([user.role, teams.map(({ teamId }) => teamId)]).toEqual(['internal_user_viewer', ['research']]);
    expect(await audited('user', 'carl')).toContain('jwt user.update');
  });

  it('nobody becomes a proxy admin but by the map of roles, nor the master key’s user at all', async () => {
    await chat(one, provider.token({ sub: 'mallory', roles: ['proxy_admin'], user_role: 'proxy_admin' }));
    await chat(one, provider.token({ sub: 'root', roles: ['RULES'] }));
    const roles = await one.run((client) => client.user.findMany({ where: { id: { in: ['mallory', 'root'] } } }));
    expect(new Map(roles.map(({ id, role }) => [id, role]))).toEqual(
      new Map([
        ['mallory', 'internal_user'],
        ['root', 'proxy_admin'],
      ]),
    );
    expect((await chat(one, provider.token({ sub: 'default_user_id' }))).status).toBe(403);
  });

  it('a claim gets one key, whoever asks first, and the key is nobody’s to read', async () => {
    const token = provider.token({ sub: 'dora', groups: ['research'], azp: 'app-1' });
    const answers = await Promise.all([chat(one, token), chat(other, token), chat(one, `${token}`)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { mappings } = (await one.get('/jwt/key/mapping/list')).body as { mappings: object[] };
    expect(mappings).toEqual([
      expect.objectContaining({ jwt_issuer: provider.staff.name, jwt_claim_name: 'azp', jwt_claim_value: 'app-1' }),
    ]);
    const keys = await one.run((client) => client.virtualKey.findMany({ where: { userId: 'dora' } }));
    expect(keys.map(({ teamId, metadata }) => [teamId, metadata])).toEqual([['research', { auto_registered: true }]]);
  });

  it('a token that is held to less than a key gets none', async () => {
    expect((await chat(one, provider.token({ sub: 'eve', azp: 'app-2', roles: ['visitor'] }))).status).toBe(200);
    expect(await one.run((client) => client.jwtKeyMapping.count({ where: { claimValue: 'app-2' } }))).toBe(0);
  });

  describe('a mapping', () => {
    const partner = (azp: string, at = 0): string => provider.token({ sub: 'p', azp, at }, provider.partners);

    it('of one issuer is not another one’s, though the claim is the same', async () => {
      expect((await chat(one, partner('app-1'))).status).toBe(403);
    });

    it('opens, holds in every process at once, and closes again', async () => {
      const { key } = await one.done('/key/generate', { models: ['claude'] });
      const made = await one.done('/jwt/key/mapping/new', {
        jwt_claim_name: 'azp',
        jwt_claim_value: 'app-3',
        jwt_issuer: provider.partners.name,
        key,
        description: 'their nightly job',
      });
      expect(made).toMatchObject({ jwt_issuer: provider.partners.name, is_active: true });
      expect(JSON.stringify(made)).not.toContain(String(key));
      const token = partner('app-3');
      expect((await chat(one, token, 'claude')).status).toBe(200);
      expect((await chat(other, token, 'claude')).status).toBe(200);
      expect((await chat(one, token, 'gpt')).status).toBe(403);
      const id = String(made['id']);
      expect((await one.get(`/jwt/key/mapping/info?id=${id}`)).body).toEqual(made);
      await one.done('/jwt/key/mapping/update', { id, is_active: false });
      expect((await chat(one, token, 'claude')).status).toBe(403);
      await eventually('the other process has heard', async () => (await chat(other, token, 'claude')).status === 403);
      await one.done('/jwt/key/mapping/update', { id, is_active: true });
      expect((await chat(one, token, 'claude')).status).toBe(200);
      await one.done('/jwt/key/mapping/delete', { id });
      expect((await chat(one, token, 'claude')).status).toBe(403);
      expect(await audited('jwt_key_mapping', id)).toEqual([
        'default_user_id jwt_key_mapping.create',
        'default_user_id jwt_key_mapping.update',
        'default_user_id jwt_key_mapping.update',
        'default_user_id jwt_key_mapping.delete',
      ]);
    });

    it('goes before the other claims of a token that was let in without it', async () => {
      const token = provider.token({ sub: 'frida', azp: 'app-4', roles: ['visitor'] });
      expect((await chat(one, token, 'gpt')).status).toBe(200);
      const { key } = await one.done('/key/generate', { models: ['claude'] });
      const fields = { jwt_claim_name: 'azp', jwt_claim_value: 'app-4' };
      const { id } = await one.done('/jwt/key/mapping/new', { ...fields, key });
      expect((await chat(one, token, 'gpt')).status).toBe(403);
      expect((await one.post('/jwt/key/mapping/new', { ...fields, key })).status).toBe(409);
      await one.done('/jwt/key/mapping/delete', { id });
    });

    it.each([
      ['to no key', { jwt_claim_name: 'azp', jwt_claim_value: 'x', key: 'sk-nothing' }, 400],
      ['without a key', { jwt_claim_name: 'azp', jwt_claim_value: 'x' }, 400],
      ['with a hash that is none', { jwt_claim_name: 'azp', jwt_claim_value: 'x', token: 'sk-nothing' }, 400],
    ])('%s is refused', async (_what, body, status) => {
      expect((await one.post('/jwt/key/mapping/new', body)).status).toBe(status);
    });

    it('that does not exist is a 404, and none is for whoever is no admin', async () => {
      expect((await one.post('/jwt/key/mapping/delete', { id: 'none' })).status).toBe(404);
      const key = await one.user('gustav');
      expect((await one.get('/jwt/key/mapping/list', key)).status).toBe(401);
      expect((await one.post('/jwt/key/mapping/delete', { id: 'none' }, key)).status).toBe(401);
    });
  });
});
