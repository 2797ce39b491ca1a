/** The key routes over HTTP: each with its role, its answer as it is described, and its effect at once. */
import type { z } from 'zod';
import { DatabaseService } from '../../../src/database/database.service.js';
import * as answers from '../../../src/management/keys/key-answers.dto.js';
import { expectRefused } from '../support/envelope.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

jest.setTimeout(30_000);

let gateway: TestGateway;
const keys: Record<string, string> = {};
const by = { createdBy: 'test', updatedBy: 'test' };

beforeAll(async () => {
  gateway = await TestGateway.start({ models: [] });
  await gateway.app.get(DatabaseService).run(async (client) => {
    for (const id of ['user', 'other', 'lead', 'member', 'boss']) {
      await client.user.create({ data: { id, role: 'internal_user', models: [], metadata: {}, ...by } });
    }
    const boss = { create: [{ userId: 'boss', role: 'org_admin' }] };
    await client.organization.create({
      data: { id: 'org', alias: 'org', models: [], metadata: {}, members: boss, ...by },
    });
    const members = { create: [{ userId: 'lead', role: 'admin' }, { userId: 'member', role: 'user' }] }; // prettier-ignore
    await client.team.create({ data: { id: 'team', organizationId: 'org', models: [], metadata: {}, members, ...by } });
  });
  for (const id of ['user', 'other', 'lead', 'member', 'boss']) keys[id] = await gateway.makeKey({ user_id: id });
});
afterAll(() => gateway.stop());

function call(path: string, body?: object, caller?: string): Promise<Answer> {
  const authorization = caller === undefined ? undefined : { authorization: `Bearer ${keys[caller] ?? caller}` };
  if (!body) return gateway.send({ method: 'GET', path, headers: { ...authorization } });
  const headers = { 'content-type': 'application/json', ...authorization };
  return gateway.send({ method: 'POST', path, headers, body: JSON.stringify(body) });
}

/** An answer of 200, as its route describes it. */
async function answered<T extends z.ZodType>(schema: T, work: Promise<Answer>): Promise<z.output<T>> {
  const answer = await work;
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const parsed = schema.parse(answer.json);
  expect(parsed).toEqual(answer.json);
  return parsed;
}

const statusOf = async (key: string): Promise<number> => (await call('/v1/models', undefined, key)).status;

it('a key lives: made, shown, changed, blocked, unblocked, renewed, deleted, each at once', async () => {
  const made = await answered(answers.newKeyAnswer, call('/key/generate', { key_alias: 'life', max_budget: 5 }));
  expect(await statusOf(made.key)).toBe(200);
  const info = await answered(answers.keyInfoAnswer, call(`/key/info?key=${made.token}`));
  expect(info.info).toMatchObject({ key_alias: 'life', max_budget: 5, spend: 0 });
  expect((await answered(answers.keyInfoAnswer, call('/key/info', undefined, made.key))).info).toEqual(info.info);
  const changed = await answered(answers.updatedKeyAnswer, call('/key/update', { key: made.key, max_budget: 6 }));
  expect(changed).toMatchObject({ key: made.key, max_budget: 6 });
  const blocked = await answered(answers.keyRowAnswer, call('/key/block', { key: made.key }));
  expect([blocked.status, await statusOf(made.key)]).toEqual(['revoked', 401]);
  await answered(answers.keyRowAnswer, call('/key/unblock', { key: made.token }));
  expect(await statusOf(made.key)).toBe(200);
  const renewed = await answered(answers.newKeyAnswer, call(`/key/${made.key}/regenerate`, {}));
  expect([await statusOf(made.key), await statusOf(renewed.key)]).toEqual([401, 200]);
  const again = await answered(answers.newKeyAnswer, call('/key/regenerate', { key: renewed.token, rpm_limit: 3 }));
  expect(again).toMatchObject({ key_alias: 'life', max_budget: 6, rpm_limit: 3 });
  await answered(answers.deletedKeysAnswer, call('/key/delete', { key_aliases: ['life'] }));
  expect(await statusOf(again.key)).toBe(401);
  const gone = await answered(answers.keyInfoAnswer, call(`/key/info?key=${again.token}`));
  expect(gone.info).toMatchObject({ status: 'deleted', deleted_by: 'default_user_id' });
});

it('many keys are changed, looked up and listed', async () => {
  const made = await Promise.all([1, 2, 3].map((at) => answered(answers.newKeyAnswer, call('/key/generate', { key_alias: `many-${at}`, spend: at })))); // prettier-ignore
  const bulk = { keys: made.map(({ key }) => ({ key, tags: ['bulk'] })) };
  const updated = await answered(answers.bulkUpdateAnswer, call('/key/bulk_update', bulk));
  expect(updated).toMatchObject({ total_requested: 3, failed_updates: [] });
  const infos = await answered(answers.keysInfoAnswer, call('/v2/key/info', { key_aliases: ['many-1', 'many-2'] }));
  expect(infos.info.map(({ key_alias: alias }) => alias).sort()).toEqual(['many-1', 'many-2']);
  const query = 'search=many&return_full_object=true&sort_by=spend&size=2&expand=user';
  const list = await answered(answers.keyListAnswer, call(`/key/list?${query}`));
  expect(list).toMatchObject({ total_count: 3, total_pages: 2, keys: [{ key_alias: 'many-3', tags: ['bulk'] }, { spend: 2 }] }); // prettier-ignore
  const aliases = await answered(answers.keyAliasesAnswer, call('/key/aliases?search=many'));
  expect(aliases.aliases).toEqual(['many-1', 'many-2', 'many-3']);
  const reset = await answered(answers.resetSpendAnswer, call(`/key/${made[2]?.token}/reset_spend`, { reset_to: 1.5 }));
  expect(reset).toMatchObject({ previous_spend: 3, spend: 1.5 });
});

it('a key says that it works, and that logging of its own does not', async () => {
  expect(await answered(answers.keyHealthAnswer, call('/key/health', {}, 'user'))).toEqual({ key: 'healthy', logging_callbacks: null }); // prettier-ignore
  const logging = await gateway.makeKey({ metadata: { logging: [{ callback_name: 'langfuse' }] } });
  expect(await answered(answers.keyHealthAnswer, call('/key/health', {}, logging))).toMatchObject({ key: 'unhealthy', logging_callbacks: { callbacks: ['langfuse'] } }); // prettier-ignore
});

it('each reports its own spend', async () => {
  const days = 'start_date=2030-01-01&end_date=2030-01-31';
  expect(await answered(answers.keySpendAnswer, call(`/key/spend/report?${days}`, undefined, 'user'))).toEqual([]);
  expectRefused(await call('/key/spend/report', undefined, 'user'), 400);
  expectRefused(await call(`/key/spend/report?${days}&api_key=${keys['other']}`, undefined, 'user'), 403);
});

it('a user makes keys of their own and sees no others', async () => {
  const made = await answered(answers.newKeyAnswer, call('/key/generate', {}, 'user'));
  expect(made).toMatchObject({ user_id: 'user', created_by: 'user' });
  const list = await answered(answers.keyListAnswer, call('/key/list', undefined, 'user'));
  expect(list.keys).toContain(made.token);
  expect(list.total_count).toBe(2);
  expectRefused(await call('/key/list?user_id=other', undefined, 'user'), 403);
  expectRefused(await call('/key/generate', { user_id: 'other' }, 'user'), 403);
  expectRefused(await call('/key/generate', { team_id: 'team' }, 'user'), 403);
  expectRefused(await call('/key/bulk_update', { keys: [{ key: made.key, tags: [] }] }, 'user'), 401);
});

it('a team’s admin and the admin of its organization make and block its keys, its members do not', async () => {
  for (const caller of ['lead', 'boss']) {
    const made = await answered(answers.newKeyAnswer, call('/key/generate', { team_id: 'team', user_id: 'member' }, caller)); // prettier-ignore
    await answered(answers.keyRowAnswer, call('/key/block', { key: made.key }, caller));
    expect(await statusOf(made.key)).toBe(401);
    expectRefused(await call('/key/unblock', { key: made.key }, 'member'), 403);
  }
  const service = { team_id: 'team', key_alias: 'service' };
  const made = await answered(answers.newKeyAnswer, call('/key/service-account/generate', service, 'lead'));
  expect(made).toMatchObject({ user_id: null, team_id: 'team' });
  expectRefused(await call('/key/generate', { team_id: 'team' }, 'member'), 403);
  expectRefused(await call('/key/service-account/generate', { key_alias: 'x' }, 'lead'), 400);
});

it('foreign and missing keys are the same to a user, and told apart for the administrator', async () => {
  const routes: [string, (key: string) => object][] = [
    ['/key/update', (key) => ({ key, metadata: {} })],
    ['/key/delete', (key) => ({ keys: [key] })],
    ['/key/block', (key) => ({ key })],
    ['/key/unblock', (key) => ({ key })],
    ['/key/regenerate', (key) => ({ key })],
  ];
  for (const [path, body] of routes) {
    const foreign = await call(path, body(keys['other'] ?? ''), 'user');
    const missing = await call(path, body('sk-nowhere'), 'user');
    expect([path, foreign.status, foreign.text]).toEqual([path, 403, missing.text]);
    expectRefused(await call(path, body('sk-nowhere')), 404);
  }
  expect(await statusOf(keys['other'] ?? '')).toBe(200);
});

it('what a POST answers with is 200, as LiteLLM’s clients expect, and no answer but two holds a key', async () => {
  const secret = await gateway.makeKey({ user_id: 'user', key_alias: 'secret' });
  const seen = await Promise.all([
    call('/key/list?return_full_object=true&size=100'),
    call('/key/list?return_full_object=true', undefined, 'user'),
    call('/key/aliases'),
    call('/v2/key/info', { key_aliases: ['secret'] }),
    call('/key/info', undefined, secret),
    call('/key/health', {}, secret),
  ]);
  for (const { status, text } of seen) {
    expect(status).toBe(200);
    expect(text).not.toContain(secret);
  }
});
