/** Endpoints that answer in one piece, and Responses, by OpenAI's unmodified client: what reaches the provider, what comes back, what it costs. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { AzureOpenAI } from 'openai';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';

interface Received {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

const received: Received[] = [];
const usage = { prompt_tokens: 1_000_000, total_tokens: 1_000_000 };
const answers: Readonly<Record<string, unknown>> = {
  '/v1/embeddings': {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: 'AACAPwAAAEA=' }],
    model: 'text-embedding-3-small',
    usage,
  },
  '/v1/moderations': {
    id: 'modr-1',
    model: 'omni-moderation-latest',
    results: [{ flagged: false, categories: {}, category_scores: {} }],
  },
  '/v1/images/generations': {
    created: 1,
    data: [{ b64_json: 'AAAA' }],
    usage: { input_tokens: 10, output_tokens: 1_000, total_tokens: 1_010 },
  },
  '/v2/rerank': { id: 'r', results: [{ index: 1, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } },
  '/v1/responses': {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [
      {
        type: 'message',
        id: 'm',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Paris', annotations: [] }],
      },
    ],
    usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
  },
};

async function readJson(request: IncomingMessage): Promise<Received['body']> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
}

const server = createServer((request, response) => {
  void readJson(request).then((body) => {
    const path = request.url ?? '';
    received.push({ path, key: request.headers.authorization, body });
    if (String(body['model']).startsWith('broken')) {
      const error = { message: 'Slow down.', type: 'rate_limit_error', code: 'rate_limit_exceeded' };
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' })
        .end(JSON.stringify({ error }));
    } else if (path.endsWith('/audio/speech')) response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('sound');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[path]));
  });
});

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let url: string;
let openai: OpenAI;
let key: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entry = (name: string, model: string, api_base = `${base}/v1`) => ({
    model_name: name,
    litellm_params: { model, api_base, api_key: 'sk-provider' },
  });
  folder.writeConfig({
    model_list: [
      entry('vectors', 'openai/text-embedding-3-small'),
      entry('guard', 'openai/omni-moderation-latest'),
      entry('painter', 'openai/gpt-image-1'),
      entry('voice', 'openai/tts-1'),
      entry('order', 'cohere/rerank-v3.5', base),
      entry('chat', 'openai/gpt-4o'),
      entry('broken', 'openai/broken'),
    ],
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey },
  });
  gateway = await GatewayProcess.start(folder);
  url = await gateway.listening();
  const admin = new GatewayClient(url, masterKey);
  key = await admin.generateKey();
  openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
}, 30_000);

test('embeddings: the client asks for base64 and reads numbers', async () => {
  const { data, usage: counted } = await openai.embeddings.create({ model: 'vectors', input: 'Hi', dimensions: 2 });
  expect(data[0]?.embedding).toEqual([1, 2]);
  expect(counted.prompt_tokens).toBe(1_000_000);
  expect(received.at(-1)).toEqual({
    path: '/v1/embeddings',
    key: 'Bearer sk-provider',
    body: { model: 'text-embedding-3-small', input: 'Hi', dimensions: 2, encoding_format: 'base64' },
  });
});

test('moderations', async () => {
  const { results } = await openai.moderations.create({ model: 'guard', input: 'Hi' });
  expect(results[0]?.flagged).toBe(false);
});

test('images', async () => {
  const { data } = await openai.images.generate({ model: 'painter', prompt: 'A cat' });
  expect(data?.[0]?.b64_json).toBe('AAAA');
});

test('speech', async () => {
  const spoken = await openai.audio.speech.create({ model: 'voice', input: 'Hello', voice: 'alloy' });
  expect([spoken.headers.get('content-type'), await spoken.text()]).toEqual(['audio/mpeg', 'sound']);
});

test.each(['/v1/rerank', '/v2/rerank', '/rerank'])('rerank at %s', async (path) => {
  const body = JSON.stringify({ model: 'order', query: 'capital', documents: ['a cat', 'Paris'], top_n: 1 });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body });
  expect(await response.json()).toMatchObject({ results: [{ index: 1, relevance_score: 0.9 }] });
});

test('responses', async () => {
  const { output_text: text } = await openai.responses.create({ model: 'chat', input: 'Capital of France?' });
  expect(text).toBe('Paris');
  expect(received.at(-1)).toMatchObject({ path: '/v1/responses', body: { model: 'gpt-4o' } });
});

test("Azure's client names the deployment in the path", async () => {
  const azure = new AzureOpenAI({
    endpoint: url,
    apiKey: key,
    apiVersion: '2024-10-21',
    deployment: 'vectors',
    maxRetries: 0,
  });
  const { data } = await azure.embeddings.create({ model: 'vectors', input: 'Hi' });
  expect(data[0]?.embedding).toEqual([1, 2]);
  const other = fetch(`${url}/openai/deployments/vectors/embeddings`, {
    method: 'POST',
    headers: { 'api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'guard', input: 'Hi' }),
  });
  expect((await other).status).toBe(400);
});

test('an error of the provider keeps its status and its wait', async () => {
  const failure = await openai.embeddings.create({ model: 'broken', input: 'Hi' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 429, headers: expect.anything() });
  expect((failure as { headers: Headers }).headers.get('retry-after')).toBe('7');
});

test('a model whose provider serves something else is refused by name', async () => {
  const failure = await openai.moderations.create({ model: 'order', input: 'Hi' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 400, message: expect.stringContaining('does not serve moderations') });
});

test('each request has one row, with what it cost', async () => {
  interface Row {
    readonly call_type: string;
    readonly spend: number;
    readonly status: string;
  }
  let rows: readonly Row[] = [];
  for (let tries = 0; tries < 50 && rows.length < 10; tries += 1) {
    const response = await fetch(`${url}/spend/logs/v2?page_size=100`, {
      headers: { authorization: `Bearer ${masterKey}` },
    });
    rows = ((await response.json()) as { data: readonly Row[] }).data;
    if (rows.length < 10) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const spentOn = (type: string) =>
    rows.filter((row) => row.call_type === type && row.status === 'success').map((row) => row.spend);
  // text-embedding-3-small: 0.02 USD for a million tokens; tts-1: 15 USD for a million characters; rerank-v3.5: 2 USD for a thousand searches.
  expect(spentOn('aembedding')).toEqual([0.02, 0.02]);
  expect(spentOn('aspeech')).toEqual([0.000_075]);
  expect(spentOn('arerank')).toEqual([0.002, 0.002, 0.002]);
  expect(spentOn('aimage_generation')[0]).toBeGreaterThan(0.03);
  expect(spentOn('aresponses')[0]).toBeCloseTo(0.000_075, 9);
  expect(rows.filter((row) => row.status === 'failure').map((row) => row.call_type)).toEqual(['aembedding']);
});
