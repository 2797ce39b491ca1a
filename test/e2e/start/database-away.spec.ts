/** The database is away, at the start or in mid-life: what can be served is served, and all recovers by itself. */
import { describeOnDatabase, eventually } from '../../integration/support/databases.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { readLedger } from '../kill/ledger.js';
import { DatabaseLine } from './database-line.js';

/** Start-up's retries come at most three seconds apart. */
const recoveryMs = 5_000;
const masterKey = newMasterKey();

const configOn = (databaseUrl: string) => ({
  model_list: [{ model_name: 'demo', litellm_params: { model: 'demo/hello' } }],
  general_settings: { master_key: masterKey, database_url: databaseUrl, database_connection_timeout: 2 },
});

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, tookMs: performance.now() - startedAt };
}

const unknownKey = `sk-${'unknown0'.repeat(4)}`;
const unavailable = { status: 503, type: 'service_unavailable_error', retryAfter: '1' };

async function refusal(answer: ReturnType<GatewayClient['get']>): Promise<object> {
  const { status, json, headers } = await answer;
  return { status, type: (json['error'] as { type?: string })?.type, retryAfter: headers.get('retry-after') };
}

describeOnDatabase('postgres', 'a gateway whose database is away', (database) => {
  let folder: GatewayFolder;
  let line: DatabaseLine;
  let gateway: GatewayProcess;
  let client: GatewayClient;

  beforeEach(async () => {
    folder = new GatewayFolder();
    line = new DatabaseLine(database.url);
    await line.up();
    folder.writeConfig(configOn(line.url));
  });
  afterEach(async () => {
    await gateway.stop();
    await line.down();
    folder.remove();
  });

  async function start(): Promise<void> {
    gateway = await GatewayProcess.start(folder);
    client = new GatewayClient(await gateway.listening(), masterKey);
  }

  const ready = async (): Promise<boolean> => (await client.get('/health/readiness')).status === 200;

  /** Every row that requests of `user` left. */
  const rowsOf = async (user: string) => (await readLedger(database)).filter((row) => row.endUser === user);

  test('lives when it starts without one, and serves, writes and manages once the database is there', async () => {
    await line.down();
    await start();
    expect((await client.get('/health/readiness')).status).toBe(503);
    expect((await client.get('/health/liveness')).status).toBe(200);
    expect(await refusal(client.as(unknownKey).chat('demo'))).toEqual(unavailable);
    expect(await refusal(client.post('/key/generate', {}))).toEqual(unavailable);
    for (let count = 0; count < 3; count += 1)
      expect((await client.chat('demo', { user: 'before-the-database' })).status).toBe(200);

    await line.up();
    const { tookMs } = await timed(() => eventually('it is ready', ready, recoveryMs));
    console.log(`ready ${tookMs.toFixed(0)} ms after the database appeared`);
    const key = await client.generateKey();
    expect((await client.as(key).chat('demo')).status).toBe(200);
    expect((await client.as(unknownKey).chat('demo')).status).toBe(401);
    await eventually(
      'the rows of meanwhile are written',
      async () => (await rowsOf('before-the-database')).length === 3,
      recoveryMs,
    );
  }, 40_000);

  test('in mid-life serves the keys that it knows, says 503 to others, and comes back', async () => {
    await start();
    const key = await client.generateKey();
    expect((await client.as(key).chat('demo')).status).toBe(200);
    const unused = await client.generateKey();

    await line.down();
    await eventually('it says that it is not ready', async () => !(await ready()), recoveryMs);
    expect((await client.get('/health/liveness')).status).toBe(200);
    expect((await client.as(key).chat('demo', { user: 'during-the-outage' })).status).toBe(200);
    expect((await client.chat('demo', { user: 'during-the-outage' })).status).toBe(200);
    expect(await refusal(client.as(unused).chat('demo'))).toEqual(unavailable);
    expect(await refusal(client.as(unknownKey).chat('demo'))).toEqual(unavailable);
    expect(await refusal(client.post('/key/generate', {}))).toEqual(unavailable);
    expect(await refusal(client.get(`/key/info?key=${key}`))).toEqual(unavailable);

    await line.up();
    const { tookMs } = await timed(() => eventually('it is ready', ready, recoveryMs));
    console.log(`ready ${tookMs.toFixed(0)} ms after the database came back`);
    expect((await client.as(unused).chat('demo')).status).toBe(200);
    expect((await client.as(unknownKey).chat('demo')).status).toBe(401);
    await eventually(
      'the rows of the outage are written',
      async () => (await rowsOf('during-the-outage')).length === 2,
      recoveryMs,
    );
    expect(new Set((await readLedger(database)).map((row) => row.requestId)).size).toBe(
      (await readLedger(database)).length,
    );
  }, 40_000);

  test('that hangs instead of refusing holds nobody for long', async () => {
    await start();
    const key = await client.generateKey();
    expect((await client.as(key).chat('demo')).status).toBe(200);

    line.freeze();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const known = await timed(() => client.as(key).chat('demo'));
    const unknown = await timed(() => client.as(unknownKey).chat('demo'));
    console.log(
      `with a database that hangs: known key ${known.result.status} in ${known.tookMs.toFixed(0)} ms, unknown ${unknown.result.status} in ${unknown.tookMs.toFixed(0)} ms`,
    );
    expect(known.result.status).toBe(200);
    expect(unknown.result.status).toBe(503);
    expect(Math.max(known.tookMs, unknown.tookMs)).toBeLessThan(8_000);

    await line.down();
    await line.up();
    await eventually('it is ready', ready, 15_000);
  }, 60_000);

  test('when a client key was revoked meanwhile elsewhere is closed to it once the database is back', async () => {
    await start();
    const key = await client.generateKey();
    expect((await client.as(key).chat('demo')).status).toBe(200);

    await line.down();
    await eventually('it says that it is not ready', async () => !(await ready()), recoveryMs);
    await database.sql('DELETE FROM virtual_keys');
    await line.up();
    await eventually('it is ready', ready, recoveryMs);
    await eventually('the key is refused', async () => (await client.as(key).chat('demo')).status === 401, 3_000);
  }, 40_000);
});
