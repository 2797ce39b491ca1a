/** A WebSocket is guarded as every other request, relayed both ways, and charged for what its turns have used. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket as UndiciWebSocket } from 'undici';
import { eventually } from '../support/eventually.js';
import { detailOf, TestGateway } from '../support/gateway.js';
import { openSocket } from '../support/http-client.js';
import { EchoUpstream } from './echo-upstream.js';

jest.setTimeout(60_000);

let upstream: EchoUpstream;
let gateway: TestGateway;
let key: string;
const upgrades: IncomingMessage[] = [];
const sockets: Duplex[] = [];

const usage = { total_tokens: 300, input_tokens: 200, output_tokens: 100, input_token_details: { cached_tokens: 0 } };

function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]); // prettier-ignore
  return Buffer.concat([head, body]);
}

/** Sends back what it hears, and after the word `turn` the end of a turn. */
function echoMessages(socket: Duplex): void {
  socket.on('data', (chunk: Buffer) => {
    const code = (chunk[0] ?? 0) & 0x0f;
    if (code === 8) return void socket.end(Buffer.from([0x88, 0x00]));
    const length = (chunk[1] ?? 0) & 0x7f;
    const mask = chunk.subarray(2, 6);
    const text = Buffer.from(chunk.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0))).toString();
    socket.write(frame(`echo ${text}`));
    if (text === 'turn') socket.write(frame(JSON.stringify({ type: 'response.done', response: { usage } })));
  });
}

beforeAll(async () => {
  upstream = await EchoUpstream.start();
  upstream.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    upgrades.push(request);
    sockets.push(socket);
    socket.on('error', () => undefined);
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'); // prettier-ignore
    const protocol = request.headers['sec-websocket-protocol'];
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n${protocol ? `sec-websocket-protocol: ${protocol.split(',')[0]}\r\n` : ''}\r\n`,
    );
    echoMessages(socket);
  });
  gateway = await TestGateway.start({
    models: [
      { model_name: 'rt', litellm_params: { model: 'openai/gpt-4o-realtime-preview', api_key: 'sk-own', api_base: `${upstream.origin}/v1`, use_in_pass_through: true, input_cost_per_token: 0.000005, output_cost_per_token: 0.00002 } }, // prettier-ignore
    ],
    general: { pass_through_endpoints: [{ path: '/ws', target: `${upstream.origin}/socket` }] },
  });
  key = await gateway.makeKey();
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upgrades.length = 0;
  sockets.length = 0;
});

interface Session {
  readonly socket: UndiciWebSocket;
  readonly heard: string[];
}

function openSession(path: string, options: object): Promise<Session> {
  const socket = new UndiciWebSocket(`ws://127.0.0.1:${gateway.port}${path}`, options);
  const heard: string[] = [];
  socket.addEventListener('message', ({ data }) => heard.push(String(data)));
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve({ socket, heard }));
    socket.addEventListener('error', () => reject(new Error('no session')));
  });
}

const withKey = (): object => ({ headers: { authorization: `Bearer ${key}` } });

it('carries messages both ways, and neither side sees the other’s key', async () => {
  const { socket, heard } = await openSession('/ws', withKey());
  socket.send('hello');
  await eventually('the echo is there', () => heard.includes('echo hello'));
  expect(upgrades[0]?.url).toBe('/socket');
  expect(JSON.stringify(upgrades[0]?.rawHeaders)).not.toContain(key);
  expect(upgrades[0]?.headers['sec-websocket-extensions']).toBeUndefined();
  socket.close();
  await eventually('the upstream is told', () => sockets[0]?.destroyed === true);
  const [row] = await gateway.rowsOf('/ws');
  expect([row?.status, row?.spendNanos]).toEqual(['success', 0n]);
});

it('a realtime session of a provider has its key, and is charged for each turn', async () => {
  const { socket, heard } = await openSession('/openai/v1/realtime?model=gpt-4o-realtime-preview', withKey());
  for (let turn = 1; turn <= 2; turn += 1) {
    socket.send('turn');
    await eventually(
      'the turn has ended',
      () => heard.filter((text) => text.includes('response.done')).length === turn,
    );
  }
  expect(upgrades[0]?.headers.authorization).toBe('Bearer sk-own');
  socket.close();
  await eventually('the upstream is told', () => sockets[0]?.destroyed === true);
  const [row] = await gateway.rowsOf('gpt-4o-realtime-preview');
  expect(row).toMatchObject({ totalTokens: 600, status: 'success' });
  expect(row?.spendNanos).toBe(6_000_000n);
  expect(row && detailOf(row)).toMatchObject({ promptTokens: 400, completionTokens: 200, stream: true });
});

it('a browser gives its key among the protocols, and the upstream is not offered it', async () => {
  const protocols = ['realtime', `openai-insecure-api-key.${key}`];
  const { socket } = await openSession('/openai/v1/realtime?model=gpt-4o-realtime-preview', { protocols });
  expect(socket.protocol).toBe('realtime');
  expect(upgrades[0]?.headers['sec-websocket-protocol']).toBe('realtime');
  expect(JSON.stringify(upgrades[0]?.rawHeaders)).not.toContain(key);
  socket.close();
});

it.each([
  ['no key', '/ws', '', 401],
  ['an unknown key', '/ws', 'authorization: Bearer sk-none\r\n', 401],
  ['nothing there', '/none', 'KEY', 404],
  ['a dot segment', '/ws/../v1/models', 'KEY', 400],
])('%s: no session, and the upstream hears nothing', async (_what, path, line, status) => {
  const socket = await openSocket(gateway.port);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  const lines = line === 'KEY' ? `authorization: Bearer ${key}\r\n` : line;
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n${lines}\r\n`); // prettier-ignore
  await ended;
  expect(Buffer.concat(chunks).toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(upgrades).toHaveLength(0);
});

it('an upgrade to something else is answered as if it had not been asked for', async () => {
  const answer = await gateway.send({ method: 'GET', path: '/v1/models', headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' } }); // prettier-ignore
  expect(answer.status).toBe(200);
});

it('a key over its budget gets no session', async () => {
  const spent = await gateway.makeKey({ max_budget: 0 });
  await expect(openSession('/openai/v1/realtime?model=gpt-4o-realtime-preview', { headers: { authorization: `Bearer ${spent}` } })).rejects.toThrow('no session'); // prettier-ignore
  expect(upgrades).toHaveLength(0);
});

it('an upstream that dies ends its client’s session', async () => {
  const { socket } = await openSession('/ws', withKey());
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  sockets[0]?.destroy();
  await closed;
});
