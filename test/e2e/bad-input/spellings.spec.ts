/** Who may call a route is decided on the matched route alone: no spelling of a path is less strict than the plain one (S-04). */
import { masterKey } from '../support/gateway.js';
import { sendRaw } from '../support/http-client.js';
import { expectUnharmed, startBench, type BadInputBench } from './gateway-for-bad-input.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(120_000);
/** Every route in every spelling: each new route takes its time. */
const everyRouteMs = 600_000;

const hex = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;

/** Other ways to write the same path, as proxies, browsers and attackers know them. */
function spellingsOf(path: string): string[] {
  const segments = path.split('/').slice(1);
  const swapped = (at: number, segment: string): string =>
    `/${segments.map((each, index) => (index === at ? segment : each)).join('/')}`;
  const perSegment = segments.flatMap((segment, at) => [
    swapped(at, hex(segment[0] ?? 'a') + segment.slice(1)),
    swapped(at, segment.slice(0, -1) + hex(segment.at(-1) ?? 'a')),
    swapped(at, [...segment].map(hex).join('')),
    swapped(at, [...segment].map(hex).join('').toUpperCase()),
    swapped(at, `%25${hex(segment[0] ?? 'a').slice(1)}${segment.slice(1)}`),
    swapped(at, segment.toUpperCase()),
    swapped(at, segment.slice(0, 1).toUpperCase() + segment.slice(1)),
    swapped(at, `${segment};x`),
    swapped(at, `${segment};x=/`),
    swapped(at, `;${segment}`),
    swapped(at, `${segment}%00`),
    swapped(at, `${segment}%20`),
    swapped(at, `${segment}%09`),
    swapped(at, `${segment}.`),
    swapped(at, `${segment}.json`),
    swapped(at, `./${segment}`),
    swapped(at, `/${segment}`),
    swapped(at, `x/../${segment}`),
    swapped(at, `%2e/${segment}`),
    swapped(at, `x/%2e%2e/${segment}`),
    swapped(at, `x/..%2f${segment}`),
    swapped(at, `\\${segment}`),
    swapped(at, `%5c${segment}`),
    swapped(at, `%2f${segment}`),
    swapped(at, `health/..;/${segment}`),
  ]);
  const whole = [
    '/',
    '//',
    '/.',
    '/./',
    '/..;/',
    '?',
    '??',
    '?x=/health/readiness',
    '%3f',
    '%23',
    '#x',
    '%0a',
    '%0d%0a',
    '*',
    '~',
    ';',
    '%2f',
    '\\',
    '/%2e',
  ].map((end) => path + end);
  const before = [
    '/',
    '/.',
    '/health/..',
    '/health/readiness/..',
    '/health/readiness/../..',
    '/health/%2e%2e',
    '/health\\..',
    '/v1/models/..',
    '/%2e',
    '/public/..',
    '/.;',
    '/;',
    '/x/../',
  ].map((start) => start + path);
  const joined = path.replaceAll('/', '%2f');
  return [
    ...new Set([
      ...perSegment,
      ...whole,
      ...before,
      path.replaceAll('/', '//'),
      path.replaceAll('/', '\\'),
      `/${joined}`,
      joined.replace('%2f', '/'),
    ]),
  ];
}

describe('spellings of paths', () => {
  let bench: BadInputBench;
  let virtualKey = '';

  beforeAll(async () => {
    bench = await startBench();
    virtualKey = await bench.gateway.makeKey({ key_alias: 'ordinary' });
  });
  afterAll(() => bench.stop());

  const body = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'Hi' }], keys: ['none'] });

  async function statusOf(method: string, target: string, key: string | undefined): Promise<number> {
    const lines = [
      `${method} ${target} HTTP/1.1`,
      'host: a',
      'connection: close',
      'content-type: application/json',
      `content-length: ${method === 'POST' ? body.length : 0}`,
    ];
    if (key !== undefined) lines.push(`authorization: Bearer ${key}`);
    const { answers } = await sendRaw(
      bench.gateway.port,
      `${lines.join('\r\n')}\r\n\r\n${method === 'POST' ? body : ''}`,
      5_000,
    );
    return answers[0]?.status ?? 0;
  }

  const isGood = (status: number): boolean => status >= 200 && status < 300;

  it(
    'no spelling of any served route opens what its plain spelling does not',
    async () => {
      const routes = bench.gateway.routes.filter(
        ({ method }) => method === 'GET' || method === 'POST' || method === 'HEAD',
      );
      expect(routes.map(({ url }) => url)).toEqual(
        expect.arrayContaining(['/v1/chat/completions', '/key/generate', '/spend/logs', '/v1/models']),
      );
      const opened: string[] = [];
      let tried = 0;
      for (const { method, url } of routes) {
        const path = url.replace('*', 'echo');
        for (const key of [undefined, virtualKey]) {
          if (isGood(await statusOf(method, path, key))) continue;
          const targets = spellingsOf(path);
          for (let at = 0; at < targets.length; at += 20) {
            const batch = targets.slice(at, at + 20);
            const statuses = await Promise.all(batch.map((target) => statusOf(method, target, key)));
            statuses.forEach((status, index) => {
              tried++;
              if (isGood(status))
                opened.push(
                  `${method} ${batch[index]} -> ${status} (plain ${path} is closed to ${key ? 'a virtual key' : 'nobody'})`,
                );
              if (status >= 500 || status === 0) opened.push(`${method} ${batch[index]} -> ${status}`);
            });
          }
        }
      }
      expect(opened).toEqual([]);
      expect(tried).toBeGreaterThan(1_000);
      await expectUnharmed(bench);
    },
    everyRouteMs,
  );

  it('management is closed to virtual keys, whatever they send, and open to the administrator', async () => {
    const before = await bench.gateway.countKeys();
    const closed = /^\/(key\/(generate|delete|bulk_update)|budget|config|global\/spend\/reset)/;
    const routes = bench.gateway.routes.filter(({ url }) => closed.test(url));
    expect(routes.length).toBeGreaterThanOrEqual(4);
    for (const { method, url } of routes) {
      // Some of them are open to users for what is theirs; this key is nobody's.
      expect([url, [400, 401, 403].includes(await statusOf(method, url, virtualKey))]).toEqual([url, true]);
      expect([url, await statusOf(method, url, undefined)]).toEqual([url, 401]);
    }
    expect(await bench.gateway.countKeys()).toBe(before);
    expect(await statusOf('GET', '/spend/logs', masterKey)).toBe(200);
  });

  it('a virtual key sees no other key than itself', async () => {
    const other = await bench.gateway.makeKey({ key_alias: 'other' });
    expect(await statusOf('GET', '/key/info', virtualKey)).toBe(200);
    for (const asked of [other, masterKey, 'sk-nobody'])
      expect(await statusOf('GET', `/key/info?key=${asked}`, virtualKey)).toBe(403);
    for (const query of [`key=${other}&key=${virtualKey}`, `key[]=${other}`, `key[not]=`, `key=%00`]) {
      expect(await statusOf('GET', `/key/info?${query}`, virtualKey)).not.toBeGreaterThanOrEqual(500);
    }
  });

  const injections = [
    "' OR '1'='1",
    "sk-x' OR 1=1 --",
    '"; DROP TABLE "VirtualKey"; --',
    "' UNION SELECT token FROM VirtualKey --",
    '%',
    '_',
    '*',
    '{"not":""}',
    '[object Object]',
    'null',
    'undefined',
    'true',
    '0',
    "sk-'||'1",
    '$ne',
    '\\',
    "')) OR 1=1 --",
    'a'.repeat(5_000),
    '%27%20OR%201=1',
    'sk-\u00e4',
    "';SELECT pg_sleep(5)--",
  ];
  const keyHeaders = [
    'authorization',
    'x-litellm-api-key',
    'api-key',
    'x-api-key',
    'x-goog-api-key',
    'ocp-apim-subscription-key',
  ];

  it.each(keyHeaders)('injections in %s are keys that do not exist: 401, at once (S-02)', async (header) => {
    for (const injection of injections) {
      for (const prefix of header === 'authorization' ? ['Bearer ', 'bearer ', 'Basic ', ''] : ['', 'Bearer ']) {
        const startedAt = performance.now();
        const { answers } = await sendRaw(
          bench.gateway.port,
          Buffer.from(
            `GET /v1/models HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${header}: ${prefix}${injection}\r\n\r\n`,
            'latin1',
          ),
          4_000,
        );
        expect([injection, ...answers.map(({ status }) => status)]).toEqual([injection, 401]);
        expect(performance.now() - startedAt).toBeLessThan(3_000);
        expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: { code: '401' } });
      }
    }
  });

  it('the hash of a key is no key (S-17)', async () => {
    const made = await bench.gateway.send({
      method: 'POST',
      path: '/key/generate',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const { token } = made.json as { token: string };
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(await statusOf('GET', '/v1/models', token)).toBe(401);
  });
});
