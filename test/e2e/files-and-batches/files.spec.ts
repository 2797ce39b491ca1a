/** Files over HTTP: where they go, what of them is changed, whose they are, and what is refused. */
import { BatchProvider } from '../support/batch-provider.js';
import { expectRefused } from '../support/envelope.js';
import { masterKey, TestGateway } from '../support/gateway.js';
import { lineOf, ObjectClient, type Listed } from './object-client.js';

const openai = new BatchProvider();
const azure = new BatchProvider();
let gateway: TestGateway;
let own: ObjectClient;
let other: ObjectClient;
let limited: ObjectClient;
let admin: ObjectClient;

beforeAll(async () => {
  const [openaiUrl, azureUrl] = [await openai.listen(), await azure.listen()];
  const at = (name: string, model: string, base = `${openaiUrl}/v1`) => ({
    model_name: name,
    litellm_params: { model, api_base: base, api_key: 'sk-provider' },
  });
  gateway = await TestGateway.start({
    models: [
      at('mini', 'openai/gpt-4o-mini'),
      at('big', 'openai/gpt-4o'),
      at('office', 'azure/o_series/my-mini', azureUrl),
      at('claude', 'anthropic/claude-sonnet-4-5', openaiUrl),
    ],
    general: { max_file_size_mb: 1, max_request_size_mb: 0.25 },
  });
  own = new ObjectClient(gateway, await gateway.makeKey());
  other = new ObjectClient(gateway, await gateway.makeKey());
  limited = new ObjectClient(gateway, await gateway.makeKey({ models: ['mini', 'claude'] }));
  admin = new ObjectClient(gateway, masterKey);
}, 30_000);

afterAll(async () => {
  await gateway.stop();
  await openai.close();
  await azure.close();
});

describe('an upload', () => {
  it('reaches the provider of its model with the names of its lines changed and every other byte kept', async () => {
    const lines = `${lineOf('mini')}\n  {"custom_id":"2","body":{"model" : "mini","seed":12345678901234567890}}`;
    const answer = await own.form({ file: new Blob([lines]), purpose: 'batch', model: 'mini' });
    expect(answer.json).toMatchObject({ object: 'file', purpose: 'batch', filename: 'input.jsonl' });
    expect((answer.json as { id: string }).id).toMatch(/^file-[0-9a-f]{32}$/);
    expect(openai.lastFile.content.toString()).toBe(lines.replaceAll('"mini"', '"gpt-4o-mini"'));
    expect(openai.seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer sk-provider' });
  });

  it.each([
    ['the query', () => own.form({ purpose: 'batch', file: new Blob([lineOf('office')]) }, '/files?model=office')],
    [
      'target_model_names',
      () => own.form({ target_model_names: 'office', purpose: 'batch', file: new Blob([lineOf('office')]) }),
    ],
    ['the path', () => own.form({ purpose: 'batch', file: new Blob([lineOf('office')]) }, '/azure/v1/files')],
    [
      'the form',
      () => own.form({ purpose: 'batch', custom_llm_provider: 'azure', file: new Blob([lineOf('office')]) }),
    ],
    [
      'a header',
      () =>
        own.form({ purpose: 'batch', file: new Blob([lineOf('office')]) }, '/v1/files', {
          'custom-llm-provider': 'azure',
        }),
    ],
    ['the first line alone', () => own.form({ purpose: 'batch', file: new Blob([lineOf('office')]) })],
  ])('goes where %s says', async (_where, upload) => {
    const before = azure.files.size;
    expect((await upload()).status).toBe(200);
    expect(azure.files.size).toBe(before + 1);
    expect(azure.lastFile.content.toString()).toBe(lineOf('my-mini'));
    expect(azure.seen.at(-1)).toMatchObject({
      path: '/openai/files?api-version=2025-02-01-preview',
      headers: { 'api-key': 'sk-provider' },
    });
  });

  it('for another purpose goes through as it is, with its expiry', async () => {
    const bytes = Buffer.alloc(700_000, 'ż');
    const answer = await own.form({
      file: new Blob([bytes]),
      purpose: 'user_data',
      'expires_after[anchor]': 'created_at',
      'expires_after[seconds]': '3600',
    });
    expect(answer.status).toBe(200);
    expect(openai.lastFile.content.equals(bytes)).toBe(true);
    expect(openai.lastFile.fields).toEqual({
      purpose: 'user_data',
      'expires_after[anchor]': 'created_at',
      'expires_after[seconds]': '3600',
    });
  });

  const file = new Blob([lineOf('mini')]);
  it.each([
    ['without a file', () => own.form({ purpose: 'batch' }), 400, 'file'],
    ['without a purpose', () => own.form({ file }), 400, 'purpose'],
    ['of an unknown model', () => own.form({ purpose: 'batch', model: 'nope', file }), 400, 'model'],
    [
      'of a provider that keeps no files',
      () => own.form({ purpose: 'batch', model: 'claude', file }),
      400,
      'custom_llm_provider',
    ],
    [
      'of models in two accounts',
      () => own.form({ purpose: 'batch', target_model_names: 'mini,office', file }),
      400,
      'target_model_names',
    ],
    [
      'of a provider that nothing is configured for',
      () => own.form({ purpose: 'batch', file }, '/groq/v1/files'),
      400,
      'custom_llm_provider',
    ],
    [
      'with a key of its own for the provider',
      () => own.form({ purpose: 'batch', api_key: 'sk-x', file }),
      400,
      'api_key',
    ],
    [
      'larger than the limit',
      () => own.form({ purpose: 'user_data', file: new Blob([Buffer.alloc(1_100_000)]) }),
      413,
      'file',
    ],
    [
      'with a line that is no JSON',
      () => own.form({ purpose: 'batch', file: new Blob([`${lineOf('mini')}nope`]) }),
      400,
      'file',
    ],
    [
      'with a line that no request may be as long as',
      () => own.form({ purpose: 'batch', file: new Blob([lineOf('x'.repeat(300_000))]) }),
      400,
      'file',
    ],
    [
      'with a line for another account',
      () => own.form({ purpose: 'batch', file: new Blob([lineOf('mini') + lineOf('office')]) }),
      400,
      'file',
    ],
    [
      'with a line for a model that is not served',
      () => own.form({ purpose: 'batch', model: 'mini', file: new Blob([lineOf('gpt-9')]) }),
      400,
      'model',
    ],
    [
      'with a line that its key may not use',
      () => limited.form({ purpose: 'batch', model: 'mini', file: new Blob([lineOf('mini') + lineOf('big')]) }),
      403,
      'model',
    ],
    [
      'with a line that names none, by a limited key',
      () => limited.form({ purpose: 'batch', model: 'mini', file: new Blob(['{"body":{}}']) }),
      400,
      'file',
    ],
    [
      'for a provider that its key may use nothing of',
      () => limited.form({ purpose: 'batch', custom_llm_provider: 'azure', file }),
      400,
      'custom_llm_provider',
    ],
  ])('%s is refused, and the provider keeps nothing of it', async (_what, upload, status, param) => {
    const kept = openai.files.size + azure.files.size;
    expect(expectRefused(await upload(), status).param).toBe(param);
    expect(openai.files.size + azure.files.size).toBe(kept);
  });

  it('says which providers keep files', async () => {
    const { message } = expectRefused(await own.form({ purpose: 'batch', model: 'claude', file }), 400);
    expect(message).toMatch(/served by: azure, .*groq, .*openai/);
  });

  it('that names a model twice in one line cannot smuggle another one past the gateway', async () => {
    const twice = '{"body":{"model":"big","model":"mini"}}\n';
    expect((await limited.form({ purpose: 'batch', model: 'mini', file: new Blob([twice]) })).status).toBe(200);
    expect(openai.lastFile.content.toString()).toBe('{"body":{"model":"gpt-4o-mini"}}\n');
  });
});

describe('a file', () => {
  let id: string;
  beforeAll(async () => {
    id = await own.upload(lineOf('mini'), { model: 'mini' });
  });

  it.each(['%00', 'a%00b', '%F0%9F%98%80', '..%2Fx', "'%20or%201", 'x'.repeat(200)])(
    'is not to be had as %s',
    async (strange) => {
      expectRefused(await own.ask('GET', `/v1/files/${strange}`), 404);
      expectRefused(await own.ask('GET', `/v1/batches/${strange}`), 404);
    },
  );

  it('is shown as the provider has it, under its own id', async () => {
    const { json, status } = await own.ask('GET', `/v1/files/${id}`);
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({ id, object: 'file', purpose: 'batch', status: 'processed' }),
    ]);
  });

  it('comes back byte by byte', async () => {
    const { text, headers } = await own.ask('GET', `/v1/files/${id}/content`);
    expect(headers).toMatchObject({ 'x-litellm-model-id': expect.any(String) as string });
    expect(text).toBe(lineOf('gpt-4o-mini'));
    expect(headers).toMatchObject({ 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' });
  });

  it.each([
    ['GET', ''],
    ['GET', '/content'],
    ['DELETE', ''],
  ])('is not there for another key: %s %s', async (method, rest) => {
    const asked = openai.seen.length;
    expectRefused(await other.ask(method, `/v1/files/${id}${rest}`), 404);
    expectRefused(await other.ask(method, `/v1/files/file-${'0'.repeat(32)}${rest}`), 404);
    expect(openai.seen.length).toBe(asked);
  });

  it("is not there under the provider's id, and is there for administrators", async () => {
    expectRefused(await own.ask('GET', `/v1/files/${openai.lastFile.id}`), 404);
    expect((await admin.ask('GET', `/v1/files/${id}`)).status).toBe(200);
  });

  it('that breaks off on its way is cut off, not short', async () => {
    openai.breaksContentAfter = 10;
    const { status, cut } = await own.ask('GET', `/v1/files/${id}/content`);
    openai.breaksContentAfter = undefined;
    expect([status, cut]).toEqual([200, true]);
  });

  it('is deleted here and there', async () => {
    const doomed = await own.upload(lineOf('mini'), { model: 'mini' });
    const at = openai.lastFile.id;
    expect((await own.ask('DELETE', `/v1/files/${doomed}`)).json).toEqual({
      id: doomed,
      object: 'file',
      deleted: true,
    });
    expect(openai.files.has(at)).toBe(false);
    expectRefused(await own.ask('GET', `/v1/files/${doomed}`), 404);
  });

  it('that the provider has lost can be deleted all the same', async () => {
    const lost = await own.upload(lineOf('mini'), { model: 'mini' });
    openai.files.delete(openai.lastFile.id);
    const { message } = expectRefused(await own.ask('GET', `/v1/files/${lost}`), 404);
    expect(message).toContain(lost);
    expectRefused(await own.ask('GET', `/v1/files/${lost}/content`), 404);
    expect((await own.ask('DELETE', `/v1/files/${lost}`)).status).toBe(200);
  });
});

describe('the list', () => {
  let mine: ObjectClient;
  const ids: string[] = [];
  beforeAll(async () => {
    mine = new ObjectClient(gateway, await gateway.makeKey());
    for (const model of ['mini', 'mini', 'office']) ids.unshift(await mine.upload(lineOf(model), { model }));
  });
  const list = async (query: string, path = '/v1/files'): Promise<Listed> =>
    (await mine.ask('GET', `${path}${query}`)).json as Listed;
  const idsOf = ({ data }: Listed): string[] => data.map(({ id }) => id);

  it("has the key's own files, the newest first, and pages that follow each other", async () => {
    const first = await list('?limit=2');
    expect([idsOf(first), first.has_more, first.first_id, first.last_id]).toEqual([
      ids.slice(0, 2),
      true,
      ids[0],
      ids[1],
    ]);
    const second = await list(`?limit=2&after=${first.last_id}`);
    expect([idsOf(second), second.has_more]).toEqual([ids.slice(2), false]);
    expect(idsOf(await list('?order=asc'))).toEqual(ids.toReversed());
  });

  it('can be narrowed to a purpose and a provider', async () => {
    expect(await list('?purpose=user_data')).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
    expect(idsOf(await list('', '/azure/v1/files'))).toEqual([ids[0]]);
  });

  it.each(['?limit=0', '?limit=10001', '?limit=x', '?order=up', '?purpose=%00', `?after=file-${'0'.repeat(32)}`])(
    'refuses %s',
    async (query) => {
      expectRefused(await mine.ask('GET', `/v1/files${query}`), 400);
    },
  );

  it('has everybody’s for administrators', async () => {
    const { data } = (await admin.ask('GET', '/v1/files')).json as Listed;
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(data.length).toBeGreaterThan(ids.length);
  });
});
