/** What a token's roles and scopes make of its bearer, over HTTP: a team without a user, a user by object id, and no more than its scopes open. */
import { DatabaseService } from '../../../src/database/database.service.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { IdentityProvider } from '../support/identity-provider.js';

const models = ['gpt', 'claude'].map((name) => ({
  model_name: name,
  litellm_params: { model: 'openai/gpt-4o', api_key: 'none', mock_response: 'hello' },
}));

let provider: IdentityProvider;
const gateways: TestGateway[] = [];

beforeAll(async () => {
  provider = await IdentityProvider.start();
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await provider.stop();
});

/** One with the team `research`, which may use `gpt`, and the user `ada`. */
async function gatewayWith(settings: object): Promise<TestGateway> {
  const gateway = await TestGateway.start({
    models,
    general: {
      enable_jwt_auth: true,
      litellm_jwtauth: { issuers: [{ issuer: provider.base, audience: 'tollgate' }], ...settings },
    },
  });
  gateways.push(gateway);
  const by = { createdBy: 'test', updatedBy: 'test', updatedAt: new Date() };
  await gateway.app.get(DatabaseService).run(async (client) => {
    await client.user.create({ data: { id: 'ada', role: 'internal_user', models: [], metadata: {}, ...by } });
    await client.team.create({ data: { id: 'research', models: ['gpt'], metadata: {}, ...by } });
  });
  return gateway;
}

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
const chat = (gateway: TestGateway, token: string, model: string): Promise<Answer> =>
  gateway.chat({ model, messages: [{ role: 'user', content: 'hi' }] }, bearer(token));
const get = (gateway: TestGateway, path: string, token: string): Promise<Answer> =>
  gateway.send({ method: 'GET', path, headers: bearer(token) });

describe('a role', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await gatewayWith({
      roles_jwt_field: 'roles',
      object_id_jwt_field: 'oid',
      enforce_rbac: true,
      role_mappings: [
        { role: 'app.team', internal_role: 'team' },
        { role: 'app.user', internal_role: 'internal_user' },
        { role: 'app.admin', internal_role: 'proxy_admin' },
      ],
    });
  }, 60_000);

  it('of a team calls the models of the team and the routes that teams have, and is charged to the team', async () => {
    const token = provider.token({ oid: 'research', roles: ['app.team'] });
    expect((await chat(gateway, token, 'gpt')).status).toBe(200);
    expect((await chat(gateway, token, 'claude')).text).toContain('team_model_access_denied');
    expect((await get(gateway, '/v1/models', token)).text).toContain('"gpt"');
    expect((await get(gateway, '/spend/logs', token)).text).toContain('Your role=team');
    await eventually('its row is there', async () => {
      const rows = await gateway.app.get(DatabaseService).run((client) => client.spendLog.findMany());
      return rows.length > 0 && rows.every(({ teamId, userId }) => teamId === 'research' && userId === null);
    });
  });

  it('of a user is the user of that object id, and of an admin an admin', async () => {
    const user = provider.token({ oid: 'ada', roles: 'app.user' });
    expect((await chat(gateway, user, 'claude')).status).toBe(200);
    expect((await get(gateway, '/spend/logs', user)).status).not.toBe(403);
    const admin = provider.token({ oid: 'ada', roles: ['app.user', 'app.admin'] });
    expect((await get(gateway, '/spend/logs', admin)).status).toBe(200);
    expect((await get(gateway, '/user/list', user)).status).not.toBe(200);
  });

  it.each([
    ['that nobody has mapped', { oid: 'ada', roles: ['app.unknown'] }],
    ['that is missing', { oid: 'ada' }],
    ['of a team that does not exist', { oid: 'nowhere', roles: ['app.team'] }],
    ['that is no text', { oid: 'research', roles: [{ not: 'app.unknown' }] }],
  ])('%s lets nobody in', async (_what, claims) => {
    expect((await chat(gateway, provider.token(claims), 'gpt')).status).toBe(403);
  });
});

describe('a scope', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await gatewayWith({
      user_id_jwt_field: 'sub',
      enforce_scope_based_access: true,
      scope_mappings: [
        { scope: 'chat', models: ['gpt'], routes: ['/v1/chat/completions'] },
        { scope: 'look', routes: ['/v1/models'] },
      ],
    });
  }, 60_000);

  it('opens its models and routes, and nothing else', async () => {
    const token = provider.token({ sub: 'ada', scope: 'openid chat' });
    expect((await chat(gateway, token, 'gpt')).status).toBe(200);
    expect((await chat(gateway, token, 'claude')).status).toBe(403);
    expect((await get(gateway, '/v1/models', token)).status).toBe(403);
    expect((await get(gateway, '/v1/models', provider.token({ sub: 'ada', scope: 'look' }))).status).toBe(200);
  });

  it('that is not mapped lets nobody in, nor does none', async () => {
    expect((await chat(gateway, provider.token({ sub: 'ada', scope: 'openid' }), 'gpt')).status).toBe(403);
    expect((await chat(gateway, provider.token({ sub: 'ada' }), 'gpt')).status).toBe(403);
  });
});
