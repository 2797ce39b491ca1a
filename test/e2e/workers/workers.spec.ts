/** Several processes behind one port: all serve, a dead one is replaced, the ledger is whole, and they end together. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describeOnBothDatabases, eventually } from '../../integration/support/databases.js';
import { CountingUpstream } from '../kill/counting-upstream.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { compareLedger, readLedger } from '../kill/ledger.js';
import { startLoad } from '../kill/load.js';

const workers = ['--num-workers', '2'];

/** The processes that a process started, from the kernel's own list. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describeOnBothDatabases('--num-workers 2', (database) => {
  const masterKey = newMasterKey();
  const upstream = new CountingUpstream({ delayMs: () => 10, chunkMs: () => 2 });
  let folder: GatewayFolder;
  let gateway: GatewayProcess;
  let client: GatewayClient;

  beforeEach(async () => {
    folder = new GatewayFolder();
    const litellmParams = { model: 'openai/counted', api_base: await upstreamUrl, api_key: 'sk-upstream' };
    folder.writeConfig({
      model_list: [{ model_name: 'counted', litellm_params: litellmParams }],
      router_settings: { num_retries: 0 },
      general_settings: { master_key: masterKey, database_url: database.url },
    });
    gateway = await GatewayProcess.start(folder, { args: workers });
    client = new GatewayClient(await gateway.listening(), masterKey);
    await eventually('both workers listen', () => gateway.output.match(/listens on/g)?.length === 2);
  }, 30_000);
  afterEach(async () => {
    await gateway.stop();
    folder.remove();
  }, 30_000);

  let upstreamUrl: Promise<string>;
  beforeAll(() => {
    upstreamUrl = upstream.listen();
  });
  afterAll(() => upstream.close());

  // So many that either worker has connections: whichever is free accepts the next one.
  const load = () => startLoad({ url: () => gateway.url, key: masterKey, model: 'counted', clients: 24 });

  test('both serve one port, rows of both are written, and SIGTERM ends all of them with 0', async () => {
    const pids = childrenOf(gateway.pid);
    expect(pids).toHaveLength(2);
    // Each process has a journal of its own, so two journals that grow are two processes that serve.
    const running = load();
    await eventually('both journals hold requests', () => journalsWithRequests(folder.journalDir) === 2);
    await pause(500);
    await running.stop();
    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(gateway.output.match(/SIGTERM: finishing/g)).toHaveLength(2);

    const rows = await readLedger(database);
    expect(compareLedger(rows, { calls: upstream.calls, answered: running.answered })).toEqual(nothingWrong);
    expect(rows.filter((row) => row.recovered)).toEqual([]);
    expect(readdirSync(folder.journalDir)).toEqual([]);
  }, 40_000);

  test('a worker that is killed under load is replaced, the other serves on, and no row is lost', async () => {
    const [first = 0, second = 0] = childrenOf(gateway.pid);
    const running = load();
    // Otherwise the one that dies might have had nothing to lose.
    await eventually('both journals hold requests', () => journalsWithRequests(folder.journalDir) === 2);
    await pause(500);
    process.kill(first, 'SIGKILL');
    const killedAt = performance.now();
    // A connection that the dying one held is lost; the next one finds the other.
    const serves = (): Promise<boolean> =>
      client.get('/health/readiness').then(
        (answer) => answer.status === 200,
        () => false,
      );
    await eventually('the other serves on', serves, 1_000);
    await eventually('another worker listens', () => gateway.output.match(/listens on/g)?.length === 3, 20_000);
    console.log(
      `${database.dialect}: another worker listened ${(performance.now() - killedAt).toFixed(0)} ms after the kill`,
    );
    const now = childrenOf(gateway.pid);
    expect(now).toHaveLength(2);
    expect(now).toContain(second);
    await pause(500);
    await running.stop();
    // Two living journals: the dead one's has been adopted.
    await eventually('the journal of the dead is carried', () => journalFolders(folder.journalDir).length === 2);
    expect(await gateway.stop()).toEqual({ code: 0, signal: null });

    const rows = await readLedger(database);
    expect(compareLedger(rows, { calls: upstream.calls, answered: running.answered })).toEqual(nothingWrong);
    expect(rows.filter((row) => row.recovered).length).toBeGreaterThan(0);
  }, 40_000);

  test('when all workers die all are replaced', async () => {
    for (const pid of childrenOf(gateway.pid)) process.kill(pid, 'SIGKILL');
    await eventually('both are replaced', () => gateway.output.match(/listens on/g)?.length === 4, 8_000);
    // With no worker left the port that the system had chosen was given back.
    const url = gateway.output.match(/http:\/\/127\.0\.0\.1:\d+(?= with)/g)?.at(-1) ?? '';
    expect((await new GatewayClient(url, masterKey).get('/v1/models')).status).toBe(200);
  }, 40_000);

  test('SIGTERM while dead workers wait for their replacement ends it all the same', async () => {
    for (const pid of childrenOf(gateway.pid)) process.kill(pid, 'SIGKILL');
    await eventually('the deaths are noticed', () => gateway.output.match(/another one is started/g)?.length === 2);
    const { code, signal } = await gateway.stop(10_000);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  }, 40_000);

  test('a key deleted through one worker is refused by all within two seconds', async () => {
    const key = await client.generateKey();
    for (let count = 0; count < 6; count += 1) expect((await client.as(key).get('/v1/models')).status).toBe(200);
    expect((await client.post('/key/delete', { keys: [key] })).status).toBe(200);
    await pause(2_000);
    const statuses = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await client.as(key).get('/v1/models')).status);
    expect(new Set(statuses)).toEqual(new Set([401]));
  }, 40_000);
});

const nothingWrong = {
  calledTwice: [],
  callsWithoutRow: [],
  callsWithSeveralRows: [],
  requestIdsTwice: [],
  rowsOfNobody: [],
  answeredButNotSettled: [],
};

function journalFolders(journalDir: string): string[] {
  return readdirSync(journalDir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function journalsWithRequests(journalDir: string): number {
  return journalFolders(journalDir).filter((name) =>
    readdirSync(`${journalDir}/${name}`).some((file) =>
      readFileSync(`${journalDir}/${name}/${file}`, 'utf8').includes('counted'),
    ),
  ).length;
}
