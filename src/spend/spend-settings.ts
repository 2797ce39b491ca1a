/** The settings of the spend room, as the configuration hands them in. */
import { resolve } from 'node:path';
import type { FsyncMode } from './journal.js';

export interface SpendSettings {
  /** `general_settings.journal_dir`: must outlive the process, and must not be shared between machines. */
  readonly journalDir: string;
  readonly databaseUrl: string;
  /** Bytes not yet in the database beyond which new requests get 503. */
  readonly journalMaxBytes: number;
  readonly segmentBytes: number;
  readonly fsync: FsyncMode;
  /** How long a settlement may wait for its batch, milliseconds (`proxy_batch_write_at` is in seconds). */
  readonly flushIntervalMs: number;
  /** Rows in one transaction at most. */
  readonly batchRows: number;
  /** Slows the row writer down; undefined means as fast as the database takes rows. */
  readonly maxRowsPerSecond?: number;
  /** False: no rows are written, only their sums. */
  readonly writesRows: boolean;
  /** Each batch of rows leaves a note for the export. */
  readonly exportsRows: boolean;
  /** How long shutdown waits for the rest to be carried, milliseconds; what is left then is adopted by the next start. */
  readonly shutdownWaitMs: number;
  /** Where rows are written: a worker thread, or the process's own event loop where no compiled worker file exists. */
  readonly writer: 'thread' | 'in-process';
}

export const SPEND_SETTINGS = Symbol('SPEND_SETTINGS');

/** Fills in the defaults. */
export function spendSettings(
  given: Pick<SpendSettings, 'journalDir' | 'databaseUrl'> & Partial<SpendSettings>,
): SpendSettings {
  return {
    journalMaxBytes: 1024 ** 3,
    segmentBytes: 64 * 1024 ** 2,
    fsync: 'none',
    flushIntervalMs: 500,
    batchRows: 100,
    writesRows: true,
    exportsRows: false,
    shutdownWaitMs: 5_000,
    writer: 'thread',
    ...given,
    // Siblings find the owner's socket by this path, whatever folder they were started in.
    journalDir: resolve(given.journalDir),
  };
}
