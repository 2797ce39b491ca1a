import { appendFileSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Journal, JournalEntry, JournalIo } from './journal.js';
import { listSegments, segmentPath } from './journal-folder.js';
import { JournalReader, type SettledRequest } from './journal-reader.js';
import type { SpendReport } from './spend-report.js';
import { noReport, orphanJournal, sampleIntent, sampleOutcome, temporaryJournalDir } from './testing/samples.js';

async function readAll(
  journal: Journal,
  report: SpendReport = noReport,
): Promise<{ settled: SettledRequest[]; open: string[] }> {
  const reader = await JournalReader.at(journal.folder, null, report);
  const settled: SettledRequest[] = [];
  for (let some; (some = await reader.read(1_000)).length > 0;) settled.push(...some);
  await reader.close();
  return { settled, open: [...reader.openIntents.keys()] };
}

/** A disk that takes only so many bytes of the next write, or fails it. */
function faultyDisk(): { io: JournalIo; limit: number | undefined } {
  const disk: { io: JournalIo; limit: number | undefined } = {
    limit: undefined,
    io: {
      open: (path) => openSync(path, 'a'),
      write: (fd, text) => {
        if (disk.limit === undefined) return writeSync(fd, text);
        if (disk.limit === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        return writeSync(fd, text.slice(0, disk.limit));
      },
    },
  };
  return disk;
}

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

test('an intent and its settlement are in the file when the calls return', async () => {
  const journal = orphanJournal(temporaryJournalDir());
  journal.appendIntent(sampleIntent('a'));
  journal.appendIntent(sampleIntent('b'));
  journal.appendCheckpoint('b', { usage: { promptTokens: 1, completionTokens: 2 }, costNanos: 3n });
  journal.appendSettlement('a', sampleOutcome(5n));
  const { settled, open } = await readAll(journal);
  expect(settled).toMatchObject([
    { requestId: 'a', intent: { modelGroup: 'gpt-4o-mini' }, settlement: { spendNanos: 5n } },
  ]);
  expect(open).toEqual(['b']);
});

test('each segment begins with the requests open at its start, so it can be read without the ones before', async () => {
  const journal = orphanJournal(temporaryJournalDir(), { segmentBytes: 2_000 });
  journal.appendIntent(sampleIntent('endless'));
  journal.appendCheckpoint('endless', { usage: { promptTokens: 1, completionTokens: 2 }, costNanos: 42n });
  for (let i = 0; i < 50; i += 1) {
    journal.appendIntent(sampleIntent(`r${i}`));
    journal.appendSettlement(`r${i}`, sampleOutcome(1n));
  }
  const last = listSegments(journal.folder).at(-1) ?? 0;
  expect(last).toBeGreaterThan(3);
  expect((await readAll(journal)).settled).toHaveLength(50);
  const reader = await JournalReader.at(journal.folder, { segment: last, offset: 0 }, noReport);
  await reader.read(Infinity);
  await reader.close();
  expect(reader.openIntents.get('endless')?.checkpoint?.costNanos).toBe(42n);
});

test('a torn last line is left alone, and a corrupt one is reported and skipped', async () => {
  const journal = orphanJournal(temporaryJournalDir());
  journal.appendIntent(sampleIntent('a'));
  const path = segmentPath(journal.folder, 1);
  appendFileSync(path, 'xyz I["broken"]\n');
  journal.appendSettlement('a', sampleOutcome());
  appendFileSync(path, '1a2b3c S["torn');
  const reports: string[] = [];
  const { settled } = await readAll(journal, (level, message) => reports.push(`${level}: ${message}`));
  expect(settled).toHaveLength(1);
  expect(reports).toEqual(['error: A line of the spend journal is torn or corrupt and was skipped']);
});

test('a full disk refuses new requests with 503, keeps settlements, and writes them once there is room', async () => {
  jest.useFakeTimers();
  try {
    const disk = faultyDisk();
    const journal = orphanJournal(temporaryJournalDir(), {}, disk.io);
    journal.appendIntent(sampleIntent('a'));
    disk.limit = 0;
    expect(codeOf(() => journal.appendIntent(sampleIntent('b')))).toBe('journal_unavailable');
    journal.appendSettlement('a', sampleOutcome(9n));
    expect(journal.pendingSettlements).toBe(1);
    disk.limit = undefined;
    jest.advanceTimersByTime(1_000);
    expect(journal.pendingSettlements).toBe(0);
    jest.useRealTimers();
    journal.appendIntent(sampleIntent('c'));
    const { settled, open } = await readAll(journal);
    expect(settled.map(({ requestId }) => requestId)).toEqual(['a']);
    expect(open).toEqual(['c']);
  } finally {
    jest.useRealTimers();
  }
});

test.each([1, 50, 100])(
  'a write that the disk cut after %i bytes leaves neither a request nor damage to the next',
  async (bytes) => {
    const disk = faultyDisk();
    const journal = orphanJournal(temporaryJournalDir(), {}, disk.io);
    disk.limit = bytes;
    expect(codeOf(() => journal.appendIntent(sampleIntent('cut')))).toBe('journal_unavailable');
    disk.limit = undefined;
    journal.appendIntent(sampleIntent('next'));
    expect((await readAll(journal)).open).toEqual(['next']);
  },
);

test('a line written whole but for its line break does not come to life with the next record', async () => {
  const disk = faultyDisk();
  const journal = orphanJournal(temporaryJournalDir(), {}, disk.io);
  const probe = orphanJournal(temporaryJournalDir());
  probe.appendIntent(sampleIntent('cut'));
  const line = readFileSync(segmentPath(probe.folder, 1), 'utf8').split('\n')[1] ?? '';
  disk.limit = line.length;
  expect(codeOf(() => journal.appendIntent(sampleIntent('cut')))).toBe('journal_unavailable');
  disk.limit = undefined;
  journal.appendIntent(sampleIntent('next'));
  expect((await readAll(journal)).open).toEqual(['next']);
});

test('beyond journal_max_bytes not yet carried new requests are refused, and accepted again once rows are in the database', () => {
  const journal = orphanJournal(temporaryJournalDir(), { maxBytes: 3_000, segmentBytes: 1_000 });
  let begun = 0;
  while (codeOf(() => journal.appendIntent(sampleIntent(`r${begun}`))) === undefined) begun += 1;
  expect(begun).toBeGreaterThan(2);
  expect(journal.uncarriedBytes).toBeGreaterThanOrEqual(3_000);
  journal.appendSettlement('r0', sampleOutcome());
  expect(journal.pendingSettlements).toBe(0);
  const last = listSegments(journal.folder).at(-1) ?? 0;
  journal.carried({ segment: last, offset: 0 });
  expect(journal.uncarriedBytes).toBeLessThan(3_000);
  expect(codeOf(() => journal.appendIntent(sampleIntent('again')))).toBeUndefined();
});

test('beginning the same request twice is refused, and a closed journal takes nothing', () => {
  const journal = orphanJournal(temporaryJournalDir());
  journal.appendIntent(sampleIntent('a'));
  expect(codeOf(() => journal.appendIntent(sampleIntent('a')))).toBe('internal');
  journal.appendSettlement('a', sampleOutcome());
  expect(journal.close()).toBe(true);
  expect(codeOf(() => journal.appendIntent(sampleIntent('b')))).toBe('journal_unavailable');
  expect(existsSync(journal.folder)).toBe(true);
});

test('a group that the disk cut at any byte has each of its records in the file once, or its intent refused', async () => {
  const group = (): JournalEntry[] => [
    { kind: 'intent', intent: sampleIntent('b') },
    { kind: 'settlement', requestId: 'a', outcome: sampleOutcome(9n) },
    { kind: 'intent', intent: sampleIntent('c') },
  ];
  const whole = orphanJournal(temporaryJournalDir());
  const before = whole.uncarriedBytes;
  whole.appendGroup(group());
  const bytes = whole.uncarriedBytes - before;
  for (let limit = 0; limit <= bytes; limit += 7) {
    const disk = faultyDisk();
    const journal = orphanJournal(temporaryJournalDir(), {}, disk.io);
    journal.appendIntent(sampleIntent('a'));
    disk.limit = limit;
    const entries = group();
    journal.appendGroup(entries);
    disk.limit = undefined;
    journal.appendIntent(sampleIntent('last'));
    const begun = entries.flatMap((entry) => (entry.kind === 'intent' && !entry.error ? [entry.intent.requestId] : []));
    const { settled, open } = await readAll(journal);
    expect([limit, settled.map(({ requestId }) => requestId), open.toSorted()]).toEqual([
      limit,
      ['a'],
      [...begun, 'last'],
    ]);
  }
});
