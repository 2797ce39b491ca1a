/** A batch is charged once, whoever claims it and whoever dies on the way; files and batches are their owner's alone. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import { FakeClock } from '../../../src/core/testing/fake-clock.js';
import type { StoredBatch } from '../../../src/database/database-client.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { BatchLedger } from '../../../src/objects/batches/batch-ledger.service.js';
import { BatchRepository, claimMs } from '../../../src/objects/batches/batch.repository.js';
import { FileRepository, type NewFile } from '../../../src/objects/files/file.repository.js';
import type { ObjectOwner } from '../../../src/objects/object-owner.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const hourMs = 3_600_000;
const intervalMs = 60_000;

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('files and batches', (database) => {
  let service: DatabaseService;
  let clock: FakeClock;
  let batches: BatchRepository;
  let files: FileRepository;

  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  afterAll(() => service.onApplicationShutdown());
  beforeEach(async () => {
    await service.run((client) => client.storedBatch.deleteMany());
    await service.run((client) => client.storedFile.deleteMany());
    clock = new FakeClock();
    const spend = { newRequestId: () => randomUUID() };
    batches = new BatchRepository(service, clock, spend as never);
    files = new FileRepository(service);
  });

  let made = 0;
  const place = () => ({ provider: 'openai', deploymentId: 'd', apiBase: 'https://a.example/v1', modelGroup: 'mini' });
  const owner = (keyHash: string, seesAll = false): ObjectOwner => ({ keyHash, seesAll, tags: [] });

  function addBatch(keyHash = 'a', finished = true): Promise<StoredBatch> {
    made += 1;
    return batches.add({
      ...place(),
      id: `batch_${made}`,
      ownerKeyHash: keyHash,
      owner: {},
      providerBatchId: `p${made}`,
      models: [],
      object: { status: 'completed' },
      finished,
    });
  }

  function newFile(keyHash: string, more: Partial<NewFile> = {}): NewFile {
    made += 1;
    return {
      ...place(),
      id: `file-${made}`,
      ownerKeyHash: keyHash,
      providerFileId: `pf${made}`,
      purpose: 'batch',
      models: [],
      object: {},
      createdAt: new Date(clock.now()),
      expiresAt: null,
      ...more,
    };
  }

  /** A process of its own, whose charges do what the test says. */
  function ledger(
    charge: (batch: StoredBatch, isLastTry: boolean) => Promise<void>,
    refresh = (batch: StoredBatch) => batch,
  ) {
    const billing = {
      refresh: (batch: StoredBatch) => Promise.resolve(refresh(batch)),
      charge: async (batch: StoredBatch, isLastTry: boolean, keep: (now?: 'now') => Promise<void>) => {
        await keep('now');
        await charge(batch, isLastTry);
      },
    };
    const settings = { general: { batchPollIntervalMs: intervalMs } };
    return new BatchLedger(batches, billing as never, settings as never, clock);
  }

  /** As the journal's writer does it, some time after the charge. */
  const writeRow = ({ ledgerId, ownerKeyHash }: StoredBatch): Promise<unknown> =>
    service.run((client) =>
      client.spendLog.create({
        data: {
          requestId: ledgerId,
          startedAt: new Date(clock.now()),
          apiKeyHash: ownerKeyHash,
          modelGroup: 'mini',
          model: 'm',
          modelId: 'd',
          status: 'success',
          spendNanos: 1n,
          totalTokens: 1,
          detail: {},
        },
      }),
    );

  const stateOf = async (id: string): Promise<string | undefined> => (await batches.findById(id))?.costState;

  it('gives a batch to one of many that claim it, until it is released or that one has died', async () => {
    const { id } = await addBatch();
    const won = await Promise.all(Array.from({ length: 12 }, (_, at) => batches.claim(id, `c${at}`)));
    expect(won.filter(Boolean)).toHaveLength(1);
    const winner = `c${won.indexOf(true)}`;
    clock.advance(claimMs - 1);
    expect(await batches.claim(id, 'late')).toBe(false);
    expect(await batches.renew(id, winner)).toBe(true);
    clock.advance(2);
    expect(await batches.claim(id, 'late')).toBe(false);
    clock.advance(claimMs);
    expect(await batches.claim(id, 'late')).toBe(true);
    // The one that was taken for dead has nothing to say any more.
    expect(await batches.renew(id, winner)).toBe(false);
    await batches.release(id, winner, { dueInMs: 0, costState: 'recorded' });
    expect((await batches.findById(id))?.claim).toBe('late');
    await batches.release(id, 'late', { dueInMs: 0 });
    expect(await batches.claim(id, 'next')).toBe(true);
  });

  it('charges once, and is done when the row is there', async () => {
    const batch = await addBatch();
    let charged = 0;
    const processes = Array.from({ length: 6 }, () => ledger(() => Promise.resolve(void (charged += 1))));
    await Promise.all(processes.map((each) => each.advance(batch.id)));
    expect([charged, await stateOf(batch.id)]).toEqual([1, 'journaled']);
    for (const each of processes) await each.advance(batch.id);
    expect([charged, await stateOf(batch.id)]).toEqual([1, 'journaled']);
    await writeRow(batch);
    await processes[0]?.advance(batch.id);
    expect([charged, await stateOf(batch.id)]).toEqual([1, 'recorded']);
    expect(await batches.listDue(10)).toEqual([]);
    expect(await batches.claim(batch.id, 'x')).toBe(false);
  });

  it('after a crash before anything was journaled the next one charges', async () => {
    const batch = await addBatch();
    await batches.claim(batch.id, 'dead');
    let charged = 0;
    const living = ledger(() => Promise.resolve(void (charged += 1)));
    await living.advance(batch.id);
    expect(charged).toBe(0);
    clock.advance(claimMs + 1);
    await living.advance(batch.id);
    expect(charged).toBe(1);
  });

  it('after a crash between the journal and the state the next one finds the row', async () => {
    const batch = await addBatch();
    await batches.claim(batch.id, 'dead');
    await writeRow(batch);
    clock.advance(claimMs + 1);
    await ledger(() => Promise.reject(new Error('charged twice'))).advance(batch.id);
    expect(await stateOf(batch.id)).toBe('recorded');
  });

  it('charges again, under the same id, when the journal was lost with its machine', async () => {
    const batch = await addBatch();
    const ids: string[] = [];
    const process = ledger(({ ledgerId }) => Promise.resolve(void ids.push(ledgerId)));
    await process.advance(batch.id);
    clock.advance(hourMs - 1);
    await process.advance(batch.id);
    expect(ids).toEqual([batch.ledgerId]);
    clock.advance(2);
    await process.advance(batch.id);
    expect(ids).toEqual([batch.ledgerId, batch.ledgerId]);
    // The first line comes after all: the ledger takes an id once.
    await writeRow(batch);
    await expect(writeRow(batch)).rejects.toThrow();
  });

  it('lets go of a batch that another process has taken over meanwhile', async () => {
    const batch = await addBatch();
    let charged = 0;
    const slow = ledger(() => Promise.resolve(void (charged += 1)));
    const original = batches.isRecorded.bind(batches);
    batches.isRecorded = async (ledgerId) => {
      const recorded = await original(ledgerId);
      await service.run((client) =>
        client.storedBatch.updateMany({ where: { id: batch.id }, data: { claim: 'thief' } }),
      );
      return recorded;
    };
    await slow.advance(batch.id);
    expect([charged, (await batches.findById(batch.id))?.claim]).toEqual([0, 'thief']);
  });

  it('looks at what is running in its time, and at what fails ever more seldom', async () => {
    const running = await addBatch('a', false);
    await ledger(() => Promise.reject(new Error('not finished'))).advance(running.id);
    expect((await batches.findById(running.id))?.dueAt.getTime()).toBe(clock.now() + intervalMs);
    const broken = await addBatch();
    const failing = ledger(() => Promise.reject(new GatewayError('upstream_internal')));
    const delays: number[] = [];
    for (let times = 0; times < 8; times += 1) {
      await failing.advance(broken.id);
      delays.push(((await batches.findById(broken.id))?.dueAt.getTime() ?? 0) - clock.now());
    }
    expect(delays.slice(0, 3)).toEqual([intervalMs * 2, intervalMs * 4, intervalMs * 8]);
    expect(Math.max(...delays)).toBe(hourMs);
    expect((await batches.listDue(10)).map(({ id }) => id)).toEqual([]);
    clock.advance(hourMs);
    expect((await batches.listDue(10)).map(({ id }) => id)).toEqual([running.id, broken.id]);
  });

  it('charges as unknown what could not be read for days', async () => {
    const batch = await addBatch('a', false);
    await service.run((client) => client.storedBatch.update({ where: { id: batch.id }, data: { failures: 50 } }));
    const tries: boolean[] = [];
    await ledger((_batch, isLastTry) => Promise.resolve(void tries.push(isLastTry))).advance(batch.id);
    expect([tries, await stateOf(batch.id)]).toEqual([[true], 'journaled']);
  });

  it('takes no finished batch back', async () => {
    const { id } = await addBatch('a', false);
    await batches.see(id, { status: 'completed' }, true);
    await batches.see(id, { status: 'in_progress' }, false);
    expect(await batches.findById(id)).toMatchObject({ finished: true, object: { status: 'completed' } });
  });

  it('shows rows to their owner and to administrators, in pages without gaps though made in one moment', async () => {
    for (let count = 0; count < 7; count += 1) {
      await files.add(newFile('a'));
      await addBatch('a');
    }
    const foreign = await files.add(newFile('b', { purpose: 'user_data' }));
    expect(await files.find(foreign.id, owner('a'))).toBeNull();
    expect(await files.find(foreign.id, owner('x', true))).toMatchObject({ id: foreign.id });
    const query = { limit: 3, order: 'desc' as const, after: undefined, provider: undefined };
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await files.list(owner('a'), { ...query, after, purpose: undefined }, new Date(clock.now()));
      seen.push(...page.rows.map(({ id }) => id));
      after = seen.at(-1);
      if (!page.hasMore) break;
    }
    expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
    const all = await files.list(owner('x', true), { ...query, limit: 100, purpose: undefined }, new Date(clock.now()));
    expect(all.rows).toHaveLength(8);
    const notes = await files.list(owner('b'), { ...query, purpose: 'user_data' }, new Date(clock.now()));
    expect(notes.rows.map(({ id }) => id)).toEqual([foreign.id]);
    expect((await batches.list(owner('a'), { ...query, provider: 'azure' })).rows).toEqual([]);
    expect((await batches.list(owner('a'), query)).hasMore).toBe(true);
  });

  it('leaves files out of a list that have expired', async () => {
    await files.add(newFile('a', { expiresAt: new Date(clock.now() + 1_000) }));
    const query = { limit: 3, order: 'asc' as const, after: undefined, provider: undefined, purpose: undefined };
    expect((await files.list(owner('a'), query, new Date(clock.now()))).rows).toHaveLength(1);
    expect((await files.list(owner('a'), query, new Date(clock.now() + 1_001))).rows).toHaveLength(0);
  });

  it('gives the output of a batch one id, however many see it first', async () => {
    const output = newFile('a', { providerFileId: 'same' });
    const adopted = await Promise.all(
      Array.from({ length: 8 }, (_, at) => files.adopt({ ...output, id: `file-race-${at}` })),
    );
    expect(new Set(adopted.map(({ id }) => id)).size).toBe(1);
  });
});
