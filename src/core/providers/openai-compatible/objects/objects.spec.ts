/** Requests for files and batches as OpenAI, Azure and Groq document them, and what is read from their answers. */
import { providerRegistry } from '../../registry.js';
import { plainParameters } from '../../../spec/parameters.js';
import type { BatchAdapter, FileAdapter, ObjectTarget, OutboundRequest } from '../../../spec/index.js';

function filesOf(id: string): FileAdapter {
  const { files } = providerRegistry.find(id) ?? {};
  if (!files) throw new Error(`${id} keeps no files.`);
  return files;
}

function batchesOf(id: string): BatchAdapter {
  const { batches } = providerRegistry.find(id) ?? {};
  if (!batches) throw new Error(`${id} runs no batches.`);
  return batches;
}

function target(origin: string, basePath: string, provider: Readonly<Record<string, unknown>> = {}): ObjectTarget {
  return { model: 'my-mini', endpoint: { origin, basePath }, parameters: { ...plainParameters, provider } };
}

const openai = target('https://api.openai.com', '/v1', { organization: 'org-1' });
const places: readonly [string, ObjectTarget, string, string][] = [
  ['openai', openai, '/v1', ''],
  ['groq', target('https://api.groq.com', '/openai/v1'), '/openai/v1', ''],
  ['dashscope', target('https://dashscope.aliyuncs.com', '/compatible-mode/v1'), '/compatible-mode/v1', ''],
  [
    'azure',
    target('https://a.openai.azure.com', '', { api_version: '2024-10-21' }),
    '/openai',
    '?api-version=2024-10-21',
  ],
  [
    'azure',
    target('https://a.openai.azure.com', '/openai/deployments/x'),
    '/openai',
    '?api-version=2025-02-01-preview',
  ],
  ['azure', target('https://a.openai.azure.com', '/openai/v1'), '/openai/v1', ''],
  ['azure', target('https://a.openai.azure.com', '', { api_version: 'preview' }), '/openai/v1', '?api-version=preview'],
];

async function textOf({ bodyStream }: OutboundRequest): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyStream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"a"');
  yield await Promise.resolve(Buffer.from(':1}'));
}

const upload = {
  purpose: 'batch',
  name: 'a "b"\r\n.jsonl',
  contentType: 'application/jsonl',
  content: pieces(),
  fields: [['expires_after[seconds]', '60']] as const,
  boundary: 'B',
};

describe.each(places)('%s at %j', (id, at, root, query) => {
  it('is asked for files and batches where it documents them', () => {
    const files = filesOf(id);
    const batches = batchesOf(id);
    const order = { inputFileId: 'file-1', endpoint: '/v1/embeddings', completionWindow: '24h', members: {} };
    const requests = [
      files.buildUpload(upload, at),
      files.buildRetrieve('file-1', at),
      files.buildDelete('file-1', at),
      files.buildContent('file-1', at),
      batches.buildCreate(order, at),
      batches.buildRetrieve('batch_1', at),
      batches.buildCancel('batch_1', at),
    ];
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST ${root}/files${query}`,
      `GET ${root}/files/file-1${query}`,
      `DELETE ${root}/files/file-1${query}`,
      `GET ${root}/files/file-1/content${query}`,
      `POST ${root}/batches${query}`,
      `GET ${root}/batches/batch_1${query}`,
      `POST ${root}/batches/batch_1/cancel${query}`,
    ]);
    expect(new Set(requests.map(({ origin }) => origin))).toEqual(new Set([at.endpoint.origin]));
  });
});

it('an upload is a form whose file comes last, in pieces', async () => {
  const request = filesOf('openai').buildUpload(upload, openai);
  expect(request.headers).toMatchObject({
    'content-type': 'multipart/form-data; boundary=B',
    'openai-organization': 'org-1',
  });
  expect(request.body).toBeUndefined();
  expect(await textOf(request)).toBe(
    [
      '--B\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch',
      '--B\r\ncontent-disposition: form-data; name="expires_after[seconds]"\r\n\r\n60',
      '--B\r\ncontent-disposition: form-data; name="file"; filename="a %22b%22%0D%0A.jsonl"\r\ncontent-type: application/jsonl\r\n\r\n{"a":1}',
      '--B--\r\n',
    ].join('\r\n'),
  );
});

it.each(['../secrets', '..', 'a/b', 'a?b'])('the id %s leads to no other path', (id) => {
  expect(filesOf('openai').buildRetrieve(id, openai).path).toMatch(/^\/v1\/files\/[^/?]+$/);
});

it("Azure's lines name deployments, without LiteLLM's routes", () => {
  expect(batchesOf('azure').lineModel({ ...openai, model: 'o_series/my-o3' })).toBe('my-o3');
  expect(batchesOf('openai').lineModel(openai)).toBe('my-mini');
});

it('a batch is ordered with everything that the client said', () => {
  const request = batchesOf('openai').buildCreate(
    {
      inputFileId: 'file-1',
      endpoint: '/v1/responses',
      completionWindow: '24h',
      members: { metadata: { a: 'b' }, input_file_id: 'file-2' },
    },
    openai,
  );
  expect(JSON.parse(String(request.body))).toEqual({
    metadata: { a: 'b' },
    input_file_id: 'file-1',
    endpoint: '/v1/responses',
    completion_window: '24h',
  });
});

const answer = (value: unknown) => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(value)) });

describe('a batch that is read', () => {
  it.each([
    ['validating', false],
    ['in_progress', false],
    ['finalizing', false],
    ['cancelling', false],
    ['completed', true],
    ['failed', true],
    ['expired', true],
    ['cancelled', true],
  ])('and is %s has finished: %p', (status, finished) => {
    expect(batchesOf('openai').parseBatch(answer({ id: 'b', status })).finished).toBe(finished);
  });

  it('has its files and its usage', () => {
    const usage = { input_tokens: 3, output_tokens: 2, input_tokens_details: { cached_tokens: 1 } };
    const batch = { id: 'b', status: 'completed', input_file_id: 'i', output_file_id: 'o', error_file_id: null, usage };
    expect(batchesOf('groq').parseBatch(answer(batch))).toEqual({
      id: 'b',
      finished: true,
      inputFileId: 'i',
      outputFileId: 'o',
      errorFileId: undefined,
      usage: { promptTokens: 3, completionTokens: 2, cachedTokens: 1 },
      object: batch,
    });
  });

  it.each([{}, { id: 'b' }, { status: 'completed' }, { id: '', status: 'x' }])('is refused as %j', (batch) => {
    expect(() => batchesOf('openai').parseBatch(answer(batch))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_response', provider: 'openai' }),
    );
  });
});

it('a file without an id is refused', () => {
  expect(() => filesOf('openai').parseFile(answer({ object: 'file' }))).toThrow('without an id');
  expect(filesOf('openai').parseFile(answer({ id: 'f', bytes: 1 }))).toEqual({
    id: 'f',
    object: { id: 'f', bytes: 1 },
  });
});

it('an error keeps its status and words', () => {
  const body = Buffer.from('{"error":{"message":"No such file","type":"invalid_request_error"}}');
  const error = filesOf('azure').parseError({ status: 404, headers: {}, body });
  expect(error).toMatchObject({ code: 'upstream_not_found', status: 404, message: 'No such file', provider: 'azure' });
});

describe('a line of an output', () => {
  const line = (body: unknown, status = 200, error: unknown = null): string =>
    JSON.stringify({ custom_id: '1', response: { status_code: status, body }, error });
  const parse = (text: string) => batchesOf('openai').parseResult(text);

  it.each([
    [
      'of chat',
      { model: 'm', usage: { prompt_tokens: 3, completion_tokens: 2 } },
      { promptTokens: 3, completionTokens: 2 },
    ],
    [
      'of embeddings',
      { model: 'm', usage: { prompt_tokens: 3, total_tokens: 3 } },
      { promptTokens: 3, completionTokens: 0 },
    ],
    [
      'of responses',
      { model: 'm', usage: { input_tokens: 3, output_tokens: 2, output_tokens_details: { reasoning_tokens: 1 } } },
      { promptTokens: 3, completionTokens: 2, reasoningTokens: 1 },
    ],
    ['without usage', { model: 'm' }, undefined],
  ])('%s tells what it used', (_what, body, usage) => {
    expect(parse(line(body))).toEqual({ model: 'm', succeeded: true, usage });
  });

  it.each([
    ['a status that failed', line({ error: {} }, 429)],
    ['an error of its own', JSON.stringify({ response: null, error: { code: 'batch_expired' } })],
  ])('with %s is not billed', (_what, text) => {
    expect(parse(text)).toMatchObject({ succeeded: false, usage: undefined });
  });

  it.each(['', 'nope', '[]', 'null', '{"response":'])(
    'that cannot be read succeeded for all that is known: %j',
    (text) => {
      expect(parse(text)).toEqual({ model: undefined, succeeded: true, usage: undefined });
    },
  );
});
