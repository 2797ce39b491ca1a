/** Batches over HTTP: whose they are, whose ids their objects have, and the one row that each leaves in the ledger. */
import { hash } from 'node:crypto';
import { DatabaseService } from '../../../src/database/database.service.js';
import type { SpendLog } from '../../../src/database/generated/sqlite/client.js';
import { BatchPoller } from '../../../src/objects/batches/batch-poller.service.js';
import { BatchProvider, outputOf } from '../support/batch-provider.js';
import { expectRefused } from '../support/envelope.js';
import { eventually } from '../support/eventually.js';
import { masterKey, TestGateway } from '../support/gateway.js';
import { lineOf, ObjectClient, type Listed } from './object-client.js';

jest.setTimeout(30_000);

const openai = new BatchProvider();
const azure = new BatchProvider();
let gateway: TestGateway;
let own: ObjectClient;
let other: ObjectClient;
let admin: ObjectClient;

beforeAll(async () => {
  const [openaiUrl, azureUrl] = [await openai.listen(), await azure.listen()];
  gateway = await TestGateway.start({
    models: [
      {
        model_name: 'mini',
        litellm_params: { model: 'openai/gpt-4o-mini', api_base: `${openaiUrl}/v1`, api_key: 'k' },
      },
      {
        model_name: 'cheap',
        litellm_params: {
          model: 'openai/our-own',
          api_base: `${openaiUrl}/v1`,
          api_key: 'k',
          input_cost_per_token: 0.000002,
          output_cost_per_token: 0.000004,
        },
      },
      {
        model_name: 'unpriced',
        litellm_params: { model: 'openai/nobody-knows', api_base: `${openaiUrl}/v1`, api_key: 'k' },
      },
      { model_name: 'office', litellm_params: { model: 'azure/my-mini', api_base: azureUrl, api_key: 'k' } },
    ],
    general: { proxy_batch_polling_interval: 0.2 },
  });
  own = new ObjectClient(gateway, await gateway.makeKey({ key_alias: 'mine', user_id: 'u-1', team_id: 't-1' }));
  other = new ObjectClient(gateway, await gateway.makeKey());
  admin = new ObjectClient(gateway, masterKey);
}, 30_000);

afterAll(async () => {
  await gateway.stop();
  await openai.close();
  await azure.close();
});

const usage = (input: number, output: number) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

async function start(model: string, lines = lineOf(model)): Promise<{ id: string; fileId: string; at: string }> {
  const fileId = await own.upload(lines, { model });
  return { fileId, id: await own.createBatch(fileId), at: openai.lastBatch.id };
}

interface Row extends SpendLog {
  readonly detail: SpendLog['detail'] & {
    readonly callType: string;
    readonly keyAlias?: string;
    readonly usageEstimated?: boolean;
    readonly attempts: readonly { readonly costNanos: string; readonly unpriced?: boolean; readonly model: string }[];
    readonly metadata: Readonly<Record<string, unknown>>;
  };
}

async function rowsFor(id: string): Promise<Row[]> {
  const rows = await gateway.app.get(DatabaseService).run((client) => client.spendLog.findMany());
  return (rows as Row[]).filter(({ detail }) => detail.metadata['batch_id'] === id);
}

async function stateOf(id: string): Promise<string | undefined> {
  const row = await gateway.app.get(DatabaseService).run((client) => client.storedBatch.findUnique({ where: { id } }));
  return row?.costState;
}

/** The only row, once it is there and the batch says so. */
async function rowOf(id: string): Promise<Row> {
  await eventually('the batch is recorded', async () => (await stateOf(id)) === 'recorded', 20_000);
  const rows = await rowsFor(id);
  expect(rows).toHaveLength(1);
  return rows[0] as Row;
}

describe('a batch', () => {
  it('is created where its input lies, and shown under ids of the gateway alone', async () => {
    const { id, fileId, at } = await start('mini');
    expect(id).toMatch(/^batch_[0-9a-f]{32}$/);
    expect(openai.lastBatch).toMatchObject({ endpoint: '/v1/chat/completions', completion_window: '24h' });
    expect(openai.lastBatch.input_file_id).toMatch(/^file-provider-/);
    const { json, text } = await own.ask('GET', `/v1/batches/${id}`);
    expect(json).toMatchObject({
      id,
      object: 'batch',
      input_file_id: fileId,
      status: 'validating',
      output_file_id: null,
    });
    expect(text).not.toContain('provider');
    openai.finish(at, outputOf([{ model: 'gpt-4o-mini-2024-07-18', usage: usage(1000, 500) }]));
    const done = (await own.ask('GET', `/v1/batches/${id}`)).json as { status: string; output_file_id: string };
    expect(done.status).toBe('completed');
    expect(done.output_file_id).toMatch(/^file-[0-9a-f]{32}$/);
    const output = await own.ask('GET', `/v1/files/${done.output_file_id}`);
    expect(output.json).toMatchObject({ purpose: 'batch_output', filename: `${id}_output.jsonl` });
    const { text: content } = await own.ask('GET', `/v1/files/${done.output_file_id}/content`);
    expect(content).toContain('"custom_id":"0"');
    expectRefused(await other.ask('GET', `/v1/files/${done.output_file_id}/content`), 404);
  });

  it('is worked off by Azure below its account, with its name of the deployment', async () => {
    const fileId = await own.upload(lineOf('office'), { model: 'office' });
    await own.createBatch(fileId);
    expect(azure.seen.at(-1)?.path).toBe('/openai/batches?api-version=2025-02-01-preview');
    expect(azure.files.get(azure.lastBatch.input_file_id)?.content.toString()).toBe(lineOf('my-mini'));
  });

  it('is cancelled by its owner', async () => {
    const { id, at } = await start('mini');
    expect((await own.ask('POST', `/v1/batches/${id}/cancel`)).json).toMatchObject({ id, status: 'cancelling' });
    expect(openai.batches.get(at)?.status).toBe('cancelling');
    expect((await own.ask('POST', `/v1/batches/${id}/cancel`, {})).status).toBe(200);
  });

  it('is there for its key and administrators alone', async () => {
    const { id, fileId } = await start('mini');
    // Looks at what is not finished are the poller's own.
    const changes = (): number => openai.seen.filter(({ method }) => method !== 'GET').length;
    const asked = changes();
    expectRefused(await other.ask('GET', `/v1/batches/${id}`), 404);
    expectRefused(await other.ask('POST', `/v1/batches/${id}/cancel`), 404);
    const order = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h' };
    expectRefused(await other.ask('POST', '/v1/batches', order), 404);
    expect(((await other.ask('GET', '/v1/batches')).json as Listed).data).toEqual([]);
    expect(changes()).toBe(asked);
    expect((await admin.ask('GET', `/v1/batches/${id}`)).status).toBe(200);
  });

  it('is listed in pages, the newest first', async () => {
    const [first, second] = [(await start('mini')).id, (await start('mini')).id];
    const page = (await own.ask('GET', '/batches?limit=1')).json as Listed;
    expect([page.data[0]?.id, page.has_more]).toEqual([second, true]);
    const next = (await own.ask('GET', `/openai/v1/batches?limit=1&after=${second}`)).json as Listed;
    expect(next.data[0]?.id).toBe(first);
    expectRefused(await own.ask('GET', '/v1/batches?limit=101'), 400);
  });

  it('with an input that its key may no longer use is refused', async () => {
    const narrow = await gateway.makeKey({ models: ['mini'] });
    const fileId = await own.upload(lineOf('cheap'), { model: 'cheap' });
    // The file changes hands, as after a change of what its key may use.
    await gateway.app
      .get(DatabaseService)
      .run((client) =>
        client.storedFile.update({ where: { id: fileId }, data: { ownerKeyHash: hash('sha256', narrow) } }),
      );
    const order = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h' };
    expectRefused(await new ObjectClient(gateway, narrow).ask('POST', '/v1/batches', order), 403);
  });

  it.each([
    ['an unknown input', { input_file_id: `file-${'0'.repeat(32)}` }, 404, 'input_file_id'],
    ['no input', { input_file_id: undefined }, 400, 'input_file_id'],
    ['no endpoint', { endpoint: '' }, 400, 'endpoint'],
    ['no window', { completion_window: 24 }, 400, 'completion_window'],
    ['metadata that is none', { metadata: 'x' }, 400, 'metadata'],
    ['another provider than that of the input', { custom_llm_provider: 'azure' }, 400, 'custom_llm_provider'],
    ['an address of its own', { api_base: 'http://127.0.0.1:1' }, 400, 'api_base'],
  ])('with %s is refused', async (_what, members, status, param) => {
    const fileId = await own.upload(lineOf('mini'), { model: 'mini' });
    const order = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h', ...members };
    expect(expectRefused(await own.ask('POST', '/v1/batches', order), status).param).toBe(param);
  });

  it('over a file with another purpose is refused', async () => {
    const answer = await own.form({ purpose: 'user_data', file: new Blob(['x']) });
    const order = {
      input_file_id: (answer.json as { id: string }).id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    };
    expect(expectRefused(await own.ask('POST', '/v1/batches', order), 400).message).toContain('user_data');
  });
});

describe('what a finished batch cost', () => {
  it('is one row for its key, at the prices of batches, though nobody asks for it', async () => {
    const { id, at } = await start('mini', lineOf('mini') + lineOf('mini', '2') + lineOf('mini', '3'));
    openai.finish(
      at,
      outputOf([
        { model: 'gpt-4o-mini-2024-07-18', usage: usage(1000, 500) },
        { model: 'gpt-4o-mini-2024-07-18', usage: usage(2000, 100) },
        { model: 'gpt-4o-mini-2024-07-18', usage: usage(9000, 900), status: 429 },
      ]),
    );
    const row = await rowOf(id);
    // 3,000 tokens at $0.075 a million and 600 at $0.30 a million.
    expect(row.spendNanos).toBe(225_000n + 180_000n);
    expect(row).toMatchObject({
      modelGroup: 'mini',
      model: 'gpt-4o-mini',
      userId: 'u-1',
      teamId: 't-1',
      status: 'success',
      totalTokens: 3600,
    });
    expect(row.detail).toMatchObject({
      callType: 'aretrieve_batch',
      keyAlias: 'mine',
      promptTokens: 3000,
      completionTokens: 600,
    });
    expect(row.detail.metadata).toMatchObject({ batch_lines: 3, batch_failed_lines: 1 });
  });

  it('is charged once however often it is asked for', async () => {
    const { id, at } = await start('mini');
    openai.finish(at, outputOf([{ model: 'gpt-4o-mini', usage: usage(1000, 500) }]));
    const poller = gateway.app.get(BatchPoller);
    await Promise.all([
      ...Array.from({ length: 8 }, () => own.ask('GET', `/v1/batches/${id}`)),
      ...Array.from({ length: 4 }, () => poller.pass()),
    ]);
    expect((await rowOf(id)).spendNanos).toBe(75_000n + 150_000n);
    await Promise.all(Array.from({ length: 4 }, () => poller.pass()));
    expect(await rowsFor(id)).toHaveLength(1);
  });

  it("is half of an operator's own price where no price of batches is set", async () => {
    const { id, at } = await start('cheap');
    openai.finish(at, outputOf([{ model: 'our-own', usage: usage(100, 10) }]));
    expect((await rowOf(id)).spendNanos).toBe(100_000n + 20_000n);
  });

  it('is unknown for a model without a price, and the row says so', async () => {
    const { id, at } = await start('unpriced');
    openai.finish(at, outputOf([{ model: 'nobody-knows', usage: usage(100, 10) }]));
    const row = await rowOf(id);
    expect([row.spendNanos, row.totalTokens, row.detail.attempts[0]?.unpriced]).toEqual([0n, 110, true]);
  });

  it('is estimated where answers tell no usage', async () => {
    const { id, at } = await start('mini');
    openai.finish(at, outputOf([{ model: 'gpt-4o-mini' }]), { request_counts: { total: 1, completed: 1, failed: 0 } });
    const row = await rowOf(id);
    expect(row.detail.usageEstimated).toBe(true);
    expect(row.spendNanos).toBeGreaterThan(0n);
  });

  it('is nothing for a batch that failed, in a row all the same', async () => {
    const { id, at } = await start('mini');
    openai.finish(at, undefined, { status: 'failed' });
    expect(await rowOf(id)).toMatchObject({ spendNanos: 0n, status: 'failure' });
  });

  it('is read before the output is deleted', async () => {
    const { id, at } = await start('mini');
    openai.finish(at, outputOf([{ model: 'gpt-4o-mini', usage: usage(1000, 500) }]));
    const { output_file_id: output } = (await own.ask('GET', `/v1/batches/${id}`)).json as { output_file_id: string };
    let deleted = await own.ask('DELETE', `/v1/files/${output}`);
    // Somebody else may be reading it at this moment.
    await eventually('it is deleted', async () => {
      if (deleted.status === 409) deleted = await own.ask('DELETE', `/v1/files/${output}`);
      return deleted.status === 200;
    });
    expect((await rowOf(id)).spendNanos).toBe(225_000n);
  });

  it('is what the batch says of itself where the provider has lost the output, as an estimate', async () => {
    const { id, at } = await start('mini');
    openai.finish(at, '', { usage: { input_tokens: 1000, output_tokens: 500 } });
    openai.files.delete(String(openai.batches.get(at)?.['output_file_id']));
    const row = await rowOf(id);
    expect([row.spendNanos, row.detail.usageEstimated]).toEqual([225_000n, true]);
  });

  it('is unpriced, not free, where nobody can say it any more', async () => {
    const { id, at } = await start('mini');
    openai.finish(at, '');
    openai.files.delete(String(openai.batches.get(at)?.['output_file_id']));
    const row = await rowOf(id);
    expect([row.spendNanos, row.detail.attempts[0]?.unpriced, row.detail.usageEstimated]).toEqual([0n, true, true]);
  });

  it('is read again after an output that broke off', async () => {
    const { id, at } = await start('mini');
    openai.breaksContentAfter = 20;
    openai.finish(at, outputOf([{ model: 'gpt-4o-mini', usage: usage(1000, 500) }]));
    const reads = () => openai.countOf('GET', /\/content$/);
    const before = reads();
    await eventually('it was tried', () => reads() > before);
    expect(await rowsFor(id)).toEqual([]);
    openai.breaksContentAfter = undefined;
    expect((await rowOf(id)).spendNanos).toBe(225_000n);
  });
});
