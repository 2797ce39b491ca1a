/** Large uploads pass through the built product without filling its memory or leaving a file, however they end. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, request, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { eventually } from '../support/eventually.js';

/** Room for a busy machine. */
jest.setTimeout(120_000);

const megabyte = 1024 * 1024;
const fileMegabytes = 50;
const parallel = 20;
const fileMark = 'content-type: audio/wav\r\n\r\n';
/** Less than a third of what is uploaded at once: buffers of sockets, and garbage that has not been collected yet. */
const mostGrowthMegabytes = 300;

interface Received {
  readonly path: string;
  readonly announced: number;
  readonly bytes: number;
  readonly digest: string;
}

const received: Received[] = [];
/** Requests of which the provider reads nothing, and which it never answers. */
const deaf: IncomingMessage[] = [];
/** How many requests get a 500 before one is answered well. */
let failures = 0;

/** Of the file within the form: its boundary differs each time. */
async function digestOf(incoming: IncomingMessage): Promise<Received> {
  const announced = Number(incoming.headers['content-length']);
  const hash = createHash('sha256');
  let left = Math.floor(announced / megabyte) * megabyte;
  let bytes = 0;
  let before: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    let content = chunk;
    if (before) {
      before = Buffer.concat([before, chunk]);
      const at: number = before.indexOf(fileMark);
      if (at < 0) continue;
      content = before.subarray(at + fileMark.length);
      before = undefined;
    }
    hash.update(content.subarray(0, left));
    left -= Math.min(left, content.length);
  }
  return { path: incoming.url ?? '', announced, bytes, digest: hash.digest('hex') };
}

function answer(response: ServerResponse): void {
  const isFailure = failures > 0;
  failures -= isFailure ? 1 : 0;
  response.writeHead(isFailure ? 500 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isFailure ? { error: { message: 'Not now.' } } : { text: 'Hello' }));
}

const server = createServer((incoming, response) => {
  if (incoming.url?.startsWith('/strict/')) {
    // Nothing of the body is read.
    const error = { message: 'Who are you?', type: 'invalid_request_error', code: 'invalid_api_key' };
    response.writeHead(401, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ error }));
    return;
  }
  if (incoming.url?.startsWith('/deaf/')) {
    incoming.pause();
    deaf.push(incoming);
    return;
  }
  digestOf(incoming).then(
    (seen) => {
      received.push(seen);
      answer(response);
    },
    // The gateway has given up on it.
    () => response.destroy(),
  );
});

const folder = new GatewayFolder();
const masterKey = newMasterKey();
const uploads = join(folder.path, 'tmp');
let gateway: GatewayProcess;
let port: number;
let client: GatewayClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entry = (name: string, place: string) => ({
    model_name: name,
    litellm_params: { model: 'openai/whisper-1', api_base: `${base}/${place}/v1`, api_key: 'sk-provider' },
  });
  folder.writeConfig({
    model_list: [entry('ears', 'first'), entry('spare', 'second'), entry('strict', 'strict'), entry('deaf', 'deaf')],
    router_settings: { num_retries: 1, fallbacks: [{ ears: ['spare'] }], disable_cooldowns: true },
    general_settings: { master_key: masterKey, max_request_size_mb: 64 },
  });
  mkdirSync(uploads);
  gateway = await GatewayProcess.start(folder, { env: { TMPDIR: uploads } });
  const url = await gateway.listening();
  port = Number(new URL(url).port);
  client = new GatewayClient(url, masterKey);
}, 60_000);

afterAll(async () => {
  await gateway.stop();
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
}, 30_000);

const headFor = (model: string): string =>
  `--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n` +
  '--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n';
const tail = Buffer.from('\r\n--x--\r\n');
const piece = Buffer.alloc(megabyte, Buffer.from([1, 2, 3, 4, 5, 6, 7]));

function openUpload(headers: Record<string, string> = {}, model = 'ears'): ClientRequest {
  const opened = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/v1/audio/transcriptions',
    agent: false,
    headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'multipart/form-data; boundary=x', ...headers },
  });
  opened.write(headFor(model));
  return opened;
}

async function write(upload: ClientRequest, megabytes: number): Promise<void> {
  const closed = new Promise<void>((resolve) => upload.once('close', resolve));
  for (let at = 0; at < megabytes && !upload.destroyed; at += 1) {
    const flushed = new Promise<void>((resolve) => upload.write(piece, () => resolve()));
    await Promise.race([flushed, closed]);
  }
}

async function upload(megabytes: number, model?: string): Promise<{ status: number; text: string }> {
  const opened = openUpload({}, model);
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    opened.once('response', resolve).on('error', reject);
  });
  const writing = write(opened, megabytes).then(() => opened.end(tail));
  const response = await answered;
  let text = '';
  for await (const chunk of response) text += String(chunk);
  await writing;
  return { status: response.statusCode ?? 0, text };
}

/** Memory of the gateway: what it holds now, and the most that it has held. */
function memoryMegabytes(line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

/** Files without a name that the gateway holds open. */
function heldFiles(): number {
  const fds = `/proc/${gateway.pid}/fd`;
  return readdirSync(fds).filter((fd) => {
    try {
      return readlinkSync(join(fds, fd)).startsWith(uploads);
    } catch {
      // It has been closed meanwhile.
      return false;
    }
  }).length;
}

const nothingLeft = (): Promise<void> =>
  eventually('no file is held any more', () => heldFiles() === 0 && readdirSync(uploads).length === 0);

test('twenty uploads of 50 MiB at once do not fill the memory', async () => {
  expect((await upload(1)).status).toBe(200);
  const before = memoryMegabytes('VmRSS');
  received.length = 0;
  const answers = await Promise.all(Array.from({ length: parallel }, () => upload(fileMegabytes)));
  expect(answers.map(({ status, text }) => [status, text])).toEqual(
    Array.from({ length: parallel }, () => [200, '{"text":"Hello"}']),
  );
  expect(memoryMegabytes('VmHWM') - before).toBeLessThan(mostGrowthMegabytes);
  expect(received).toHaveLength(parallel);
  const expected = createHash('sha256');
  for (let at = 0; at < fileMegabytes; at += 1) expected.update(piece);
  expect(new Set(received.map(({ digest }) => digest))).toEqual(new Set([expected.digest('hex')]));
  for (const { announced, bytes } of received) {
    expect(bytes).toBe(announced);
    expect(bytes).toBeGreaterThan(fileMegabytes * megabyte);
  }
  await nothingLeft();
});

test('an upload is sent again, whole, to the same deployment and to a fallback', async () => {
  received.length = 0;
  failures = 3;
  expect((await upload(5)).status).toBe(200);
  expect(received.map(({ path }) => path.split('/')[1])).toEqual(['first', 'first', 'second', 'second']);
  expect(new Set(received.map(({ digest, bytes }) => `${digest} ${bytes}`)).size).toBe(1);
  await nothingLeft();
});

test('a client that leaves amid its upload leaves nothing, and no provider hears of it', async () => {
  await eventually('each upload so far has a row', async () => (await countRows()) === parallel + 2);
  received.length = 0;
  const leaving = Array.from({ length: 5 }, async (): Promise<ClientRequest> => {
    const opened = openUpload();
    opened.on('error', () => undefined);
    await write(opened, 5);
    return opened;
  });
  const opened = await Promise.all(leaving);
  await eventually('the uploads are on disk', () => heldFiles() === opened.length);
  expect(readdirSync(uploads)).toEqual([]);
  for (const each of opened) each.destroy();
  await nothingLeft();
  expect([received, await countRows()]).toEqual([[], parallel + 2]);
  expect((await upload(1)).status).toBe(200);
});

test('a provider that refuses before it has read the upload is heard', async () => {
  const { status, text } = await upload(20, 'strict');
  expect([status, text]).toEqual([401, expect.stringContaining('Who are you?')]);
  await nothingLeft();
});

test('a client that leaves while its upload is on the way to the provider closes that, too', async () => {
  const opened = openUpload({}, 'deaf');
  opened.on('error', () => undefined);
  await write(opened, 20);
  opened.end(tail);
  await eventually('the provider is asked', () => deaf.length === 1);
  expect(heldFiles()).toBe(1);
  const [asked] = deaf;
  opened.destroy();
  await eventually('the connection to the provider is closed', () => {
    asked?.resume();
    return asked?.destroyed === true;
  });
  await nothingLeft();
});

test('more than the limit is refused by its announced length, and as soon as it has come', async () => {
  const announced = openUpload({ 'content-length': String(100 * megabyte) });
  announced.on('error', () => undefined);
  const [refused] = (await once(announced, 'response')) as [IncomingMessage];
  expect([refused.statusCode, heldFiles()]).toEqual([413, 0]);
  announced.destroy();
  expect(await upload(70)).toMatchObject({ status: 413 });
  await nothingLeft();
});

test('nothing is left of a process that is killed amid an upload', async () => {
  const opened = openUpload();
  opened.on('error', () => undefined);
  await write(opened, 5);
  await eventually(
    'the upload is on disk, without a name',
    () => heldFiles() === 1 && readdirSync(uploads).length === 0,
  );
  gateway.kill('SIGKILL');
  await gateway.ended;
  expect(readdirSync(uploads)).toEqual([]);
});

function once(emitter: ClientRequest, event: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...given: unknown[]) => resolve(given)));
}

async function countRows(): Promise<number> {
  const { json } = await client.get('/spend/logs/v2?page_size=1');
  return Number(json['total']);
}
