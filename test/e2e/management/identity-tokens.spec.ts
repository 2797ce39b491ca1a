/** Callers without a virtual key over HTTP: tokens of an identity provider, opaque tokens, and a module of the operator's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { TestingIssuer } from '../../../src/auth/authenticators/jwt/testing-issuer.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { IdentityProvider } from '../support/identity-provider.js';

const models = ['gpt', 'claude'].map((name) => ({
  model_name: name,
  litellm_params: { model: 'openai/gpt-4o', api_key: 'none', mock_response: 'hello' },
}));

let provider: IdentityProvider;
let base: string;
let gateway: TestGateway;
const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-auth-'));

beforeAll(async () => {
  provider = await IdentityProvider.start();
  ({ base } = provider);
  const file = path.join(folder, 'auth.mjs');
  writeFileSync(
    file,
    `export async function authenticate(key, request) {
      if (key === 'pass-research') return { user_id: 'carol', team_id: 'research', models: ['gpt'], end_user_id: 'acme' };
      if (key === 'pass-broken') return { user_id: { not: '' } };
      if (key === 'pass-throws') throw new Error('secret detail ' + request.route);
      return null;
    }`,
  );
  gateway = await TestGateway.start({
    models,
    environment: {
      OAUTH_TOKEN_INFO_ENDPOINT: `${base}/introspect`,
      OAUTH_CLIENT_ID: 'gateway',
      OAUTH_CLIENT_SECRET: 'secret',
    },
    general: {
      enable_jwt_auth: true,
      litellm_jwtauth: {
        issuers: [{ issuer: base, audience: 'tollgate' }],
        user_id_jwt_field: 'sub',
        team_ids_jwt_field: 'groups',
        end_user_id_jwt_field: 'customer',
        virtual_key_claim_field: 'azp',
      },
      enable_oauth2_auth: true,
      custom_auth: file,
    },
  });
  const now = new Date();
  const by = { createdBy: 'test', updatedBy: 'test', updatedAt: now };
  await gateway.app.get(DatabaseService).run(async (client) => {
    for (const [id, role] of [
      ['ada', 'internal_user'],
      ['carol', 'internal_user'],
      ['vic', 'internal_user_viewer'],
    ] as const) {
      await client.user.create({ data: { id, role, models: [], metadata: {}, ...by } });
    }
    await client.team.create({ data: { id: 'research', models: ['gpt'], metadata: {}, ...by } });
    await client.team.create({ data: { id: 'sales', models: ['claude'], metadata: {}, ...by } });
  });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const token = (claims: object): string => provider.token(claims);
const chat = (key: string, model: string, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.send({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });
const get = (route: string, key: string): Promise<Answer> =>
  gateway.send({ method: 'GET', path: route, headers: { authorization: `Bearer ${key}` } });

describe('a token of an identity provider', () => {
  it('calls models as the user and the team that it names, and is charged to them', async () => {
    expect((await chat(token({ sub: 'ada', groups: ['research'], customer: 'acme' }), 'gpt')).status).toBe(200);
    await eventually('the row is there', async () => {
      const rows = await gateway.app
        .get(DatabaseService)
        .run((client) => client.spendLog.findMany({ where: { userId: 'ada' } }));
      return rows.some(
        ({ teamId, endUser, apiKeyHash }) =>
          teamId === 'research' && endUser === 'acme' && /^[0-9a-f]{64}$/.test(apiKeyHash),
      );
    });
  });

  it('may use no model that its team may not', async () => {
    const answered = await chat(token({ sub: 'ada', groups: ['research'] }), 'claude');
    expect(answered.status).toBe(403);
    expect(answered.text).toContain('team_model_access_denied');
  });

  it('chooses among its teams by a header, and no other team', async () => {
    const both = token({ sub: 'ada', groups: ['research', 'sales'] });
    expect((await chat(both, 'claude', { 'x-litellm-team-id': 'sales' })).status).toBe(200);
    expect((await chat(both, 'claude')).status).toBe(403);
    expect(
      (await chat(token({ sub: 'ada', groups: ['research'] }), 'claude', { 'x-litellm-team-id': 'sales' })).status,
    ).toBe(403);
  });

  it('of a user or a team that does not exist is refused, and nothing is made', async () => {
    expect((await chat(token({ sub: 'nobody' }), 'gpt')).status).toBe(403);
    expect((await chat(token({ sub: 'ada', groups: ['unheard'] }), 'gpt')).status).toBe(403);
    const made = await gateway.app.get(DatabaseService).run((client) => client.user.count({ where: { id: 'nobody' } }));
    expect(made).toBe(0);
  });

  it('has the role of its user, and is no admin by a claim that nobody has mapped', async () => {
    const plain = token({ sub: 'ada', role: 'proxy_admin', user_role: 'proxy_admin' });
    const refused = await gateway.send({
      method: 'POST',
      path: '/budget/new',
      headers: { authorization: `Bearer ${plain}`, 'content-type': 'application/json' },
      body: '{"max_budget":1}',
    });
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('Your role=internal_user');
    expect((await get('/key/info', token({ sub: 'ada' }))).status).not.toBe(200);
  });

  it('makes an admin by scope alone, who may do what the settings list', async () => {
    const admin = token({ sub: 'ada', scope: 'litellm_proxy_admin' });
    expect((await get('/spend/logs', admin)).status).toBe(200);
    expect((await chat(admin, 'gpt')).status).toBe(403);
  });

  it.each([
    [
      'signed by somebody else',
      () => new TestingIssuer(base).token({ iss: base, aud: 'tollgate', sub: 'ada', exp: 9_999_999_999 }),
    ],
    ['for another audience', () => token({ sub: 'ada', aud: 'other' })],
    ['that has expired', () => token({ sub: 'ada', exp: 1_000 })],
  ])('%s is a 401', async (_what, make) => {
    expect((await chat(make(), 'gpt')).status).toBe(401);
  });

  it('stops as soon as its user is blocked', async () => {
    const valid = token({ sub: 'carol', groups: ['research'] });
    expect((await chat(valid, 'gpt')).status).toBe(200);
    const database = gateway.app.get(DatabaseService);
    await database.run((client) => client.user.update({ where: { id: 'carol' }, data: { blocked: true } }));
    await database.transaction((tx) => gateway.app.get(ChangeFeedRepository).append(tx, 'user', 'carol'));
    await eventually('it is refused', async () => (await chat(valid, 'gpt')).status === 401, 3_000);
    await database.run((client) => client.user.update({ where: { id: 'carol' }, data: { blocked: false } }));
    await database.transaction((tx) => gateway.app.get(ChangeFeedRepository).append(tx, 'user', 'carol'));
    await eventually('it is let in again', async () => (await chat(valid, 'gpt')).status === 200, 3_000);
  });
});

describe('an opaque token', () => {
  it('is let in where the authorization server vouches for it, as whom that says', async () => {
    provider.introspected['opaque-1'] = { active: true, sub: 'ada', team_id: 'research' };
    expect((await chat('opaque-1', 'gpt')).status).toBe(200);
    expect((await chat('opaque-1', 'claude')).status).toBe(403);
    expect((await chat('opaque-2', 'gpt')).status).toBe(401);
    expect((await chat('sk-no-virtual-key-of-this-gateway', 'gpt')).status).toBe(401);
  });
});

describe('a module of the operator’s own', () => {
  it('says who calls, what they may use and for whom', async () => {
    expect((await chat('pass-research', 'gpt')).status).toBe(200);
    expect((await chat('pass-research', 'claude')).status).toBe(403);
  });

  it('that fails, or answers nonsense, lets nobody in and tells nothing', async () => {
    for (const key of ['pass-broken', 'pass-throws']) {
      const answered = await chat(key, 'gpt');
      expect(answered.status).toBe(401);
      expect(answered.text).not.toContain('secret detail');
    }
  });

  it('that does not know leaves it to keys and tokens', async () => {
    expect((await chat(token({ sub: 'ada', groups: ['research'] }), 'gpt')).status).toBe(200);
    expect((await chat('nobody-knows-this', 'gpt')).status).toBe(401);
  });
});
