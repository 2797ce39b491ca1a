/** Endpoints of the database: made, changed and removed without a restart, sealed, never open, and held to the egress policy. */
import { StoredEndpointRepository } from '../../../src/catalog/pass-through/stored-endpoint.repository.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import { passThroughTopic } from '../../../src/database/change-topics.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { callerOf, type Call } from '../management/management-client.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';
import { send } from '../support/http-client.js';
import { EchoUpstream } from './echo-upstream.js';

jest.setTimeout(60_000);

const secret = 'Bearer canary-secret-0123456789';
let upstream: EchoUpstream;
let gateway: TestGateway;
let admin: Call;
let key: string;

const options = (general: object = {}): Parameters<typeof TestGateway.start>[0] => ({
  models: [],
  general: {
    egress: { allowed_cidrs: ['127.0.0.1'] },
    pass_through_endpoints: [{ path: '/of-file', target: upstream.origin }],
    ...general,
  },
  environment: { TOLLGATE_ENCRYPTION_KEY: '5f0c1a9d7be24836a1c2d3e4f5061728' },
});

beforeAll(async () => {
  upstream = await EchoUpstream.start();
  gateway = await TestGateway.start(options());
  admin = callerOf(gateway);
  key = await gateway.makeKey();
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const use = (path: string) => send(gateway.port, { method: 'GET', path, headers: { authorization: `Bearer ${key}` } });
const endpoint = (path: string, more: object = {}): object => ({ path, target: `${upstream.origin}/t`, include_subpath: true, headers: { 'X-Secret-Header': secret }, ...more }); // prettier-ignore
const idOf = ({ json }: { json: unknown }): string => (json as { endpoints: { id: string }[] }).endpoints[0]?.id ?? '';

it('comes and goes at once; it is stored sealed, shown masked and audited without its secret', async () => {
  expect((await use('/stored/x')).status).toBe(404);
  const made = await admin('POST', '/config/pass_through_endpoint', endpoint('/stored', { cost_per_request: 0.5 }));
  expect([made.status, made.json]).toMatchObject([200, { endpoints: [{ path: '/stored', headers: { 'x-secret-header': '*****' }, cost_per_request: 0.5, auth: true, is_from_config: false }] }]); // prettier-ignore
  expect((await use('/stored/x')).status).toBe(200);
  expect(upstream.last).toMatchObject({ url: '/t/x', headers: { 'x-secret-header': secret } });

  const changed = await admin('POST', `/config/pass_through_endpoint/${idOf(made)}`, endpoint('/moved'));
  expect(changed.status).toBe(200);
  expect([(await use('/stored/x')).status, (await use('/moved/x')).status]).toEqual([404, 200]);

  const listed = await admin('GET', '/config/pass_through_endpoint');
  expect((listed.json as { endpoints: { path: string }[] }).endpoints.map(({ path }) => path)).toEqual(['/of-file', '/moved']); // prettier-ignore
  const removed = await admin('DELETE', `/config/pass_through_endpoint?endpoint_id=${idOf(made)}`);
  expect(removed.json).toMatchObject({ endpoints: [{ path: '/moved' }] });
  expect((await use('/moved/x')).status).toBe(404);

  const { settings, entries } = await gateway.app.get(DatabaseService).run(async (client) => ({
    settings: await client.configSetting.findMany(),
    entries: await client.auditEntry.findMany({ where: { objectKind: 'pass_through' } }),
  }));
  expect(settings).toEqual([]);
  expect(entries.map(({ action }) => action)).toEqual(['pass_through.new', 'pass_through.update', 'pass_through.delete']); // prettier-ignore
  expect(JSON.stringify([made.json, listed.json, entries], (_name, value: unknown) => typeof value === 'bigint' ? String(value) : value)).not.toContain('canary'); // prettier-ignore
});

it('what another process stores is served within two seconds, without a restart', async () => {
  const app = <Class>(token: new (...args: never[]) => Class): Class => gateway.app.get(token, { strict: false });
  await app(DatabaseService).transaction(async (tx) => {
    await app(StoredEndpointRepository).put(tx, { id: 'elsewhere', value: endpoint('/elsewhere') }, 'somebody');
    await app(ChangeFeedRepository).appendAll(tx, [[passThroughTopic, 'elsewhere']]);
  });
  const storedAt = performance.now();
  const rows = await app(DatabaseService).run((client) => client.configSetting.findMany());
  expect(rows).toMatchObject([{ section: 'pass_through_endpoints', value: null, sealedValue: expect.stringMatching(/^tg1\./) }]); // prettier-ignore
  expect(JSON.stringify(rows)).not.toContain('canary');
  await eventually('it is served', async () => (await use('/elsewhere/x')).status === 200);
  expect(performance.now() - storedAt).toBeLessThan(2_000);
  await admin('DELETE', '/config/pass_through_endpoint?endpoint_id=elsewhere');
});

it.each([
  ['`auth: false`', { auth: false }],
  ['a reference to the environment', { headers: { a: 'Bearer os.environ/DATABASE_URL' } }],
  ['a path with a dot segment', { path: '/a/../b' }],
  ['a path with a slash at its end', { path: '/a/' }],
  ['the root', { path: '/' }],
  ['a target that is no http address', { target: 'file:///etc/passwd' }],
  ['a target with a password', { target: 'http://a:b@host/' }],
  ['a header of the connection', { headers: { 'Transfer-Encoding': 'chunked' } }],
  ['a header that breaks lines', { headers: { a: 'b\r\nc: d' } }],
  ['a member that nobody knows', { forward: true }],
  ['a negative cost', { cost_per_request: -1 }],
])('%s is refused with its name', async (_what, fault) => {
  const answer = await admin('POST', '/config/pass_through_endpoint', endpoint('/refused', fault));
  expect([answer.status, (answer.json as { error?: { param?: string } }).error?.param]).toEqual([400, expect.stringMatching(new RegExp(`^${Object.keys(fault)[0]}`))]); // prettier-ignore
  expect((await use('/refused')).status).toBe(404);
});

it('a path is taken once, and the file’s entries are changed in the file', async () => {
  const made = await admin('POST', '/config/pass_through_endpoint', endpoint('/once', { id: 'once' }));
  expect(idOf(made)).toBe('once');
  for (const body of [endpoint('/once'), endpoint('/other', { id: 'once' }), endpoint('/of-file')])
    expect((await admin('POST', '/config/pass_through_endpoint', body)).status).toBe(409);
  expect((await admin('DELETE', '/config/pass_through_endpoint?endpoint_id=%2Fof-file')).status).toBe(409);
  expect((await admin('DELETE', '/config/pass_through_endpoint?endpoint_id=none')).status).toBe(404);
  await admin('DELETE', '/config/pass_through_endpoint?endpoint_id=once');
});

it('a row leads to no private address: the canary hears nothing', async () => {
  const strict = await TestGateway.start(options({ egress: {} }));
  const call = callerOf(strict);
  const mine = await strict.makeKey();
  const before = upstream.seen.length;
  for (const [at, target] of [
    upstream.origin,
    upstream.origin.replace('127.0.0.1', 'localhost'),
    upstream.origin.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
    upstream.origin.replace('127.0.0.1', '2130706433'),
    'http://169.254.169.254/latest',
  ].entries()) {
    // prettier-ignore
    expect((await call('POST', '/config/pass_through_endpoint', { path: `/private${at}`, target })).status).toBe(200);
    const answer = await send(strict.port, { method: 'GET', path: `/private${at}`, headers: { authorization: `Bearer ${mine}` } }); // prettier-ignore
    expect([target, answer.status]).toEqual([target, 502]);
  }
  expect(upstream.seen.length).toBe(before);
  // The operator's own file may name it.
  expect((await send(strict.port, { method: 'GET', path: '/of-file', headers: { authorization: `Bearer ${mine}` } })).status).toBe(200); // prettier-ignore
  await strict.stop();
});
