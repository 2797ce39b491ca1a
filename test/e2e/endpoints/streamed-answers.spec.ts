/** Sound and the events of audio and pictures reach the client as they come, and end as the provider ended them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import { eventually } from '../support/eventually.js';
import { detailOf, masterKey, TestGateway } from '../support/gateway.js';
import { openSocket, postBytes } from '../support/http-client.js';

/** Room for a busy machine. */
jest.setTimeout(30_000);

const chunk = Buffer.alloc(64 * 1024, 'sound');
const manyChunks = 800;
const goneWithinMs = 1_000;

/** A provider whose answer is played by the test, by the name of the model that it is asked for. */
class PlayedProvider {
  readonly sockets = new Set<Socket>();
  readonly asked: { readonly path: string; readonly body: string }[] = [];
  /** The answers that have been opened, newest last. */
  readonly open: ServerResponse[] = [];
  poured = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void textOf(request).then((body) => {
        this.asked.push({ path: request.url ?? '', body });
        this.open.push(response);
        this.play(response, /"model":"([\w-]+)"|name="model"\s+([\w-]+)/.exec(body)?.slice(1).find(Boolean) ?? '');
      });
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private play(response: ServerResponse, model: string): void {
    const events = (...lines: object[]): string => lines.map((line) => `data: ${JSON.stringify(line)}\n\n`).join('');
    if (this.asked.at(-1)?.path.endsWith(':generateContent')) {
      const parts = [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ candidates: [{ content: { parts }, finishReason: 'STOP' }] }));
    } else if (model === 'broken') {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"Broken."}}');
    } else if (model.startsWith('mixed')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":{"message":"No voice."}}');
    } else if (model === 'speaker') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const done = { type: 'speech.audio.done', usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 } };
      response.end(events({ type: 'speech.audio.delta', audio: 'AAAA' }, done));
    } else if (model.startsWith('scribe')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const usage = { type: 'tokens', input_tokens: 10, output_tokens: 2, total_tokens: 12 };
      response.write(events({ type: 'transcript.text.delta', delta: 'Hel' }));
      if (model === 'scribe-cut') setTimeout(() => response.destroy(), 50);
      else
        response.end(
          events(
            { type: 'transcript.text.delta', delta: 'lo' },
            { type: 'transcript.text.done', text: 'Hello', usage },
          ),
        );
    } else if (model === 'painter') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const large = 'A'.repeat(3_000_000);
      const usage = { input_tokens: 10, output_tokens: 20, total_tokens: 30 };
      const partial = { type: 'image_generation.partial_image', b64_json: large, partial_image_index: 0 };
      response.end(events(partial, { type: 'image_generation.completed', b64_json: large, usage }));
    } else {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      response.write(chunk);
      if (model === 'endless') void this.pour(response);
    }
  }

  private async pour(response: ServerResponse): Promise<void> {
    const closed = new Promise((resolve) => response.once('close', resolve));
    for (this.poured = 0; this.poured < manyChunks && !response.destroyed; this.poured += 1)
      if (!response.write(chunk)) await Promise.race([new Promise((go) => response.once('drain', go)), closed]);
    response.end();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const piece of request) chunks.push(piece as Buffer);
  return Buffer.concat(chunks).toString();
}

const provider = new PlayedProvider();
let gateway: TestGateway;
let openai: OpenAI;

beforeAll(async () => {
  const api_base = await provider.start();
  const entry = (name: string, model = `openai/${name}`, more: object = {}) => ({
    model_name: name,
    litellm_params: { model, api_base, api_key: 'k', input_cost_per_character: 0.001, ...more },
  });
  gateway = await TestGateway.start({
    models: [
      ...['voice', 'endless', 'mixed', 'spare'].map((name) => entry(name)),
      ...['speaker', 'scribe', 'scribe-cut', 'painter'].map((name) =>
        entry(name, `openai/${name}`, { input_cost_per_token: 0.001, output_cost_per_token: 0.01 }),
      ),
      entry('twins', 'openai/broken'),
      entry('elevenlabs', 'elevenlabs/eleven_v3'),
      entry('deepgram', 'deepgram/aura-2'),
      entry('retoucher', 'gemini/gemini-2.5-flash-image'),
    ],
    router: { fallbacks: [{ twins: ['voice'] }, { mixed: ['voice'] }] },
  });
  openai = new OpenAI({ baseURL: `http://127.0.0.1:${gateway.port}/v1`, apiKey: masterKey, maxRetries: 0 });
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

const say = (model: string, more: object = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${gateway.port}/v1/audio/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'Hello', voice: 'alloy', ...more }),
  });

const newest = (): ServerResponse => provider.open.at(-1) as ServerResponse;

describe.each(['voice', 'elevenlabs', 'deepgram'])('speech of %s', (model) => {
  it('is heard before its end has come', async () => {
    const response = await say(model);
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    expect(response.headers.get('x-litellm-model-group')).toBe(model);
    expect(response.headers.get('x-litellm-call-id')).toMatch(/^[0-9a-f-]{36}$/);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    expect(first.value?.length).toBeGreaterThan(0);
    expect(newest().writableEnded).toBe(false);
    newest().end('end');
    let last = first.value;
    for (let read = await reader.read(); !read.done; read = await reader.read()) last = read.value;
    expect(Buffer.from(last ?? []).toString()).toMatch(/end$/);
    const [row] = await gateway.rowsOf(model);
    expect([row?.status, row?.spendNanos]).toEqual(['success', 5_000_000n]);
  });
});

it('sound that breaks off breaks the connection off, and the row says so', async () => {
  const response = await say('spare');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  newest().destroy();
  await expect(
    (async () => {
      while (!(await reader.read()).done);
    })(),
  ).rejects.toThrow();
  const [row, ...others] = await gateway.rowsOf('spare');
  expect(others).toEqual([]);
  expect([row?.status, row && detailOf(row).attempts.length]).toEqual(['failure', 1]);
  // The provider bills what it was asked to speak.
  expect(row?.spendNanos).toBe(5_000_000n);
});

it('a client that leaves closes its provider within a second', async () => {
  const socket = await openSocket(gateway.port);
  socket.on('error', () => undefined);
  const before = provider.open.length;
  const body = JSON.stringify({ model: 'endless', input: 'Hello', voice: 'alloy' });
  socket.write(postBytes('/v1/audio/speech', body, { authorization: `Bearer ${masterKey}` }));
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  await eventually('the provider is told', () => provider.open[before]?.destroyed === true, goneWithinMs);
  const rows = await gateway.rowsOf('endless');
  expect(rows.map(({ status }) => status)).toEqual(['failure']);
  expect(rows[0] && detailOf(rows[0]).errorCode).toBe('client_closed');
});

it('a client that reads slowly pauses its provider, and hears everything in the end', async () => {
  const socket = await openSocket(gateway.port);
  socket.pause();
  const body = JSON.stringify({ model: 'endless', input: 'Hello', voice: 'alloy' });
  socket.write(postBytes('/v1/audio/speech', body, { authorization: `Bearer ${masterKey}`, connection: 'close' }));
  await eventually('the provider has begun', () => provider.poured > 0);
  for (let before = -1; before !== provider.poured;) {
    before = provider.poured;
    await wait(500);
  }
  expect(provider.poured).toBeLessThan(manyChunks / 2);
  let received = 0;
  socket.on('data', (bytes: Buffer) => (received += bytes.length));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(received).toBeGreaterThan(manyChunks * chunk.length);
});

it('what fails before it is heard is asked for elsewhere', async () => {
  const response = await say('twins');
  newest().end();
  expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, chunk.length]);
  const mixed = await say('mixed');
  newest().end();
  expect([mixed.status, mixed.headers.get('x-litellm-attempted-fallbacks')]).toEqual([200, '1']);
  await mixed.arrayBuffer();
});

it('sound may come as events, whose count is billed', async () => {
  const response = await say('speaker', { stream_format: 'sse' });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await response.text()).toContain('speech.audio.done');
  const [row] = await gateway.rowsOf('speaker');
  expect(row?.spendNanos).toBe(75_000_000n);
});

it("a transcription comes as OpenAI's client reads its events", async () => {
  const file = await toFile(Buffer.from('RIFF'), 'a.wav', { type: 'audio/wav' });
  const events = await openai.audio.transcriptions.create({ file, model: 'scribe', stream: true });
  const types: string[] = [];
  for await (const event of events) types.push(event.type);
  expect(types).toEqual(['transcript.text.delta', 'transcript.text.delta', 'transcript.text.done']);
  expect(provider.asked.at(-1)?.body).toMatch(/name="stream"\s+true/);
  const [row] = await gateway.rowsOf('scribe');
  expect([row?.spendNanos, row && detailOf(row).stream]).toEqual([30_000_000n, true]);
});

it('a transcription that breaks off ends with an error event, and costs what had come', async () => {
  const file = await toFile(Buffer.alloc(1_000_000), 'a.wav', { type: 'audio/wav' });
  const events = await openai.audio.transcriptions.create({ file, model: 'scribe-cut', stream: true });
  await expect(
    (async () => {
      for await (const event of events) void event;
    })(),
  ).rejects.toBeInstanceOf(OpenAI.APIError);
  const [row] = await gateway.rowsOf('scribe-cut');
  expect([row?.status, row && detailOf(row).completionTokens]).toEqual(['failure', 1]);
  // A recording is no text of its length.
  expect(row && detailOf(row).promptTokens).toBeLessThan(2_000);
});

it('pictures come as events, however large', async () => {
  const events = await openai.images.generate({ model: 'painter', prompt: 'A fox', stream: true, partial_images: 1 });
  const seen: [string, number][] = [];
  for await (const event of events) seen.push([event.type, event.b64_json.length]);
  expect(seen).toEqual([
    ['image_generation.partial_image', 3_000_000],
    ['image_generation.completed', 3_000_000],
  ]);
  const [row] = await gateway.rowsOf('painter');
  expect(row?.status).toBe('success');
});

it('a large picture reaches a provider that takes it within JSON', async () => {
  const picture = Buffer.alloc(600_000, 'PNG');
  const image = await toFile(picture, 'a.png', { type: 'image/png' });
  const { data } = await openai.images.edit({ image, prompt: 'Sharper', model: 'retoucher' });
  expect(data?.[0]?.b64_json).toBe('AAAA');
  expect(provider.asked.at(-1)?.body).toContain(picture.toString('base64'));
});
