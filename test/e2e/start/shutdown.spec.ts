/** SIGTERM: what runs is finished and accounted for, nothing new is begun, and a second signal ends it at once. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDatabase, eventually, type TestDatabase } from '../../integration/support/databases.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { readLedger } from '../kill/ledger.js';

const chunk = (choices: readonly unknown[], rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...rest })}\n\n`;
const word = (content: string): string => chunk([{ index: 0, delta: { content }, finish_reason: null }]);
const ending =
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]) +
  chunk([], { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }) +
  'data: [DONE]\n\n';

/** A provider whose streams go on when the test says so. */
class HeldUpstream {
  readonly streams: ServerResponse[] = [];
  readonly #server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(word('begun'));
      this.streams.push(response);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const masterKey = newMasterKey();
let database: TestDatabase;
let folder: GatewayFolder;
let upstream: HeldUpstream;
let gateway: GatewayProcess;
let client: GatewayClient;

beforeEach(async () => {
  database = await createDatabase('sqlite');
  folder = new GatewayFolder();
  upstream = new HeldUpstream();
  folder.writeConfig({
    model_list: [
      {
        model_name: 'held',
        litellm_params: { model: 'openai/held', api_base: await upstream.listen(), api_key: 'sk-up' },
      },
    ],
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey, database_url: database.url },
  });
  gateway = await GatewayProcess.start(folder);
  client = new GatewayClient(await gateway.listening(), masterKey);
}, 30_000);
afterEach(async () => {
  gateway.kill('SIGKILL');
  upstream.close();
  await gateway.ended;
  folder.remove();
  await database.drop();
});

test('a running stream is finished, its row is written, and the process ends with 0', async () => {
  const running = client.chat('held', { stream: true, user: 'finished' });
  await eventually('the stream has begun', () => upstream.streams.length === 1);
  gateway.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(gateway.hasEnded).toBe(false);
  upstream.streams[0]?.end(word(' and ended') + ending);
  expect((await running).text).toMatch(/and ended[^]*data: \[DONE\]\n\n$/);
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  expect(await readLedger(database)).toEqual([
    expect.objectContaining({ endUser: 'finished', status: 'success', totalTokens: 5, recovered: false }),
  ]);
}, 30_000);

test('meanwhile new requests are refused by a 503 or not at all accepted, and probes say so', async () => {
  const running = client.chat('held', { stream: true });
  await eventually('the stream has begun', () => upstream.streams.length === 1);
  gateway.kill('SIGTERM');
  await eventually('the signal has arrived', () => gateway.output.includes('SIGTERM'));
  const refusedOrLate = Promise.race([
    client.chat('held'),
    new Promise<never>((_, reject) => setTimeout(reject, 3_000, 'late')),
  ]);
  const asked = await Promise.allSettled([
    refusedOrLate,
    client.get('/health/readiness'),
    client.get('/health/liveness'),
  ]);
  const statuses = asked.map((one) =>
    one.status === 'fulfilled' ? one.value.status : one.reason === 'late' ? 'served' : 'refused',
  );
  expect(statuses.filter((status) => status !== 503 && status !== 'refused')).toEqual([]);
  expect(upstream.streams.length).toBe(1);
  upstream.streams[0]?.end(ending);
  await running;
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
}, 30_000);

test('under steady load it ends all the same', async () => {
  let asking = true;
  const load = Array.from({ length: 4 }, async () => {
    while (asking) await client.get('/v1/models').catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  gateway.kill('SIGTERM');
  const timer = setTimeout(() => gateway.kill('SIGKILL'), 10_000);
  const ended = await gateway.ended;
  clearTimeout(timer);
  asking = false;
  await Promise.all(load);
  expect(ended).toEqual({ code: 0, signal: null });
}, 30_000);

test('a second SIGTERM ends it at once; the next start accounts for what was cut off', async () => {
  const running = client.chat('held', { stream: true, user: 'cut-off' }).catch((error: unknown) => error);
  await eventually('the stream has begun', () => upstream.streams.length === 1);
  gateway.kill('SIGTERM');
  await eventually('the first signal has arrived', () => gateway.output.includes('SIGTERM'));
  const startedAt = performance.now();
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 1, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await running;

  gateway = await GatewayProcess.start(folder);
  await eventually('the row is there', async () => (await readLedger(database)).length === 1);
  expect(await readLedger(database)).toEqual([
    expect.objectContaining({ endUser: 'cut-off', status: 'failure', recovered: true }),
  ]);
}, 30_000);
