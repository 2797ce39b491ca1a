/** Retention and payloads on real databases: what is over goes, what is wanted stays, and nothing holds the ledger up. */
import { systemRuntime } from '../../../src/database/database-options.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { PayloadStore, type KeptPayload } from '../../../src/spend/payload-store.service.js';
import { SpendRetentionService } from '../../../src/spend/spend-retention.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';
import { settingsFor } from './settings-for.js';

const dayMs = 86_400_000;
const nowMs = Date.parse('2026-11-30T12:00:00Z');
const runtime = {
  ...systemRuntime,
  clock: { ...systemRuntime.clock, now: () => nowMs },
  timer: { ...systemRuntime.timer, pause: () => Promise.resolve() },
};

describeOnBothDatabases('What is kept beside the ledger', (database) => {
  let service: DatabaseService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  beforeEach(() =>
    service.run(async (client) => {
      await client.spendLog.deleteMany();
      await client.spendPayload.deleteMany();
      await client.exportCursor.deleteMany();
      await client.virtualKey.deleteMany();
      await client.team.deleteMany();
    }),
  );
  afterAll(() => service.onApplicationShutdown());

  function addRows(count: number, ageDays: number): Promise<void> {
    const startedAt = new Date(nowMs - ageDays * dayMs);
    const same = { apiKeyHash: 'k', modelGroup: 'g', model: 'm', modelId: 'd', status: 'success', totalTokens: 1 };
    const rows = Array.from({ length: count }, (_, i) => ({ requestId: `${ageDays}-${i}`, startedAt }));
    return service.run(async ({ spendLog, spendPayload }) => {
      await spendLog.createMany({ data: rows.map((row) => ({ ...row, ...same, spendNanos: 1n, detail: {} })) });
      await spendPayload.createMany({ data: rows.map((row) => ({ ...row, request: '{}', response: '{}' })) });
    });
  }

  const counts = (): Promise<number[]> =>
    service.run(({ spendLog, spendPayload }) => Promise.all([spendLog.count(), spendPayload.count()]));

  test('rows and payloads whose time is over go in batches, younger ones stay', async () => {
    await addRows(1_203, 31);
    await addRows(5, 29);
    const retention = new SpendRetentionService(
      settingsFor({ maximum_spend_logs_retention_period: '30d' }),
      service,
      runtime,
    );
    expect(await retention.sweep()).toBe(2 * 1_203);
    expect(await counts()).toEqual([5, 5]);
    expect(await retention.sweep()).toBe(0);
  });

  test('without a period nothing is deleted', async () => {
    await addRows(3, 4_000);
    expect(await new SpendRetentionService(settingsFor({}), service, runtime).sweep()).toBe(0);
    expect(await counts()).toEqual([3, 3]);
  });

  test('two processes do not sweep at once; the claim of a dead one ends by itself', async () => {
    await addRows(3, 31);
    const settings = settingsFor({ maximum_spend_logs_retention_period: '30d' });
    const claim = (claimedUntil: Date): Promise<unknown> =>
      service.run(({ exportCursor }) =>
        exportCursor.upsert({
          where: { name: 'spend:retention' },
          create: { name: 'spend:retention', position: '', claim: 'another', claimedUntil },
          update: { claim: 'another', claimedUntil },
        }),
      );
    await claim(new Date(nowMs + 1));
    expect(await new SpendRetentionService(settings, service, runtime).sweep()).toBe(0);
    await claim(new Date(nowMs - 1));
    expect(await new SpendRetentionService(settings, service, runtime).sweep()).toBe(6);
  });

  const payload = (requestId: string, given: Partial<KeptPayload> = {}): KeptPayload => ({
    requestId,
    startedAtMs: nowMs,
    apiKeyHash: 'k',
    teamId: undefined,
    request: '{"messages":[]}',
    response: '{"choices":[]}',
    ...given,
  });

  const kept = (): Promise<string[]> =>
    service.run(async ({ spendPayload }) =>
      (await spendPayload.findMany({ orderBy: { requestId: 'asc' } })).map(({ requestId }) => requestId),
    );

  test('payloads are written, cut off and without what looks like a key; odd characters do no harm', async () => {
    const store = new PayloadStore(settingsFor({ store_prompts_in_spend_logs: true }), service);
    store.keep(payload('a', { request: `{"key":"sk-abcdefghijklmnop1234","nul":"\0\ud800"}` }));
    store.keep(payload('b', { response: 'x'.repeat(300_000) }));
    await store.flush();
    const rows = await service.run(({ spendPayload }) => spendPayload.findMany({ orderBy: { requestId: 'asc' } }));
    expect(rows[0]?.request).toBe('{"key":"sk-***","nul":"\uFFFD\uFFFD"}');
    expect(rows[1]?.response).toMatch(/^x{262144}\.\.\. \[cut off: 262144 of 300000 characters\]$/);
    store.keep(payload('a'));
    await store.flush();
    expect(await kept()).toEqual(['a', 'b']);
  });

  test('a key, a team and a request may ask for less, and never for more', async () => {
    const stamps = { createdBy: 'x', updatedBy: 'x' };
    const off = { turn_off_message_logging: true };
    await service.run(async (client) => {
      const key = { keyName: 'sk-...', models: [], ...stamps };
      await client.virtualKey.create({ data: { token: 'silent', ...key, metadata: off } });
      await client.virtualKey.create({
        data: { token: 'loud', ...key, metadata: { turn_off_message_logging: false } },
      });
      await client.team.create({ data: { id: 'quiet', models: [], metadata: off, ...stamps } });
    });
    const store = new PayloadStore(settingsFor({ store_prompts_in_spend_logs: true }), service);
    store.keep(payload('1', { apiKeyHash: 'silent' }));
    store.keep(payload('2', { apiKeyHash: 'loud' }));
    store.keep(payload('3', { apiKeyHash: 'loud', teamId: 'quiet' }));
    store.keep(payload('4', { request: '{"turn_off_message_logging": true}' }));
    await store.flush();
    expect(await kept()).toEqual(['2']);
    expect(new PayloadStore(settingsFor({}), service).isOn).toBe(false);
    const turnedOff = settingsFor({ store_prompts_in_spend_logs: true }, { turn_off_message_logging: true });
    expect(new PayloadStore(turnedOff, service).isOn).toBe(false);
  });

  test('what waits for the database is bounded, and the rest is dropped', async () => {
    const store = new PayloadStore(settingsFor({ store_prompts_in_spend_logs: true }), service);
    for (let i = 0; i < 200; i += 1)
      store.keep(payload(`p${i}`, { request: 'x'.repeat(250_000), response: undefined }));
    await store.flush();
    const count = (await kept()).length;
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThan(140);
  });
});
