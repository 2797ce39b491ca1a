/** The copy of the spend log in ClickHouse: every row arrives, whatever fails between, and none counts twice. */
import { ClientCacheService } from '../../../src/clients/client-cache.service.js';
import { EgressProfiles } from '../../../src/clients/egress-profiles.service.js';
import { UpstreamConnections } from '../../../src/clients/upstream-connections.service.js';
import { createPrismaClient } from '../../../src/database/database-client.js';
import { systemRuntime } from '../../../src/database/database-options.js';
import { parseDatabaseUrl } from '../../../src/database/database-target.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { ClickHouseExportService } from '../../../src/spend/clickhouse/clickhouse-export.service.js';
import { PrismaLedgerStore } from '../../../src/spend/prisma-ledger-store.js';
import { unreservedRow } from './unreserved-row.js';
import { sampleIntent, sampleOutcome } from '../../../src/spend/testing/samples.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';
import { ClickHouseServer } from './clickhouse-server.js';
import { settingsFor } from './settings-for.js';

const end = { segment: 1, offset: 0 };

describeOnBothDatabases('The export to ClickHouse', (database) => {
  let service: DatabaseService;
  let client: ReturnType<typeof createPrismaClient>;
  let server: ClickHouseServer;
  let url: string;
  let offset = 0;
  const clients = new ClientCacheService({});

  beforeAll(async () => {
    service = await openDatabase(database.url);
    client = createPrismaClient(parseDatabaseUrl(database.url), { url: database.url }, systemRuntime);
  });
  beforeEach(async () => {
    await client.spendLog.deleteMany();
    await client.exportCursor.deleteMany();
    await client.ledgerState.deleteMany();
    offset = 0;
    server = new ClickHouseServer();
    url = await server.start();
  });
  afterEach(() => server.stop());
  afterAll(async () => {
    await clients.onApplicationShutdown();
    await client.$disconnect();
    await service.onApplicationShutdown();
  });

  function exporter(given: Readonly<Record<string, unknown>> = {}): ClickHouseExportService {
    const target = { url, database: 'llm', user: 'tollgate', password: 'open sesame', batch_rows: 10, ...given };
    const settings = settingsFor({ spend_logs_clickhouse: target });
    const connections = new UpstreamConnections(clients, new EgressProfiles(settings), systemRuntime.clock);
    return new ClickHouseExportService(settings, service, connections);
  }

  async function write(ids: readonly string[], exportsRows = true): Promise<void> {
    const store = new PrismaLedgerStore(client, { writesRows: true, exportsRows });
    const rows = ids.map((requestId) =>
      unreservedRow({ requestId, intent: sampleIntent(requestId), settlement: sampleOutcome(2n ** 53n + 1n), end }),
    );
    const from = offset === 0 ? null : { segment: 1, offset };
    offset += 1;
    await store.commit('journal', from, { segment: 1, offset }, rows);
  }

  const ids = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${i + 100}`);
  const arrived = (): string[] => [...server.table.keys()].sort();

  test('rows from before it was turned on, and those that come, arrive by the documented interface', async () => {
    await write(ids('old', 23), false);
    const sink = exporter();
    await sink.exportWaiting();
    await write(ids('new', 7));
    await sink.exportWaiting();
    expect(arrived()).toEqual([...ids('new', 7), ...ids('old', 23)]);
    expect(server.inserts.map(({ rows }) => rows.length)).toEqual([10, 10, 3, 7]);
    const last = server.inserts.at(-1);
    expect(last).toMatchObject({
      query: 'INSERT INTO `tollgate_spend_logs` FORMAT JSONEachRow',
      database: 'llm',
      user: 'tollgate',
      key: 'open sesame',
      token: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(last?.rows[0]).toMatchObject({
      request_id: 'new100',
      spend_nanos: String(2n ** 53n + 1n),
      status: 'success',
    });
    expect(await client.exportCursor.count({ where: { name: { startsWith: 'spend:clickhouse/' } } })).toBe(0);
  });

  test('a row that is written late, with an id that has been passed long ago, is not missed', async () => {
    await write(ids('m', 3));
    const sink = exporter();
    await sink.exportWaiting();
    await write(['a-late-one']);
    await sink.exportWaiting();
    expect(arrived()).toContain('a-late-one');
  });

  test('an insert whose answer was lost comes again with the same token, and counts once', async () => {
    await exporter().exportWaiting();
    await write(ids('r', 5));
    server.nextFault = () => 'lost';
    await expect(exporter().exportWaiting()).rejects.toThrow();
    // Another process goes on where the first one died, with more to send by now.
    await write(ids('s', 2));
    server.nextFault = () => undefined;
    await exporter().exportWaiting();
    expect(new Set(server.inserts.slice(0, 2).map(({ token }) => token)).size).toBe(1);
    expect([...server.table.values()]).toEqual(Array.from({ length: 7 }, () => 1));
  });

  test.each<ReturnType<ClickHouseServer['nextFault']>>([
    'away',
    'late exception',
    { status: 500, code: 241 },
    { status: 404, code: 60 },
  ])('nothing is lost where ClickHouse answers %j', async (fault) => {
    await write(ids('r', 25));
    server.nextFault = () => (server.inserts.length === 1 ? fault : undefined);
    await expect(exporter().exportWaiting()).rejects.toThrow();
    server.nextFault = () => undefined;
    await exporter().exportWaiting();
    expect(arrived()).toEqual(ids('r', 25));
  });

  test('a row that ClickHouse cannot read is left out, and does not hold the others up', async () => {
    await write(ids('r', 9));
    server.nextFault = ({ rows }) =>
      rows.some((row) => row['request_id'] === 'r103') ? { status: 400, code: 27 } : undefined;
    await exporter().exportWaiting();
    expect(arrived()).toEqual(ids('r', 9).filter((id) => id !== 'r103'));
  });

  test('one process at a time sends', async () => {
    await exporter().exportWaiting();
    await write(ids('r', 30));
    await Promise.all([exporter().exportWaiting(), exporter().exportWaiting(), exporter().exportWaiting()]);
    expect([...server.table.values()]).toEqual(Array.from({ length: 30 }, () => 1));
    expect(arrived()).toHaveLength(30);
  });

  test('without rows in the spend log there are sums all the same', async () => {
    await client.dailySpend.deleteMany();
    const store = new PrismaLedgerStore(client, { writesRows: false, exportsRows: false });
    const row = unreservedRow({ requestId: 'x', intent: sampleIntent('x'), settlement: sampleOutcome(5n), end });
    await store.commit('sums only', null, { segment: 1, offset: 1 }, [row]);
    expect(await client.spendLog.count()).toBe(0);
    expect(await client.dailySpend.aggregate({ _sum: { spendNanos: true } })).toEqual({ _sum: { spendNanos: 5n } });
  });
});
