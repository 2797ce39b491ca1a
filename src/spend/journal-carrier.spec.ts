import { appendFileSync } from 'node:fs';
import type { Journal } from './journal.js';
import { JournalCarrier } from './journal-carrier.js';
import { listSegments, segmentPath } from './journal-folder.js';
import { PositionConflict } from './ledger-store.js';
import type { SettledRow, SpendRow } from './spend-row.js';
import { MemoryLedgerStore } from './testing/memory-ledger-store.js';
import { noReport, orphanJournal, sampleIntent, sampleOutcome, temporaryJournalDir } from './testing/samples.js';

const journalId = 'carried';
let journal: Journal;
let store: MemoryLedgerStore;
let setAside: SpendRow[];
let carriers: JournalCarrier[];

beforeEach(() => {
  journal = orphanJournal(temporaryJournalDir(), { journalId, segmentBytes: 4_000 });
  store = new MemoryLedgerStore();
  setAside = [];
  carriers = [];
});

afterEach(() => Promise.all(carriers.map((carrier) => carrier.close())));

async function openCarrier(): Promise<JournalCarrier> {
  const { folder } = journal;
  const carrier = await JournalCarrier.open({
    journalId,
    folder,
    store,
    report: noReport,
    setAside: (row) => setAside.push(row),
  });
  carriers.push(carrier);
  return carrier;
}

async function drain(carrier: JournalCarrier, limit = 7): Promise<number> {
  let rows = 0;
  for (let carried; (carried = await carrier.carry(limit)) > 0;) rows += carried;
  return rows;
}

function settleMany(from: number, to: number): void {
  for (let i = from; i < to; i += 1) {
    journal.appendIntent(sampleIntent(`r${i}`));
    journal.appendSettlement(`r${i}`, sampleOutcome(BigInt(i)));
  }
}

test('rows are carried as they are written, and segments that are carried whole are deleted', async () => {
  const carrier = await openCarrier();
  expect(await carrier.carry(10)).toBe(0);
  settleMany(0, 30);
  expect(await drain(carrier)).toBe(30);
  journal.carried(carrier.carriedTo);
  expect(journal.uncarriedBytes).toBe(0);
  settleMany(30, 60);
  expect(await drain(carrier)).toBe(30);
  expect(store.rows.size).toBe(60);
  expect(listSegments(journal.folder)).toHaveLength(1);
});

test('after a restart carrying goes on at the position, with the requests that were open there', async () => {
  journal.appendIntent(sampleIntent('open', { userId: 'user-of-open' }));
  settleMany(0, 20);
  const first = await openCarrier();
  await first.carry(13);
  await first.close();
  const second = await openCarrier();
  journal.appendSettlement('open', sampleOutcome(77n));
  expect(await drain(second)).toBe(8);
  expect(store.rows.get('open')).toMatchObject({ userId: 'user-of-open', spendNanos: 77n });
});

test('a carrier that keeps up with the writer misses nothing when segments end under it', async () => {
  journal = orphanJournal(temporaryJournalDir(), { journalId, segmentBytes: 1_100 });
  const carrier = await openCarrier();
  for (let written = 0; written < 300; written += 3) {
    // The writer adds to a segment and ends it while the carrier is between finding its end and looking for the next.
    const carried = carrier.carry(100);
    await new Promise((resolve) => setImmediate(resolve));
    settleMany(written, written + 3);
    await carried;
  }
  await drain(carrier);
  expect(store.rows.size).toBe(300);
});

test.each(['before', 'after'] as const)(
  'a commit that fails %s it took effect neither loses nor doubles a row',
  async (fault) => {
    settleMany(0, 20);
    const faults = [fault, undefined, fault, fault];
    store.nextFault = () => faults.shift();
    const carrier = await openCarrier();
    for (let tries = 0; tries < 20 && store.rows.size < 20; tries += 1) await carrier.carry(7).catch(() => 0);
    expect(await drain(carrier)).toBe(0);
    expect(store.rows.size).toBe(20);
    expect(setAside).toEqual([]);
  },
);

test('of two carriers on one journal the one that comes second stops, and no row is doubled', async () => {
  settleMany(0, 10);
  const [one, two] = [await openCarrier(), await openCarrier()];
  expect(await one.carry(4)).toBe(4);
  await expect(two.carry(3)).rejects.toBeInstanceOf(PositionConflict);
  expect(await drain(one)).toBe(6);
  expect(store.rows.size).toBe(10);
});

test('a row whose id is in the database already is set aside, and all others are carried', async () => {
  settleMany(0, 20);
  const other = store.rows;
  other.set('r11', { requestId: 'r11' } as SettledRow);
  const carrier = await openCarrier();
  await drain(carrier, 100);
  expect(setAside.map(({ requestId, spendNanos }) => [requestId, spendNanos])).toEqual([['r11', 11n]]);
  expect(store.rows.size).toBe(20);
  settleMany(20, 25);
  expect(await drain(carrier)).toBe(5);
});

test('an outage in the middle of halving a refused batch sets nothing aside that was not refused', async () => {
  settleMany(0, 16);
  store.rows.set('r15', { requestId: 'r15' } as SettledRow);
  const faults = [undefined, undefined, 'before', 'before'] as const;
  let commits = 0;
  store.nextFault = () => faults[commits++];
  const carrier = await openCarrier();
  for (let tries = 0; tries < 5; tries += 1) await carrier.carry(100).catch(() => 0);
  expect(setAside.map(({ requestId }) => requestId)).toEqual(['r15']);
  expect(store.rows.size).toBe(16);
});

test('large records make smaller batches, and none is left behind', async () => {
  journal = orphanJournal(temporaryJournalDir(), { journalId });
  const [metadata, errorMessage] = [{ big: 'x'.repeat(15_000) }, 'y'.repeat(1_000_000)];
  for (let i = 0; i < 1_200; i += 1) journal.appendIntent(sampleIntent(`r${i}`, { metadata }));
  for (let i = 0; i < 1_200; i += 1) journal.appendSettlement(`r${i}`, sampleOutcome(1n, { errorMessage }));
  const carrier = await openCarrier();
  const batches: number[] = [];
  for (let rows; (rows = await carrier.carry(5_000)) > 0;) batches.push(rows);
  expect(Math.max(...batches)).toBeLessThan(600);
  expect(store.rows.size).toBe(1_200);
});

test('a settlement whose intent is unreadable keeps its money: the row says that the caller is not known', async () => {
  appendFileSync(segmentPath(journal.folder, 1), 'zzz I["damaged intent of r0"]\n');
  journal.appendSettlement('r0', sampleOutcome(5n));
  const carrier = await openCarrier();
  await drain(carrier);
  expect(store.rows.get('r0')).toMatchObject({ apiKeyHash: '', spendNanos: 5n, detail: { intentLost: true } });
});
