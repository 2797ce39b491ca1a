/** Files that clients upload reach the provider as they are, by the official client, and are billed by their length. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { AzureOpenAI, toFile } from 'openai';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';

interface Received {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

const received: Received[] = [];
const server = createServer((request, response) => {
  void readForm(request).then((fields) => {
    received.push({ path: request.url ?? '', fields });
    if (request.url?.startsWith('/broken/')) {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"Broken."}}');
      return;
    }
    const isImage = request.url?.includes('/images/');
    const isText = fields['response_format'] === 'srt';
    const body = isImage
      ? { created: 1, data: [{ b64_json: 'AAAA' }] }
      : { text: 'Hello', usage: { type: 'duration', seconds: 60 } };
    response
      .writeHead(200, { 'content-type': isText ? 'text/plain' : 'application/json' })
      .end(isText ? '1\n00:00:00,000 --> 00:00:30,000\nHello\n' : JSON.stringify(body));
  });
});

/** Texts as they are, files as `name (type) content`. */
async function readForm(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(Buffer.concat(chunks), { headers }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of form)
    fields[name] = typeof value === 'string' ? value : `${value.name} (${value.type}) ${await value.text()}`;
  return fields;
}

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let url: string;
let key: string;
let openai: OpenAI;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const deployment = (name: string, model: string, api_base = base) => ({
    model_name: name,
    litellm_params: { model, api_base, api_key: 'sk-provider' },
  });
  folder.writeConfig({
    model_list: [
      deployment('ears', 'openai/whisper-1'),
      deployment('painter', 'openai/gpt-image-1'),
      deployment('flaky', 'openai/whisper-1', base.replace('/v1', '/broken/v1')),
    ],
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey, max_request_size_mb: 1 },
  });
  gateway = await GatewayProcess.start(folder);
  url = await gateway.listening();
  key = await new GatewayClient(url, masterKey).generateKey();
  openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
}, 30_000);

const recording = () => toFile(Buffer.from('RIFF\r\n--x\r\n\0'), 'zoë "1".wav', { type: 'audio/wav' });

test('a recording is transcribed', async () => {
  const file = await recording();
  const { text } = await openai.audio.transcriptions.create({ file, model: 'ears', language: 'en', temperature: 0.2 });
  expect(text).toBe('Hello');
  expect(received.at(-1)).toEqual({
    path: '/v1/audio/transcriptions',
    fields: {
      model: 'whisper-1',
      language: 'en',
      temperature: '0.2',
      file: 'zoë "1".wav (audio/wav) RIFF\r\n--x\r\n\0',
    },
  });
});

test('subtitles come as text', async () => {
  const file = await recording();
  const subtitles = await openai.audio.transcriptions.create({ file, model: 'ears', response_format: 'srt' });
  expect(subtitles).toContain('00:00:30,000');
});

test('a recording is translated', async () => {
  await openai.audio.translations.create({ file: await recording(), model: 'ears' });
  expect(received.at(-1)?.path).toBe('/v1/audio/translations');
});

test('pictures are changed', async () => {
  const image = [
    await toFile(Buffer.from('one'), 'a.png', { type: 'image/png' }),
    await toFile(Buffer.from('two'), 'b.png', { type: 'image/png' }),
  ];
  const { data } = await openai.images.edit({ image, prompt: 'Merge them', model: 'painter', n: 1 });
  expect(data?.[0]?.b64_json).toBe('AAAA');
  expect(received.at(-1)?.fields).toMatchObject({ model: 'gpt-image-1', prompt: 'Merge them', n: '1' });
});

test("Azure's client names the model in the path", async () => {
  const azure = new AzureOpenAI({
    endpoint: url,
    apiKey: key,
    apiVersion: '2024-10-21',
    deployment: 'ears',
    maxRetries: 0,
  });
  expect(await azure.audio.transcriptions.create({ file: await recording(), model: 'ears' })).toMatchObject({
    text: 'Hello',
  });
});

test('each of them is billed', async () => {
  const rows = await waitForRows(4);
  const minute = rows.find(({ call_type: type }) => type === 'atranscription');
  // 0.006 USD a minute of whisper-1.
  expect(minute?.spend).toBeCloseTo(0.006, 6);
  expect(new Set(rows.map(({ call_type: type }) => type))).toEqual(
    new Set(['atranscription', 'atranslation', 'aimage_edit']),
  );
});

interface Row {
  readonly call_type: string;
  readonly spend: number;
}

async function waitForRows(count: number): Promise<readonly Row[]> {
  for (let tries = 0; ; tries += 1) {
    const response = await fetch(`${url}/spend/logs/v2?page_size=100`, {
      headers: { authorization: `Bearer ${masterKey}` },
    });
    const { data } = (await response.json()) as { data: readonly Row[] };
    if (data.length >= count || tries > 50) return data;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a form may name what stands in for its model, and what is asked of that', async () => {
  const form = new FormData();
  form.append('model', 'flaky');
  form.append('file', new Blob(['RIFF']), 'a.wav');
  form.append('fallbacks', JSON.stringify([{ model: 'ears', language: 'de' }]));
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', headers, body: form });
  expect([response.status, response.headers.get('x-litellm-attempted-fallbacks')]).toEqual([200, '1']);
  const file = 'a.wav (application/octet-stream) RIFF';
  expect(received.slice(-2)).toEqual([
    { path: '/broken/v1/audio/transcriptions', fields: { model: 'whisper-1', file } },
    { path: '/v1/audio/transcriptions', fields: { model: 'whisper-1', file, language: 'de' } },
  ]);
});

describe('what cannot be read', () => {
  const post = async (
    body: string | Buffer<ArrayBuffer> | FormData,
    headers: Record<string, string> = {},
  ): Promise<[number, string]> => {
    const response = await fetch(`${url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...headers },
      body,
    });
    return [response.status, ((await response.json()) as { error: { message: string } }).error.message];
  };
  const form = (fields: Readonly<Record<string, string | Blob>>): FormData => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.append(name, value);
    return made;
  };

  test.each([
    ['a form without a file', form({ model: 'ears' }), 'file'],
    ['a form without a model', form({ file: new Blob(['x']) }), 'model'],
    ['a number that is none', form({ model: 'ears', file: new Blob(['x']), temperature: 'warm' }), 'temperature'],
  ])('%s is refused', async (_what, body, said) => {
    const [status, message] = await post(body);
    expect(status).toBe(400);
    expect(message).toContain(`\`${said}\``);
  });

  test('JSON in place of a form is refused, and so is a form in place of JSON', async () => {
    expect(await post('{}', { 'content-type': 'application/json' })).toEqual([
      415,
      expect.stringContaining('multipart/form-data'),
    ]);
    const response = await fetch(`${url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: form({ model: 'ears' }),
    });
    expect(response.status).toBe(415);
  });

  const text = (name: string, value: string): string =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const upload = (parameters: string): string =>
    `--x\r\nContent-Disposition: form-data; name="file"; ${parameters}\r\n\r\nRIFF\r\n`;
  const good = text('model', 'ears') + upload('filename="a.wav"');

  test.each([
    ['no boundary', `${good}--x--`, 'multipart/form-data; charset=utf-8', 'boundary'],
    ['another boundary', `${good}--x--`, 'multipart/form-data; boundary=y', 'boundary'],
    ['nothing', '', undefined, 'boundary'],
    ['a part that breaks off', '--x\r\nContent-Disposition: form-data; name="mo', undefined, 'boundary'],
    ['a file that breaks off', good.slice(0, -10), undefined, 'boundary'],
    ['no last boundary', good, undefined, 'boundary'],
    ['10,000 parts', `${text('a', '1').repeat(10_000)}${good}--x--`, undefined, '500 parts'],
    ['a file name that climbs', `${good}${upload('filename="../a.wav"')}--x--`, undefined, 'file name'],
    ['a file name with a line break', `${upload('filename="a\r\nX-Evil: 1"')}--x--`, undefined, 'header'],
    ['an encoded line break', `${upload('filename="a%0D%0AX-Evil: 1"')}--x--`, undefined, 'file name'],
    ['two names', `${upload('name="model"; filename="a"')}--x--`, undefined, 'twice'],
    ['a part without a header', `--x\r\n\r\n1\r\n${good}--x--`, undefined, 'disposition'],
    ['no UTF-8', Buffer.from(`${text('prompt', '\xff')}${good}--x--`, 'latin1'), undefined, 'UTF-8'],
    ['two models', `${text('model', 'ears')}${good}--x--`, undefined, '`model` may stand only once'],
    ['a list that is no JSON', `${text('fallbacks', '[{]')}${good}--x--`, undefined, 'JSON'],
    ['two recordings', `${good}${upload('filename="b.wav"')}--x--`, undefined, '`file`'],
    ['a text as the recording', `${text('model', 'ears')}${text('file', 'RIFF')}--x--`, undefined, '`file`'],
  ])('%s is refused in a form', async (_what, body, type = 'multipart/form-data; boundary=x', said) => {
    const before = received.length;
    const [status, message] = await post(body, { 'content-type': type });
    expect([status, message]).toEqual([400, expect.stringContaining(said)]);
    expect(received.length).toBe(before);
  });

  test('more than the limit is refused', async () => {
    const [status] = await post(form({ model: 'ears', file: new Blob([Buffer.alloc(1_100_000)]) }));
    expect(status).toBe(413);
  });

  test('an address or a key of the client is not followed', async () => {
    const before = received.length;
    const [status] = await post(form({ model: 'ears', file: new Blob(['x']), api_base: 'http://127.0.0.1:1' }));
    expect([status, received.length]).toEqual([400, before]);
  });
});
