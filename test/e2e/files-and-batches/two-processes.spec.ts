/** Two servers on one database, one of which may die at any moment: each finished batch leaves one row, with the right cost. */
import { BatchProvider, outputOf } from '../support/batch-provider.js';
import { describeOnBothDatabases, eventually } from '../../integration/support/databases.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { lineOf } from './object-client.js';

const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
/** 1,000 tokens at $0.075 a million and 500 at $0.30 a million. */
const lineUsd = 0.000225;

describeOnBothDatabases('two servers that poll the same batches', (database) => {
  const masterKey = newMasterKey();
  const provider = new BatchProvider();
  // One folder: what the dead one has journaled is carried by the living one.
  const folder = new GatewayFolder();
  let gateways: GatewayProcess[] = [];
  let clients: GatewayClient[] = [];
  let key: string;

  beforeAll(async () => {
    const url = await provider.listen();
    folder.writeConfig({
      model_list: [
        { model_name: 'mini', litellm_params: { model: 'openai/gpt-4o-mini', api_base: `${url}/v1`, api_key: 'k' } },
      ],
      general_settings: { master_key: masterKey, database_url: database.url, proxy_batch_polling_interval: 0.3 },
    });
    gateways = await Promise.all([GatewayProcess.start(folder), GatewayProcess.start(folder)]);
    clients = await Promise.all(gateways.map(async (each) => new GatewayClient(await each.listening(), masterKey)));
    key = await here().generateKey();
  }, 40_000);
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await provider.close();
    folder.remove();
  }, 40_000);

  const here = (): GatewayClient => clients[0] as GatewayClient;

  async function startBatch(lines: number): Promise<{ id: string; at: string }> {
    const form = new FormData();
    form.append('purpose', 'batch');
    form.append('model', 'mini');
    form.append('file', new Blob([lineOf('mini').repeat(lines)]), 'input.jsonl');
    const authorization = `Bearer ${key}`;
    const uploaded = await fetch(`${here().url}/v1/files`, { method: 'POST', headers: { authorization }, body: form });
    const { id: fileId } = (await uploaded.json()) as { id: string };
    const order = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h' };
    const { json } = await here().as(key).post('/v1/batches', order);
    return { id: String(json['id']), at: provider.lastBatch.id };
  }

  interface Row {
    readonly spend: number;
    readonly status: string;
    readonly metadata: { readonly requester_metadata: { readonly batch_id?: string } };
  }

  const batchOf = ({ metadata }: Row): string => metadata.requester_metadata.batch_id ?? '';

  async function rowsFor(ids: readonly string[], client: GatewayClient): Promise<Row[]> {
    const { json } = await client.get('/spend/logs/v2?page_size=1000&model_group=mini');
    return (json['data'] as Row[]).filter((row) => ids.includes(batchOf(row)));
  }

  const unrecorded = async (): Promise<number> => {
    const rows = await database.sql("SELECT id FROM stored_batches WHERE cost_state <> 'recorded'");
    return rows.length;
  };

  test('refuse a name that no file has, and take metadata that no database holds as it is', async () => {
    const upload = (name: string): Promise<Response> => {
      const form = new FormData();
      form.append('purpose', 'batch');
      form.append('file', new Blob([lineOf('mini')]), name);
      const headers = { authorization: `Bearer ${key}` };
      return fetch(`${here().url}/v1/files`, { method: 'POST', headers, body: form });
    };
    expect((await upload('a\0b.jsonl')).status).toBe(400);
    const uploaded = await upload('a b.jsonl');
    expect(uploaded.status).toBe(200);
    const { id } = (await uploaded.json()) as { id: string };
    const order = { input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' };
    const { status, json } = await here()
      .as(key)
      .post('/v1/batches', { ...order, metadata: { 'a\0': '\ud800' } });
    expect([status, json['input_file_id']]).toEqual([200, id]);
    provider.finish(provider.lastBatch.id, undefined, { status: 'failed' });
  });

  test('charge each once, though clients ask both at the same time', async () => {
    const batches: { id: string; at: string }[] = [];
    for (let count = 0; count < 6; count += 1) batches.push(await startBatch(1));
    for (const { at } of batches) provider.finish(at, outputOf([{ model: 'gpt-4o-mini', usage }]));
    await Promise.all(clients.flatMap((client) => batches.map(({ id }) => client.as(key).get(`/v1/batches/${id}`))));
    await eventually('all are recorded', async () => (await unrecorded()) === 0, 20_000);
    const rows = await rowsFor(
      batches.map(({ id }) => id),
      here(),
    );
    expect(rows.map(({ spend }) => spend)).toEqual(batches.map(() => lineUsd));
    expect(new Set(rows.map(batchOf)).size).toBe(batches.length);
  }, 60_000);

  test('leave one row for each when one of them is killed in the midst of it', async () => {
    const batches: { id: string; at: string }[] = [];
    for (let count = 0; count < 10; count += 1) batches.push(await startBatch(1));
    for (const { at } of batches) provider.finish(at, outputOf([{ model: 'gpt-4o-mini', usage }]));
    const [killed, living] = gateways as [GatewayProcess, GatewayProcess];
    const reads = provider.countOf('GET', /\/content$/);
    await eventually('outputs are being read', () => provider.countOf('GET', /\/content$/) > reads);
    killed.kill('SIGKILL');
    await killed.ended;
    // What the dead one held is held until its claim runs out: here that time is over at once.
    await database.sql("UPDATE stored_batches SET claim = NULL WHERE cost_state <> 'recorded'");
    await eventually('all are recorded', async () => (await unrecorded()) === 0, 30_000);
    const client = new GatewayClient(await living.listening(), masterKey);
    const rows = await rowsFor(
      batches.map(({ id }) => id),
      client,
    );
    expect(rows).toHaveLength(batches.length);
    expect(new Set(rows.map(batchOf)).size).toBe(batches.length);
    expect(rows.map(({ spend }) => spend)).toEqual(batches.map(() => lineUsd));
  }, 90_000);
});
