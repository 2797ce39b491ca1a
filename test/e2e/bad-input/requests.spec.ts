/** Requests that two servers might read differently are refused before anything looks at them (S-01, S-03, S-06). */
import { masterKey } from '../support/gateway.js';
import { sendRaw, type RawAnswer } from '../support/http-client.js';
import { expectUnharmed, messages, startBench, type BadInputBench } from './gateway-for-bad-input.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const body = JSON.stringify({ model: 'same', messages });
const auth = `authorization: Bearer ${masterKey}`;

let bench: BadInputBench;
beforeAll(async () => (bench = await startBench()));
afterAll(() => bench.stop());
afterEach(() => expectUnharmed(bench));

/** Every answer on the connection refuses, in the envelope. */
function expectAllRefused({ answers, text }: RawAnswer, status?: number): void {
  expect({ text, count: answers.length }).not.toMatchObject({ count: 0 });
  for (const answer of answers) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(JSON.parse(answer.body)).toEqual({
      error: {
        message: expect.stringMatching(/\S/) as string,
        type: expect.any(String) as string,
        param: null,
        code: String(answer.status),
      },
    });
    if (status !== undefined) expect(answer.status).toBe(status);
  }
}

const raw = (bytes: string): Promise<RawAnswer> => sendRaw(bench.gateway.port, Buffer.from(bytes, 'latin1'));
const get = (target: string, ...headers: readonly string[]): string =>
  `GET ${target} HTTP/1.1\r\n${[...headers, 'connection: close'].map((header) => `${header}\r\n`).join('')}\r\n`;

describe('the Host header', () => {
  const malformed = [
    ...[
      '',
      ' ',
      'a b',
      'a/b',
      'a/b?x',
      'a?x',
      'a#x',
      'user@a',
      'user:password@a',
      'http://a',
      'a\\b',
      'a,b',
      'a;b',
      'a%2eb',
      'a\tb',
    ],
    ...[
      '-a',
      '.',
      'a:',
      'a:b',
      'a:-1',
      'a:999999',
      ':80',
      '[::1',
      '::1',
      '[::1]x',
      '[g::1]',
      'ä',
      "a'b",
      'a"b',
      '<script>',
      `${'a'.repeat(300)}`,
    ],
  ];
  it.each(malformed)('%j: 400', async (host) => {
    expectAllRefused(await raw(get('/v1/models', `host: ${host}`, auth)), 400);
  });

  it.each([
    ['two different ones', ['host: a', 'host: b']],
    ['twice the same', ['host: a', 'host: a']],
    ['two in different spelling', ['host: a', 'HOST: a']],
    ['a good one after a malformed one', ['host: a/b', 'host: a']],
    ['an empty one after a good one', ['host: a', 'host:']],
    ['none', []],
  ])('%s: 400', async (_, headers) => {
    expectAllRefused(await raw(get('/v1/models', ...headers, auth)), 400);
  });

  it('none in HTTP/1.0: 400', async () => {
    expectAllRefused(await raw(`GET /v1/models HTTP/1.0\r\n${auth}\r\n\r\n`), 400);
  });

  it.each([
    'gateway.test',
    'gateway.test:4000',
    'a',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:4000',
    'a_b.example',
    'example.com.',
  ])('%j is one', async (host) => {
    const { answers } = await raw(get('/v1/models', `host: ${host}`, auth));
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it.each([
    'x-forwarded-host: evil/../key',
    'x-forwarded-for: 1.2.3.4',
    'x-original-url: /health/readiness',
    'x-rewrite-url: /health/readiness',
    'x-http-method-override: GET',
    'forwarded: host=evil',
  ])('%s opens nothing', async (header) => {
    expectAllRefused(await raw(get('/v1/models', 'host: a', header)), 401);
  });
});

describe('the request target', () => {
  it.each([
    'http://evil.test/v1/models',
    'http://gateway.test/health/readiness',
    'https://a/v1/models',
    'HTTP://a/v1/models',
    '*',
    'a',
    '?x',
    '#',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'gateway.test:443',
  ])('%s: 400', async (target) => {
    expectAllRefused(await raw(get(target, 'host: gateway.test', auth)), 400);
  });

  it('an absolute form with a body reaches nobody', async () => {
    const before = bench.upstream.requests.length;
    const head = `POST http://gateway.test/v1/chat/completions HTTP/1.1\r\nhost: gateway.test\r\n${auth}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
    expectAllRefused(await raw(head + body), 400);
    expect(bench.upstream.requests).toHaveLength(before);
  });

  it.each([
    '/%',
    '/%zz',
    '/%c3%28',
    '/v1/models/%e0%80%80',
    '/v1/models/%ff',
    `/v1/models/${'a'.repeat(5_000)}`,
    '/v1/models/%00',
    `/${'../'.repeat(50)}etc/passwd`,
  ])('%.60j is refused in the envelope', async (target) => {
    const { answers } = await raw(get(target, 'host: a', auth));
    expect(answers).toHaveLength(1);
    const error = (JSON.parse(answers[0]?.body ?? '') as { error: { code: string } }).error;
    expect(answers[0]?.status).toBeLessThan(500);
    expect(answers[0]?.status).toBeGreaterThanOrEqual(400);
    expect(error.code).toBe(String(answers[0]?.status));
  });

  it('CONNECT opens no tunnel', async () => {
    const { answers, closed } = await raw(`CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test:443\r\n${auth}\r\n\r\n`);
    expect(answers.filter(({ status }) => status < 400)).toEqual([]);
    expect(closed).toBe(true);
  });

  it('an expectation that nobody knows is refused in the envelope', async () => {
    expectAllRefused(await raw(get('/v1/models', 'host: a', auth, 'expect: 200-ok')), 417);
  });

  it('an upgrade that nobody offers changes no protocol', async () => {
    const { text } = await raw(get('/v1/models', 'host: a', 'upgrade: websocket', 'sec-websocket-key: x'));
    expect(text).not.toContain(' 101 ');
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it.each(['PROPFIND', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET', 'HEAD', 'QUERY'])(
    '%s on the chat route gives no answer of a model',
    async (method) => {
      const before = bench.upstream.requests.length;
      const { answers } = await raw(
        `${method} /v1/chat/completions HTTP/1.1\r\nhost: a\r\n${auth}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      expect(answers.every(({ status }) => status >= 400 && status < 500)).toBe(true);
      expect(answers.length).toBeGreaterThan(0);
      expect(bench.upstream.requests).toHaveLength(before);
    },
  );
});

describe('message framing', () => {
  const inner = `GET /v1/models HTTP/1.1\r\nhost: smuggled\r\n${auth}\r\n\r\n`;
  const post = (headers: readonly string[], payload: string): string =>
    `POST /v1/chat/completions HTTP/1.1\r\n${['host: a', auth, 'content-type: application/json', ...headers].map((header) => `${header}\r\n`).join('')}\r\n${payload}`;
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

  const ambiguous: readonly (readonly [what: string, bytes: string])[] = [
    [
      'content-length and transfer-encoding',
      post([`content-length: ${body.length}`, 'transfer-encoding: chunked'], chunked),
    ],
    ['transfer-encoding and content-length', post(['transfer-encoding: chunked', 'content-length: 4'], chunked)],
    ['content-length 0 and a chunked body', post(['content-length: 0', 'transfer-encoding: chunked'], chunked)],
    ['two different content-lengths', post([`content-length: ${body.length}`, 'content-length: 5'], body)],
    ['twice the same content-length', post([`content-length: ${body.length}`, `content-length: ${body.length}`], body)],
    ['a list as content-length', post([`content-length: ${body.length}, ${body.length}`], body)],
    ['a signed content-length', post([`content-length: +${body.length}`], body)],
    ['a negative content-length', post(['content-length: -1'], body)],
    ['a hexadecimal content-length', post([`content-length: 0x${body.length.toString(16)}`], body)],
    ['an empty content-length', post(['content-length:'], body)],
    ['a content-length beyond 64 bits', post(['content-length: 99999999999999999999999'], body)],
    ['chunked that is not last', post(['transfer-encoding: chunked, gzip'], chunked)],
    ['chunked twice', post(['transfer-encoding: chunked', 'transfer-encoding: chunked'], chunked)],
    ['an unknown transfer-encoding', post(['transfer-encoding: xchunked'], chunked)],
    ['identity as transfer-encoding', post(['transfer-encoding: identity'], body)],
    [
      'space before the colon of transfer-encoding',
      post(['transfer-encoding : chunked', `content-length: ${body.length}`], body),
    ],
    ['a tab before transfer-encoding', post(['\ttransfer-encoding: chunked', `content-length: ${body.length}`], body)],
    ['a folded header', post(['x-folded: a\r\n b', `content-length: ${body.length}`], body)],
    ['a chunk size that is no number', post(['transfer-encoding: chunked'], `zz\r\n${body}\r\n0\r\n\r\n`)],
    ['a negative chunk size', post(['transfer-encoding: chunked'], `-1\r\n${body}\r\n0\r\n\r\n`)],
    ['a chunk that is longer than it says', post(['transfer-encoding: chunked'], `3\r\n${body}\r\n0\r\n\r\n`)],
    ['a NUL in a header', post(['x-nul: a\0b', `content-length: ${body.length}`], body)],
    ['a bare carriage return in a header', post(['x-cr: a\rb', `content-length: ${body.length}`], body)],
    ['bare line feeds', post([`content-length: ${body.length}`], body).replaceAll('\r\n', '\n')],
    ['a header without a colon', post(['no colon here', `content-length: ${body.length}`], body)],
    ['a header name with a space', post(['x y: z', `content-length: ${body.length}`], body)],
    ['headers of 100 KB', post([`x-big: ${'a'.repeat(100_000)}`, `content-length: ${body.length}`], body)],
    [
      '5,000 headers',
      post([...Array.from({ length: 5_000 }, (_, at) => `x-${at}: a`), `content-length: ${body.length}`], body),
    ],
    ['an unknown HTTP version', post([`content-length: ${body.length}`], body).replace('HTTP/1.1', 'HTTP/3.7')],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an unknown method', 'HELO gateway\r\n\r\n'],
  ];

  it.each(ambiguous)('%s: one refusal, the connection closed, and nothing smuggled', async (_, bytes) => {
    const before = bench.upstream.requests.length;
    const result = await raw(bytes + inner);
    expect(result.answers).toHaveLength(1);
    expectAllRefused(result);
    expect(result.closed).toBe(true);
    expect(result.text).not.toContain('"object":"list"');
    expect(bench.upstream.requests).toHaveLength(before);
  });

  it('what follows a refused body is never taken for a request', async () => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${inner.length}\r\n\r\n`;
    const { answers } = await raw(head + inner);
    expect(answers.map(({ status }) => status)).toEqual([401]);
  });

  it('two requests in one go are two, in order', async () => {
    const one = post([`content-length: ${body.length}`], body);
    const { answers } = await raw(one + get('/v1/models', 'host: a', auth));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.body).toContain('from the provider');
    expect(answers[1]?.body).toContain('"object":"list"');
  });

  it('no header of the client reaches the provider', async () => {
    const odd = [
      'connection: keep-alive, x-secret',
      'x-secret: 1',
      'te: trailers',
      'proxy-authorization: Basic eA==',
      'cookie: a=b',
      'x-forwarded-for: 1.2.3.4',
      'upgrade-insecure-requests: 1',
      'openai-organization: org-evil',
      'x-litellm-api-key: none',
    ];
    const before = bench.upstream.requests.length;
    const { answers } = await raw(post([...odd.slice(0, -1), `content-length: ${body.length}`], body));
    expect(answers.map(({ status }) => status)).toEqual([200]);
    const headers: Readonly<Record<string, string>> = bench.upstream.requests[before]?.headers ?? {};
    expect(
      Object.keys(headers).filter((name) =>
        /secret|^te$|proxy|cookie|forwarded|upgrade|organization|litellm/.test(name),
      ),
    ).toEqual([]);
    expect(headers['authorization']).not.toContain(masterKey);
    expect(headers['host']).toBe(new URL(bench.upstream.origin).host);
  });
});
