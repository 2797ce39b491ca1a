/** Answers in a cluster, and behind sentinels: kept, found, cleared, and found again after the primary has changed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RedisAnswerStore } from '../../../src/caching/stores/redis-answer-store.js';
import type { RedisAddress } from '../../../src/config/redis-address.js';
import { eventually } from '../../e2e/support/eventually.js';
import { RedisServer } from '../support/redis-server.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-topologies-'));
const servers: RedisServer[] = [];
const stores: RedisAnswerStore[] = [];
let sentinel: ChildProcess | undefined;
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  sentinel?.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function serve(...args: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(args);
  servers.push(server);
  return server;
}

function open(address: RedisAddress): RedisAnswerStore {
  const login = { username: undefined, password: undefined, database: 0, tls: false };
  const store = new RedisAnswerStore(
    { address, ...login, namespace: 'kept' },
    { replyTimeoutMs: 1_000, random: Math.random },
  );
  stores.push(store);
  store.open();
  return store;
}

const works = (store: RedisAnswerStore) => (): Promise<boolean> =>
  Promise.all([store.ping(), store.tryWrite()]).then(
    () => true,
    () => false,
  );
const keys = Array.from({ length: 60 }, (_each, count) => createHash('sha256').update(String(count)).digest('hex'));

it('a cluster: answers lie on all of its servers, and are read in one go', async () => {
  const nodes = await Promise.all(
    [1, 2, 3].map(() => serve('--cluster-enabled', 'yes', '--cluster-node-timeout', '1000')),
  );
  const clients = nodes.map(({ port }) => new Redis({ host: '127.0.0.1', port }));
  const slots = [
    [0, 5460],
    [5461, 10922],
    [10923, 16383],
  ];
  for (const [place, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', ...(slots[place] ?? []).map(String));
    await client.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]?.port));
  }
  await eventually(
    'the cluster is one',
    async () => {
      const infos = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
      return infos.every((info) => String(info).includes('cluster_state:ok'));
    },
    20_000,
  );
  const store = open({ kind: 'cluster', nodes: [{ host: '127.0.0.1', port: nodes[1]?.port ?? 0 }] });
  await eventually('it works', works(store), 15_000);
  for (const key of keys) await store.write(key, Buffer.from(key), 60_000);
  expect(await store.read(keys)).toEqual(keys.map((key) => Buffer.from(key)));
  const sizes = await Promise.all(clients.map((client) => client.dbsize()));
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(await store.remove(keys.slice(0, 10))).toBe(10);
  await store.clear();
  expect((await store.read(keys)).every((bytes) => bytes === undefined)).toBe(true);
  await Promise.all(clients.map((client) => client.quit()));
}, 60_000);

it('sentinels: answers go to the primary that they name, and to the next one when it is gone', async () => {
  const [primary, replica] = [await serve(), await serve()];
  const operator = new Redis({ host: '127.0.0.1', port: replica.port });
  await operator.replicaof('127.0.0.1', primary.port);
  await eventually(
    'the replica follows',
    async () => (await operator.info('replication')).includes('master_link_status:up'),
    15_000,
  );
  const port = await freePort();
  const settings = join(folder, 'sentinel.conf');
  const lines = [
    'monitor main 127.0.0.1 ' + String(primary.port) + ' 1',
    'down-after-milliseconds main 500',
    'failover-timeout main 2000',
  ];
  writeFileSync(
    settings,
    `port ${port}\nbind 127.0.0.1\ndir ${folder}\n${lines.map((line) => `sentinel ${line}\n`).join('')}`,
  );
  sentinel = spawn('redis-server', [settings, '--sentinel'], { stdio: 'ignore' });
  const store = open({
    kind: 'sentinel',
    sentinels: [{ host: '127.0.0.1', port }],
    service: 'main',
    sentinelPassword: undefined,
  });
  await eventually('it works', works(store), 15_000);
  await store.write(keys[0] ?? '', Buffer.from('x'), 60_000);
  await eventually(
    'the sentinel knows the replica, which has the answer',
    async () => (await operator.exists(`kept:${keys[0]}`)) === 1,
    15_000,
  );
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  await primary.kill();
  await eventually('the replica has become the primary', works(store), 30_000);
  expect(await store.read([keys[0] ?? ''])).toEqual([Buffer.from('x')]);
  await operator.quit();
}, 90_000);

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
