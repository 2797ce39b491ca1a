/** The worker thread that carries the spend journal: a `SpendWriter` with its own database client, spoken to by messages. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock, systemRandom } from '../core/spec/index.js';
import { openLedger } from './ledger-client.js';
import { reportLine, type SpendReport } from './spend-report.js';
import { SpendWriter } from './spend-writer.js';
import type { FromWriterThread, ToWriterThread, WriterThreadData } from './writer-thread.js';

/** A niceness: less than the requests' thread, and far from none. */
const rowsAfterRequests = 10;

const { settings, databaseUrl, ledgerOptions, journalId } = workerData as WriterThreadData;

// Linux gives each thread a priority of its own: where cores are scarce, requests come before rows.
if (process.platform === 'linux') setPriority(rowsAfterRequests);

function tell(message: FromWriterThread): void {
  parentPort?.postMessage(message);
}

// As text: not every error can be cloned to another thread.
const report: SpendReport = (level, message, facts) =>
  tell({ kind: 'report', level, line: reportLine(message, facts) });

const ledger = openLedger(databaseUrl, ledgerOptions);
const writer = new SpendWriter({
  settings,
  journalId,
  store: ledger.store,
  clock: systemClock,
  random: systemRandom,
  report,
  onCarried: (position) => tell({ kind: 'carried', position }),
  onLost: () => tell({ kind: 'lost' }),
});

async function stop(message: ToWriterThread): Promise<void> {
  const carried = await writer.stop(message.stop);
  await ledger.close();
  tell({ kind: 'stopped', carried });
}

parentPort?.on('message', (message: ToWriterThread) => void stop(message));
writer.start();
