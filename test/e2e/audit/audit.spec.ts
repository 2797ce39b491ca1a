/** The audit log over HTTP, and its check on the command line. */
import { commandActor } from '../../../src/management/writes/actor.js';
import { ManagementWrites } from '../../../src/management/writes/management-writes.service.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { GatewayFolder, runTollgate } from '../kill/gateway-process.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

interface Page {
  readonly audit_logs: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
  readonly total_pages: number;
}

jest.setTimeout(60_000);

const folder = new GatewayFolder();
const databaseUrl = `file:${folder.path}/audited.db`;
let gateway: TestGateway;

const get = (path: string, key?: string): Promise<Answer> =>
  gateway.send({ method: 'GET', path, ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }) });
const list = async (query = ''): Promise<Page> => (await get(`/audit${query}`)).json as Page;
const operations = async (query: string): Promise<unknown[]> =>
  (await list(query)).audit_logs.map(({ operation, object_id }) => `${String(operation)} ${String(object_id)}`);

async function write(action: string, objectKind: string, objectId: string, values: object, by = 'ada'): Promise<void> {
  await gateway.app.get(ManagementWrites).run(commandActor(by), async ({ audit }) => {
    audit({ action, objectKind, objectId, ...values });
  });
}

beforeAll(async () => {
  gateway = await TestGateway.start({ models: [], general: { database_url: databaseUrl } });
  await write('key.generate', 'key', 'hash-1', { after: { key: 'sk-1234567890abcdefgh', models: ['m'] } });
  await write('key.update', 'key', 'hash-1', { before: { blocked: false }, after: { blocked: true } }, 'bob');
  await write('key.block', 'key', 'hash-1', { before: { blocked: false }, after: { blocked: true } });
  await write('team.new', 'team', 'team-1', { after: { team_id: 'team-1' } });
  await write('team.delete', 'team', 'team-1', { before: { team_id: 'team-1' } }, 'bob');
});
afterAll(async () => {
  await gateway.stop();
  folder.remove();
});

it("answers in LiteLLM's shape, newest first, without a secret", async () => {
  const { audit_logs: entries, ...counts } = await list();
  expect(counts).toEqual({ total: 5, page: 1, page_size: 10, total_pages: 1 });
  expect(entries.map(({ id }) => id)).toEqual(['5', '4', '3', '2', '1']);
  expect(entries[4]).toMatchObject({
    id: '1',
    sequence: 1,
    action: 'created',
    operation: 'key.generate',
    table_name: 'LiteLLM_VerificationToken',
    object_id: 'hash-1',
    changed_by: 'ada',
    before_value: null,
    updated_values: { key: expect.stringMatching(/^hmac:/), models: ['m'] },
  });
  expect(JSON.stringify(entries)).not.toContain('sk-1234567890abcdefgh');
});

it.each([
  ['?action=created', ['team.new team-1', 'key.generate hash-1']],
  ['?action=updated', ['key.update hash-1']],
  ['?action=blocked', ['key.block hash-1']],
  ['?action=deleted', ['team.delete team-1']],
  ['?action=team.new', ['team.new team-1']],
  ['?table_name=LiteLLM_TeamTable&changed_by=bob', ['team.delete team-1']],
  ['?table_name=team&sort_order=asc', ['team.new team-1', 'team.delete team-1']],
  ['?object_key_hash=hash-1&page_size=2', ['key.block hash-1', 'key.update hash-1']],
  ['?object_key_hash=hash-1&page_size=2&page=2', ['key.generate hash-1']],
  ['?object_id=team-1&sort_by=action&sort_order=asc', ['team.delete team-1', 'team.new team-1']],
  ['?end_date=2020-01-01', []],
  ['?start_date=2020-01-01&action=blocked', ['key.block hash-1']],
])('%s', async (query, expected) => {
  expect(await operations(query)).toEqual(expected);
});

it.each([
  ['page=0', 'page'],
  ['page_size=101', 'page_size'],
  ['start_date=2026-02-30', 'start_date'],
  ['sort_by=before', 'sort_by'],
  ['sort_order=up', 'sort_order'],
  ['object_id=a&object_id=b', 'object_id'],
  ['object_id=%00', 'object_id'],
  ['object_team_id=t', 'object_team_id'],
])('?%s is a 400 that names the field', async (query, field) => {
  const { status, json } = await get(`/audit?${query}`);
  expect({ status, param: (json as { error: { param: unknown } }).error.param }).toEqual({ status: 400, param: field });
});

it('shows one entry by its sequence', async () => {
  expect((await get('/audit/2')).json).toMatchObject({ sequence: 2, changed_by: 'bob', action: 'updated' });
  for (const id of ['6', '0', '-1', 'x', '9'.repeat(40), "1'--"]) {
    expect([id, (await get(`/audit/${encodeURIComponent(id)}`)).status]).toEqual([id, 404]);
  }
});

it('is closed to keys, and nobody changes it over HTTP', async () => {
  const key = await gateway.makeKey({});
  for (const path of ['/audit', '/audit/1']) {
    expect([401, 403]).toContain((await get(path, key)).status);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect([404, 405]).toContain((await gateway.send({ method, path })).status);
    }
  }
});

it('`tollgate audit verify` ends with 0 while the log holds, with 1 and the entry once it does not, and with 3 where it cannot be read', async () => {
  const verify = (...args: string[]) => runTollgate(['audit', 'verify', ...args], { cwd: folder.path });
  const sound = await verify('--database-url', databaseUrl);
  expect(sound).toMatchObject({ code: 0, stdout: expect.stringMatching(/holds: \d+ entries checked/) });
  const end = /Its end is (\d+:[0-9a-f]{64})/.exec(sound.stdout)?.[1] ?? '';
  expect(await verify('--database-url', databaseUrl, '--from', '3', '--expect', end)).toMatchObject({ code: 0 });

  await gateway.app
    .get(DatabaseService)
    .run((client) => client.auditEntry.update({ where: { sequence: 4n }, data: { actor: 'eve' } }));
  const altered = await verify('--database-url', databaseUrl);
  expect(altered).toMatchObject({ code: 1, stdout: expect.stringContaining('altered at entry 4') });
  expect(await verify('--database-url', `file:${folder.path}`)).toMatchObject({ code: 3 });
  const nowhere = await verify('--database-url', `file:${folder.path}/typo.db`);
  expect(nowhere).toMatchObject({ code: 3, stdout: expect.stringContaining('there is no file') });
  expect(await verify('--from', 'x')).toMatchObject({ code: 2 });
});
