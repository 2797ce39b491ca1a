/**
 * The attacks: SQL in whatever a client may write (CVE-2026-42208), an error on the way to knowing the caller that lets
 * nobody-in-particular in (CVE-2026-59822), tokens of 100 KB, NUL bytes, a credential given twice, forged addresses.
 */
import { VirtualKeyRepository } from '../../../src/auth/virtual-key.repository.js';
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import { ChangeFeedPoller } from '../../../src/database/change-feed.poller.js';
import { masterKey, TestGateway, type Route } from '../support/gateway.js';
import { sendRaw } from '../support/http-client.js';
import { AuthorizationBench, nameOf } from './bench.js';
import { keyOf } from './callers.js';

jest.setTimeout(300_000);

let bench: AuthorizationBench;
beforeAll(async () => {
  bench = await AuthorizationBench.start();
});
afterAll(() => bench.stop());

const injections = [
  "' OR '1'='1",
  "x'; DROP TABLE virtual_keys; --",
  "' UNION SELECT token FROM virtual_keys --",
  '1); SELECT pg_sleep(5); --',
  '{"not":""}',
  '%',
  '\\',
  '\u0000',
  '\ud800',
  'a'.repeat(400),
];
const databaseWords = /sqlite|postgres|prisma|syntax error|SQLITE_|P20\d\d/i;

/** The list of settings names databases in its descriptions, whoever asks for what. */
async function speaksOfThemAnyway(caller: 'internal_user' | 'master', { method, url }: Route): Promise<boolean> {
  if (method !== 'GET' || url.includes(':') || url.includes('*')) return false;
  return databaseWords.test((await bench.ask(caller, { method, path: url })).text);
}

it('SQL in the ids of paths and in queries is a name that does not exist (S-02)', async () => {
  const failed: string[] = [];
  const keysBefore = await bench.gateway.countKeys();
  // Checks of models ask all of them each time, whatever the query says.
  for (const route of bench.routes.filter(({ url }) => url !== '/health')) {
    const inQueries = route.method === 'GET';
    for (const injection of injections) {
      const text = encodeURIComponent(injection.toWellFormed());
      const path = route.url.replaceAll(/:\w+|\*/g, () => text);
      const query =
        ['key', 'user_id', 'team_id', 'request_id', 'sort_by', 'start_date', 'page', 'after', 'model', 'key[not]', 'where[OR][]'] // prettier-ignore
          .map((name) => `${encodeURIComponent(name)}=${text}`)
          .join('&');
      if (path === route.url && !inQueries) continue;
      const asked = { method: route.method, path: inQueries ? `${path}?${query}` : path };
      for (const caller of ['internal_user', 'master'] as const) {
        const { status, text: answer } = await bench.ask(caller, asked);
        const speaksOfDatabases = databaseWords.test(answer) && !(await speaksOfThemAnyway(caller, route));
        if (status >= 500 || speaksOfDatabases) failed.push(`${nameOf(route)} ${injection}: ${status} ${answer}`);
      }
    }
  }
  expect(failed).toEqual([]);
  expect(await bench.gateway.countKeys()).toBe(keysBefore);
});

const raw = async (lines: readonly string[]): Promise<number | undefined> => {
  const head = ['GET /v1/models HTTP/1.1', 'host: a', 'connection: close', ...lines].join('\r\n');
  const { answers } = await sendRaw(bench.gateway.port, Buffer.from(`${head}\r\n\r\n`, 'latin1'), 5_000);
  return answers[0]?.status;
};
const headers = ['authorization: Bearer ', 'authorization: Basic ', 'authorization: AWS4-HMAC-SHA256 Credential=', 'x-litellm-api-key: ', 'x-api-key: ']; // prettier-ignore

it.each(headers)('%s with a token of 1 to 100 KB, or with a NUL byte, is refused', async (header) => {
  for (const length of [1_025, 8_000, 15_000]) expect(await raw([header + 'k'.repeat(length)])).toBe(401);
  expect(await raw([header + 'k'.repeat(100_000)])).toBe(431);
  expect(await raw([`${header}${keyOf('internal_user')}\u0000`])).toBe(400);
  expect(await raw([`${header}${keyOf('internal_user')}`])).toBe(200);
});

it('a credential that is given twice is no credential', async () => {
  const [good, bad] = [`authorization: Bearer ${keyOf('internal_user')}`, 'authorization: Bearer sk-other'];
  for (const pair of [[good, bad], [bad, good], [good, good]]) expect(await raw(pair)).toBe(400); // prettier-ignore
  const plain = `x-api-key: ${keyOf('internal_user')}`;
  expect(await raw([plain, plain])).toBe(401);
  expect(await raw([plain, 'x-api-key: sk-other'])).toBe(401);
});

describe('an error on the way to knowing the caller is never a pass (S-12)', () => {
  const url = { method: 'GET', path: '/v1/models' };
  const repository = (): VirtualKeyRepository => bench.gateway.app.get(VirtualKeyRepository, { strict: false });

  beforeEach(() => bench.auth.forgetAll());

  it.each([
    ['the database is away', new GatewayError('database_unavailable')],
    ['a bug', new TypeError('x is undefined')],
    ['a rejection with nothing', undefined],
    ['a thrown text', 'broken'],
  ])('%s: 503, with or without a good key', async (_what, error) => {
    const find = jest.spyOn(repository(), 'find').mockRejectedValue(error);
    for (const caller of ['internal_user', 'unknown', 'proxy_admin', 'blocked'] as const) {
      const answer = await bench.ask(caller, url);
      expect([answer.status, answer.headers['retry-after'] ?? '1']).toEqual([503, '1']);
      expect(answer.text).not.toMatch(/undefined|broken/);
    }
    find.mockRestore();
    expect((await bench.ask('internal_user', url)).status).toBe(200);
  });

  it.each([
    ['throws at once', () => { throw new TypeError('broken'); }], // prettier-ignore
    ['answers with nothing', () => undefined],
    ['answers with an empty record', () => Promise.resolve({})],
  ])('a look-up that %s lets nobody in', async (_what, find) => {
    const spy = jest.spyOn(repository(), 'find').mockImplementation(find as never);
    expect([401, 503]).toContain((await bench.ask('unknown', { method: 'POST', path: '/key/generate' })).status);
    spy.mockRestore();
    bench.auth.forgetAll();
  });

  it('a database that hangs is 503 within seconds', async () => {
    const run = bench.database.run.bind(bench.database);
    const silence = (): Promise<never> => new Promise<never>(() => undefined);
    // What a client waits for is bounded; the rest of the process goes on as it was.
    const spy = jest
      .spyOn(bench.database, 'run')
      .mockImplementation((work, withinMs) => (withinMs === undefined ? run(work) : run(silence, withinMs)));
    const answer = await bench.ask('internal_user', url);
    spy.mockRestore();
    expect(answer.status).toBe(503);
    expect(answer.durationMs).toBeLessThan(20_000);
  });

  it('a feed that fails makes a known key be read again, or refused', async () => {
    const poller = bench.gateway.app.get(ChangeFeedPoller, { strict: false });
    const fresh = jest.spyOn(poller, 'isFresh').mockImplementation(() => {
      throw new TypeError('broken');
    });
    for (let time = 0; time < 3; time++) expect([200, 503]).toContain((await bench.ask('internal_user', url)).status);
    expect([401, 503]).toContain((await bench.ask('unknown', url)).status);
    fresh.mockRestore();
  });
});

describe('addresses', () => {
  const models = [{ model_name: 'echo', litellm_params: { model: 'openai/gpt-e2e', api_key: 'none', mock_response: 'Hi' } }]; // prettier-ignore
  const statusesOf = async (
    general: Readonly<Record<string, unknown>>,
    forwarded: readonly string[],
  ): Promise<number[]> => {
    const gateway = await TestGateway.start({ models, general });
    const statuses: number[] = [];
    for (const address of forwarded) {
      const sent = { 'x-forwarded-for': address, 'x-real-ip': '10.0.0.1', forwarded: 'for=10.0.0.1' };
      statuses.push((await gateway.send({ method: 'GET', path: '/v1/models', headers: sent })).status);
    }
    await gateway.stop();
    return statuses;
  };

  it('are not to be forged by a header', async () => {
    expect(await statusesOf({ allowed_ips: ['10.0.0.0/8'] }, ['10.0.0.1', ''])).toEqual([403, 403]);
    const unnamed = { allowed_ips: ['10.0.0.0/8'], use_x_forwarded_for: true };
    expect(await statusesOf(unnamed, ['10.0.0.1'])).toEqual([403]);
    const elsewhere = { ...unnamed, trusted_proxy_ranges: ['192.0.2.0/24'] };
    expect(await statusesOf(elsewhere, ['10.0.0.1'])).toEqual([403]);
  });

  it('are those that the operator’s proxies say, and of what clients wrote before nothing counts', async () => {
    const general = { allowed_ips: ['10.0.0.0/8'], use_x_forwarded_for: true, trusted_proxy_ranges: ['127.0.0.0/8', '10.9.0.0/16'] }; // prettier-ignore
    const forwarded = ['10.0.0.1', '203.0.113.7', '10.0.0.1, 203.0.113.7', '203.0.113.7, 10.0.0.1', '10.0.0.1, 10.9.0.1', '203.0.113.7, 10.9.0.1', 'unknown', '10.0.0.1, nonsense']; // prettier-ignore
    expect(await statusesOf(general, forwarded)).toEqual([200, 403, 403, 200, 200, 403, 403, 403]);
  });

  it('leave the probes open, so that the machine is not taken for dead', async () => {
    const gateway = await TestGateway.start({ models, general: { allowed_ips: ['10.0.0.0/8'] } });
    const probe = await gateway.send({ method: 'GET', path: '/health/liveliness', headers: { authorization: `Bearer ${masterKey}` } }); // prettier-ignore
    expect(probe.status).toBe(200);
    await gateway.stop();
  });
});
