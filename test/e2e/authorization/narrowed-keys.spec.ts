/** Over HTTP: what a team allows holds for its keys at every endpoint, what a key lists narrows its routes, and a change holds within two seconds. */
import { keyHash } from '../../../src/auth/key-hash.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { errorOf } from '../support/envelope.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

jest.setTimeout(60_000);

const clear = 'sk-narrowed-0123456789-0123456789';
const by = { createdBy: 'test', updatedBy: 'test' };
const messages = [{ role: 'user', content: 'Hi' }];
const mocked = (name: string) => ({
  model_name: name,
  litellm_params: { model: `openai/${name}`, api_key: 'none', mock_response: `${name} speaks.` },
});

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    models: [mocked('allowed'), mocked('other')],
    router: { fallbacks: [{ allowed: ['other'] }] },
    general: { user_header_mappings: [{ header_name: 'x-user-id', litellm_user_role: 'customer' }] },
  });
  await gateway.app.get(DatabaseService).transaction(async (tx) => {
    const settings = { model_aliases: { nick: 'allowed', trick: 'other' } };
    await tx.team.create({ data: { id: 't', models: ['allowed'], metadata: {}, settings, ...by } });
    await tx.virtualKey.create({
      data: {
        ...{ token: keyHash(clear), keyName: 'sk-...', models: [], teamId: 't', ...by },
        metadata: { enforced_params: ['metadata.job'] },
        allowedRoutes: ['openai_routes'],
      },
    });
  });
});
afterAll(() => gateway.stop());

const authorization = `Bearer ${clear}`;
const post = (path: string, body: object): Promise<Answer> =>
  gateway.send({ method: 'POST', path, headers: { 'content-type': 'application/json', authorization }, body: JSON.stringify(body) }); // prettier-ignore
const ask = (model: string, more: object = {}): Promise<Answer> =>
  gateway.chat({ model, messages, metadata: { job: 'j' }, ...more }, { authorization });

it('its team’s models alone are served, by their names and by the team’s', async () => {
  expect((await ask('allowed')).text).toContain('allowed speaks.');
  expect((await ask('nick')).text).toContain('allowed speaks.');
  for (const model of ['other', 'trick', 'no-such-model']) {
    const answer = await ask(model);
    expect([answer.status, errorOf(answer.json).type]).toEqual([403, 'team_model_access_denied']);
  }
});

it('at every endpoint that takes a model', async () => {
  const bodies: Readonly<Record<string, object>> = {
    '/v1/completions': { prompt: 'x' },
    '/v1/embeddings': { input: 'x' },
    '/v1/moderations': { input: 'x' },
    '/v1/rerank': { query: 'x', documents: ['y'] },
    '/v1/images/generations': { prompt: 'x' },
    '/v1/audio/speech': { input: 'x', voice: 'y' },
    '/v1/responses': { input: 'x' },
    '/utils/token_counter': { messages },
  };
  for (const [path, body] of Object.entries(bodies)) {
    const answer = await post(path, { model: 'other', metadata: { job: 'j' }, ...body });
    expect([path, answer.status, errorOf(answer.json).type]).toEqual([path, 403, 'team_model_access_denied']);
  }
  const list = await gateway.send({ method: 'GET', path: '/v1/models', headers: { authorization } });
  expect((list.json as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(['allowed']);
  expect((await gateway.send({ method: 'GET', path: '/v1/models/other', headers: { authorization } })).status).toBe(
    404,
  );
});

it('no fallback leads elsewhere, whether configured or asked for', async () => {
  expect((await ask('allowed', { mock_testing_fallbacks: true })).text).not.toContain('other speaks.');
  expect((await ask('allowed', { fallbacks: ['other'] })).status).toBe(403);
});

it('its routes are narrowed, and its requests must say what it requires', async () => {
  const refused = await post('/v1/messages', { model: 'allowed', max_tokens: 5, messages });
  expect(refused.status).toBe(403);
  const info = await gateway.send({ method: 'GET', path: '/key/info', headers: { authorization } });
  expect([info.status, errorOf(info.json).type]).toEqual([403, 'permission_error']);
  const missing = await gateway.chat({ model: 'allowed', messages }, { authorization });
  expect([missing.status, errorOf(missing.json).param]).toEqual([400, 'metadata.job']);
});

it('the end user of a mapped header is in the ledger', async () => {
  await gateway.chat(
    { model: 'allowed', messages, metadata: { job: 'j' } },
    { authorization, 'x-user-id': 'end-user-7' },
  );
  expect((await gateway.rowsOf('allowed')).map(({ endUser }) => endUser)).toContain('end-user-7');
});

it('a blocked team is out within two seconds of the change', async () => {
  expect((await ask('allowed')).status).toBe(200);
  const feed = gateway.app.get(ChangeFeedRepository, { strict: false });
  await gateway.app.get(DatabaseService).transaction(async (tx) => {
    await tx.team.update({ where: { id: 't' }, data: { blocked: true } });
    await feed.append(tx, 'team', 't');
  });
  await eventually('the team’s keys are refused', async () => (await ask('allowed')).status === 401);
});
