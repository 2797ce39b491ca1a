/** Ready-made intents, outcomes and folders for the spend room's tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, type JournalIo, type JournalOptions } from '../journal.js';
import type { SpendIntent, SpendOutcome } from '../spend-intent.js';
import type { SpendReport } from '../spend-report.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new folder, removed when the test file has ended. */
export function temporaryJournalDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spend-'));
  folders.push(folder);
  return folder;
}

export function sampleIntent(requestId: string, given: Partial<SpendIntent> = {}): SpendIntent {
  return {
    requestId,
    startedAtMs: 1_764_000_000_000,
    callType: 'acompletion',
    apiKeyHash: 'a'.repeat(64),
    keyAlias: 'alias-1',
    userId: 'user-1',
    teamId: 'team-1',
    modelGroup: 'gpt-4o-mini',
    requesterIp: '127.0.0.1',
    reservationNanos: 7_000n,
    ...given,
  };
}

export function sampleOutcome(spendNanos = 1_000n, given: Partial<SpendOutcome> = {}): SpendOutcome {
  const usage = { promptTokens: 10, completionTokens: 20 };
  return {
    status: 'success',
    endedAtMs: 1_764_000_000_900,
    completionStartedAtMs: 1_764_000_000_400,
    stream: false,
    attempts: [
      {
        deploymentId: 'd'.repeat(32),
        provider: 'openai',
        model: 'gpt-4o-mini-2024-07-18',
        apiBase: 'https://api.openai.com/v1',
        status: 'success',
        costNanos: spendNanos,
      },
    ],
    spendNanos,
    usage,
    ...given,
  };
}

export const noReport: SpendReport = () => undefined;

let journalCount = 0;

/** A journal with its folder, without an owner's socket: to everybody else its process is dead. */
export function orphanJournal(journalDir: string, given: Partial<JournalOptions> = {}, io?: JournalIo): Journal {
  const options: JournalOptions = {
    journalDir,
    journalId: `journal${++journalCount}`,
    segmentBytes: 64 * 1024 * 1024,
    maxBytes: 1024 ** 3,
    fsync: 'none',
    clock: { now: () => 1_764_000_000_500 },
    report: noReport,
    ...given,
  };
  return new Journal(options, io);
}
