/** The library's verbs for sound and files against a provider over HTTP: heard as it comes, sent from memory or from elsewhere. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { closeAll, Router, speech, speechStream, transcription } from '../../../src/core/index.js';

let answering: ServerResponse | undefined;
let lastBody = '';
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    lastBody = Buffer.concat(chunks).toString();
    if (request.url?.endsWith('/transcriptions')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Hello"}');
    } else if (lastBody.includes('"packed"')) {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-encoding': 'gzip' }).end(gzipSync('sound'));
    } else {
      answering = response;
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).write('so');
    }
  });
});
let options: { apiKey: string; apiBase: string };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  options = { apiKey: 'k', apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
});

afterAll(async () => {
  await closeAll();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const request = { model: 'openai/tts-1', input: 'Hello', voice: 'alloy' };
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

it('sound is heard as it comes', async () => {
  const sound = speechStream(request, options);
  const first = await sound.next();
  expect(textOf(first.value as Uint8Array)).toBe('so');
  answering?.end('und');
  expect(textOf((await sound.next()).value as Uint8Array)).toBe('und');
  expect((await sound.next()).done).toBe(true);
});

it('sound that breaks off is an error, after what has come', async () => {
  const router = new Router({ modelList: [{ modelName: 'voice', model: 'openai/tts-1', ...options }] });
  const sound = router.speechStream({ ...request, model: 'voice' });
  expect(textOf((await sound.next()).value as Uint8Array)).toBe('so');
  answering?.destroy();
  await expect(sound.next()).rejects.toMatchObject({ provider: 'openai' });
});

it('whoever stops listening closes the connection', async () => {
  for await (const bytes of speechStream(request, options)) {
    expect(textOf(bytes)).toBe('so');
    break;
  }
  if (answering && !answering.destroyed) await new Promise((resolve) => answering?.once('close', resolve));
});

it('sound that cannot be read while it comes, comes at once', async () => {
  const heard: string[] = [];
  for await (const bytes of speechStream({ ...request, model: 'openai/packed' }, options)) heard.push(textOf(bytes));
  expect(heard).toEqual(['sound']);
});

it('the whole of it is still to be had', async () => {
  const whole = await speech({ ...request, model: 'openai/packed' }, options);
  expect([whole.contentType, textOf(whole.bytes)]).toEqual(['audio/mpeg', 'sound']);
});

it('a recording is sent from memory, or from wherever it is kept', async () => {
  const facts = { name: 'a.wav', contentType: 'audio/wav' };
  const source = { size: 4, read: () => Readable.from([Buffer.from('RI'), Buffer.from('FF')]) };
  for (const file of [
    { ...facts, bytes: Buffer.from('RIFF') },
    { ...facts, source, salt: 'unguessable' },
  ]) {
    expect(await transcription({ model: 'openai/whisper-1', file }, options)).toEqual({ text: 'Hello' });
    expect(lastBody).toMatch(/filename="a\.wav"\r\ncontent-type: audio\/wav\r\n\r\nRIFF\r\n/);
  }
});

it('a stream is refused where answers come in one piece', async () => {
  const file = { name: 'a.wav', contentType: 'audio/wav', bytes: Buffer.from('RIFF') };
  const asked = transcription({ model: 'openai/whisper-1', file, stream: true }, options);
  await expect(asked).rejects.toMatchObject({ code: 'invalid_request', param: 'stream' });
});
