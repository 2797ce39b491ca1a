/** Chooses where the row writer runs: on a thread of its own, or in this process where no compiled worker file exists. */
import { systemClock, systemRandom } from '../core/spec/index.js';
import type { JournalPosition } from './journal-folder.js';
import { openLedger } from './ledger-client.js';
import type { SpendReport } from './spend-report.js';
import type { SpendSettings } from './spend-settings.js';
import { SpendWriter, type WriterStop } from './spend-writer.js';
import { WriterThread } from './writer-thread.js';

export interface RunningWriter {
  readonly running: boolean;
  start(): void;
  stop(stop: WriterStop): Promise<boolean>;
}

export interface WriterRequest {
  readonly settings: SpendSettings;
  readonly journalId: string;
  readonly report: SpendReport;
  readonly onCarried: (position: JournalPosition) => void;
  readonly onLost: () => void;
}

export type WriterFactory = (request: WriterRequest) => RunningWriter;

export const WRITER_FACTORY = Symbol('WRITER_FACTORY');

export const createWriter: WriterFactory = ({ settings, ...rest }) => {
  const { journalDir, flushIntervalMs, batchRows, maxRowsPerSecond, databaseUrl, writesRows, exportsRows } = settings;
  const ledgerOptions = { writesRows, exportsRows };
  const paced = { journalDir, flushIntervalMs, batchRows, maxRowsPerSecond };
  if (settings.writer === 'thread') return new WriterThread({ ...rest, settings: paced, databaseUrl, ledgerOptions });
  const ledger = openLedger(databaseUrl, ledgerOptions);
  const writer = new SpendWriter({
    ...rest,
    settings: paced,
    store: ledger.store,
    clock: systemClock,
    random: systemRandom,
  });
  return {
    running: true,
    start: () => writer.start(),
    stop: async (stop) => {
      const carried = await writer.stop(stop);
      await ledger.close();
      return carried;
    },
  };
};
