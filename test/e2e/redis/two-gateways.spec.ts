/** Two gateway processes with one Redis: breakers, limits and changed keys of one hold in the other, and no request depends on Redis. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeOnBothDatabases } from '../../integration/support/databases.js';
import { RedisServer } from '../../integration/support/redis-server.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { eventually } from '../support/eventually.js';
import { openAi } from '../support/dialects.js';

const redisPassword = 'correct-horse-battery-staple';
const limited = { 'content-type': 'application/json', 'retry-after': '60' };

/** Answers, unless the model that it is asked for is `limited-...`; counts the calls of each. */
class Provider {
  readonly calls = new Map<string, number>();
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string };
      this.calls.set(model, (this.calls.get(model) ?? 0) + 1);
      if (model.startsWith('limited')) response.writeHead(429, limited).end(openAi.error('Slow down.'));
      else response.writeHead(200, { 'content-type': 'application/json' }).end(openAi.whole('Hello'));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describeOnBothDatabases('two gateways with one Redis', (database) => {
  const masterKey = newMasterKey();
  const provider = new Provider();
  const folders: GatewayFolder[] = [];
  const gateways: GatewayProcess[] = [];
  let redis: RedisServer;
  let config: object;
  let one: GatewayClient;
  let two: GatewayClient;

  /** A gateway of its own folder, as on a machine of its own; it is told of Redis by its environment. */
  async function startGateway(): Promise<GatewayClient> {
    const folder = new GatewayFolder();
    folder.writeConfig({ ...config });
    const env = { REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${redis.port}` };
    const gateway = await GatewayProcess.start(folder, { env });
    folders.push(folder);
    gateways.push(gateway);
    return new GatewayClient(await gateway.listening(), masterKey);
  }

  beforeAll(async () => {
    redis = await RedisServer.start(['--requirepass', redisPassword]);
    const api = { api_base: await provider.listen(), api_key: 'sk-upstream' };
    const group = (name: string) =>
      [`limited-${name}`, `good-${name}`].map((model, index) => ({
        model_name: name,
        litellm_params: { model: `openai/${model}`, order: index + 1, ...api },
      }));
    config = {
      model_list: [
        ...group('first'),
        ...group('second'),
        ...group('third'),
        { model_name: 'few', litellm_params: { model: 'openai/few', rpm: 6, ...api } },
      ],
      router_settings: { num_retries: 1, optional_pre_call_checks: ['enforce_model_rate_limits'] },
      general_settings: { master_key: masterKey, database_url: database.url },
    };
    [one, two] = await Promise.all([startGateway(), startGateway()]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    for (const folder of folders) folder.remove();
    await redis.remove();
    await provider.close();
  }, 40_000);

  const calls = (model: string): number => provider.calls.get(model) ?? 0;
  const times = (line: string): number[] => gateways.slice(0, 2).map(({ output }) => output.split(line).length - 1);

  test('what a provider refuses to one is not asked of it by the other, nor by one that starts later', async () => {
    expect((await one.chat('first')).status).toBe(200);
    expect([calls('limited-first'), calls('good-first')]).toEqual([1, 1]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let count = 0; count < 5; count += 1) expect((await two.chat('first')).status).toBe(200);
    const late = await startGateway();
    for (let count = 0; count < 5; count += 1) expect((await late.chat('first')).status).toBe(200);
    expect([calls('limited-first'), calls('good-first')]).toEqual([1, 11]);
  }, 40_000);

  test('a limit of requests a minute holds over both', async () => {
    for (let count = 0; count < 3; count += 1) expect((await one.chat('few')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let count = 0; count < 3; count += 1) expect((await two.chat('few')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (const client of [one, two]) {
      const refused = await client.chat('few');
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(calls('few')).toBe(6);
  }, 30_000);

  test('a key deleted on one is refused on the other at once, and not with the next poll alone', async () => {
    const took: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      const key = await one.generateKey();
      for (const client of [one, two]) expect((await client.as(key).chat('first')).status).toBe(200);
      expect((await one.post('/key/delete', { keys: [key] })).status).toBe(200);
      const deletedAt = performance.now();
      await eventually('it is refused', async () => (await two.as(key).chat('first')).status === 401, 5_000);
      took.push(performance.now() - deletedAt);
    }
    console.log(`${database.dialect}: refused elsewhere after ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    // Polls alone, one a second, would take half a second on the average.
    const middle = took.toSorted((left, right) => left - right)[took.length / 2];
    expect(middle).toBeLessThan(400);
  }, 40_000);

  test('Redis is killed and comes back under load: no request fails, and what was found out meanwhile is shared', async () => {
    let running = true;
    const statuses = new Set<number>();
    const load = [one, two].map(async (client) => {
      while (running) statuses.add((await client.chat('second')).status);
    });
    await redis.kill();
    await eventually('both notice', () => times('is not available').every((count) => count >= 1));
    expect((await one.chat('third')).status).toBe(200);
    expect(calls('limited-third')).toBe(1);
    await redis.up();
    await eventually('both are back', () => times('is there').every((count) => count >= 2), 20_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    running = false;
    await Promise.all(load);
    expect(statuses).toEqual(new Set([200]));
    expect((await two.chat('third')).status).toBe(200);
    expect(calls('limited-third')).toBe(1);
  }, 60_000);

  test('the password of Redis is in no log', () => {
    for (const { output } of gateways) {
      expect(output).toContain(`Redis at 127.0.0.1:${redis.port} is there`);
      expect(output).not.toContain(redisPassword);
    }
  });
});
