/** Bodies that are too large, too deep, packed, of another type, or full of numbers and texts at the edge (R-24, S-05). */
import { gzipSync } from 'node:zlib';
import { expectRefused } from '../support/envelope.js';
import { masterKey } from '../support/gateway.js';
import { openSocket, sendRaw } from '../support/http-client.js';
import { ceilingMs, expectUnharmed, messages, startBench, type BadInputBench } from './gateway-for-bad-input.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const good = { model: 'echo', messages };
const text = JSON.stringify(good);

let bench: BadInputBench;
beforeAll(async () => (bench = await startBench()));
afterAll(() => bench.stop());
afterEach(() => expectUnharmed(bench));

describe('numbers and texts at the edge', () => {
  const bodyWith = (member: string, value: string): string =>
    `{"model":"same","messages":${JSON.stringify(messages)},"${member}":${value}}`;

  it.each(['1e400', '-1e400', '-1', '0.5', '"1"'])('max_tokens of %s: 400', async (value) => {
    for (const member of ['max_tokens', 'max_completion_tokens', 'n']) {
      expect(expectRefused(await bench.gateway.chat(bodyWith(member, value)), 400).param).toBe(member);
    }
  });

  it.each(['1e308', '-0', '1e-400', '9007199254740993', '0'])('a count of %s is no reason for a 5xx', async (value) => {
    for (const member of ['max_tokens', 'max_completion_tokens', 'n', 'temperature', 'seed']) {
      const answer = await bench.gateway.chat(bodyWith(member, value));
      expect([200, 400]).toContain(answer.status);
    }
  });

  it.each(['1e400', '-0', '1e308', '1e-400', '123456789012345678901234567890'])(
    'temperature %s reaches a provider of the same dialect as it was written, or is refused',
    async (value) => {
      const before = bench.upstream.requests.length;
      const answer = await bench.gateway.chat(bodyWith('temperature', value));
      if (answer.status !== 200) expectRefused(answer);
      else expect(bench.upstream.requests[before]?.body).toContain(`"temperature":${value}`);
    },
  );

  it.each(['same', 'translated'])('lone surrogates in escapes pass through (%s)', async (model) => {
    const body = `{"model":"${model}","messages":[{"role":"user","content":"a\\ud800b\\udc00c \\ud83d\\ude00"}],"user":"\\udfff"}`;
    const before = bench.upstream.requests.length;
    expect((await bench.gateway.chat(body)).status).toBe(200);
    expect(bench.upstream.requests).toHaveLength(before + 1);
    const rows = await bench.gateway.rowsOf(model);
    expect(rows.at(-1)).toMatchObject({ status: 'success' });
  });

  it.each(['same', 'translated'])('NUL and control characters in texts pass through (%s)', async (model) => {
    const body = { model, messages: [{ role: 'user', content: 'a\0b\u001f\u2028\ufffe' }], user: 'u\0v' };
    expect((await bench.gateway.chat(body)).status).toBe(200);
  });
});

describe('sizes', () => {
  const limit = 12 * 1024 * 1024;
  const bodyOf = (bytes: number, model = 'echo'): string => {
    const empty = JSON.stringify({ model, messages: [{ role: 'user', content: '' }] });
    return JSON.stringify({ model, messages: [{ role: 'user', content: 'x'.repeat(bytes - empty.length) }] });
  };

  it.each(['echo', 'same', 'translated'])('10 MB within the limit are served (%s)', async (model) => {
    expect((await bench.gateway.chat(bodyOf(10_000_000, model))).status).toBe(200);
  });

  it('exactly the limit is served', async () => {
    expect((await bench.gateway.chat(bodyOf(limit))).status).toBe(200);
  });

  it('one byte beyond it: 413', async () => {
    expectRefused(await bench.gateway.chat(bodyOf(limit + 1)), 413);
  });

  it('beyond it by its content-length alone: 413 before a byte of it is sent', async () => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${masterKey}\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n`;
    const { answers, closed } = await sendRaw(bench.gateway.port, head, 2_000);
    expect(answers.map(({ status }) => status)).toEqual([413]);
    expect(closed).toBe(true);
  });

  it('beyond it in chunks: 413, and the rest is not taken', async () => {
    const socket = await openSocket(bench.gateway.port);
    socket.on('error', () => undefined);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${masterKey}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    const piece = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    let sent = 0;
    while (received === '' && sent < 100 * 1024 * 1024) {
      const more = socket.write(piece);
      sent += 65_536;
      await new Promise<void>((resolve) => {
        if (more) setImmediate(resolve);
        else {
          socket.once('drain', () => resolve());
          socket.once('close', () => resolve());
        }
      });
    }
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(limit * 3);
  });

  it('a large body without a key is refused without being read', async () => {
    const headers = { authorization: '', 'content-type': 'application/json' };
    const answer = await bench.gateway.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers,
      body: bodyOf(10_000_000),
    });
    expectRefused(answer, 401);
  });

  it.each([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
    ['unclosed lists', '['.repeat(100_000)],
  ])('100,000 levels of %s: 400', async (_, deep) => {
    for (const body of [
      deep,
      `{"model":"echo","messages":${deep}}`,
      `{"model":"echo","messages":${JSON.stringify(messages)},"metadata":${deep}}`,
    ]) {
      const answer = await bench.gateway.chat(body);
      expectRefused(answer, 400);
      expect(answer.durationMs).toBeLessThan(ceilingMs);
    }
  });

  it('brackets within texts are no levels', async () => {
    const content = '[{"'.repeat(10_000);
    expect((await bench.gateway.chat({ model: 'echo', messages: [{ role: 'user', content }] })).status).toBe(200);
  });

  it.each(['echo', 'same', 'translated'])(
    'a million members are no reason for a 5xx (%s)',
    async (model) => {
      const keys = Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":0`).join();
      const answer = await bench.gateway.chat(
        `{"model":"${model}","messages":${JSON.stringify(messages)},"metadata":{${keys}}}`,
      );
      expect(answer.status).toBeLessThan(500);
      expect(answer.durationMs).toBeLessThan(10_000);
    },
    20_000,
  );

  it.each(['echo', 'same', 'translated'])(
    '100,000 messages are no reason for a 5xx (%s)',
    async (model) => {
      const many = Array.from({ length: 100_000 }, (_, at) => ({
        role: at % 2 === 0 ? 'user' : 'assistant',
        content: `${at}`,
      }));
      const answer = await bench.gateway.chat({ model, messages: many });
      expect(answer.status).toBeLessThan(500);
      expect(answer.durationMs).toBeLessThan(10_000);
    },
    20_000,
  );
});

describe('compressed bodies', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
  it.each(['gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'GZIP', 'identity, gzip', 'unheard-of', '*'])(
    'content-encoding %s: 415, and nothing is unpacked',
    async (encoding) => {
      const before = process.memoryUsage().rss;
      const answer = await bench.gateway.chat(bomb, { 'content-encoding': encoding });
      expectRefused(answer, 415);
      expect(answer.durationMs).toBeLessThan(ceilingMs);
      expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
    },
  );

  it('identity is no encoding', async () => {
    expect((await bench.gateway.chat(good, { 'content-encoding': 'identity' })).status).toBe(200);
  });
});

describe('content types', () => {
  const refused = [
    ...[
      '',
      ' ',
      'text/plain',
      'text/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ],
    ...[
      'application/json\ta',
      'application/json a',
      'application/json,text/plain',
      'application/json/',
      'application/jsonp',
      'application/json5',
    ],
    ...[
      'json',
      '/json',
      'application/',
      '*/*',
      'application/*',
      'application/json; charset=utf-16',
      'application/json; charset=latin1',
    ],
    ...[
      'application/json; x',
      'application/json; boundary=a',
      'application/json;charset=utf-8;charset=utf-16',
      'application /json',
      'application/json\u00a0',
    ],
    ...[
      'application/octet-stream',
      'application/ndjson',
      'text/html; application/json',
      '"application/json"',
      'application/javascript',
    ],
  ];
  it.each(refused)('%j: 415', async (contentType) => {
    const head = [
      'POST /v1/chat/completions HTTP/1.1',
      'host: a',
      `authorization: Bearer ${masterKey}`,
      `content-type: ${contentType}`,
      `content-length: ${text.length}`,
      'connection: close',
    ];
    const { answers } = await sendRaw(bench.gateway.port, Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`, 'latin1'));
    expect(answers.map(({ status }) => status)).toEqual([415]);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: { type: 'invalid_request_error', code: '415' } });
  });

  it('none at all: 415', async () => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${masterKey}\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n`;
    const { answers } = await sendRaw(bench.gateway.port, head + text);
    expect(answers.map(({ status }) => status)).toEqual([415]);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json;',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/vnd.api+json',
  ])('%j is JSON', async (contentType) => {
    const { status } = await bench.gateway.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': contentType },
      body: text,
    });
    expect(status).toBe(200);
  });
});
