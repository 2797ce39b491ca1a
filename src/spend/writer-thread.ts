/** Runs the row writer on a worker thread, and starts it again if the thread dies. */
import { Worker } from 'node:worker_threads';
import type { JournalPosition } from './journal-folder.js';
import type { LedgerOptions } from './prisma-ledger-store.js';
import type { SpendReport } from './spend-report.js';
import type { WriterSettings, WriterStop } from './spend-writer.js';

/** Handed to the thread as `workerData`. */
export interface WriterThreadData {
  readonly settings: WriterSettings;
  readonly databaseUrl: string;
  readonly ledgerOptions: LedgerOptions;
  readonly journalId: string;
}

export interface ToWriterThread {
  readonly kind: 'stop';
  readonly stop: WriterStop;
}

export type FromWriterThread =
  | { readonly kind: 'carried'; readonly position: JournalPosition }
  | { readonly kind: 'lost' }
  | { readonly kind: 'report'; readonly level: Parameters<SpendReport>[0]; readonly line: string }
  | { readonly kind: 'stopped'; readonly carried: boolean };

export interface WriterThreadOptions extends WriterThreadData {
  readonly report: SpendReport;
  readonly onCarried: (position: JournalPosition) => void;
  readonly onLost: () => void;
}

const WORKER_FILE = new URL('./journal-writer.worker.js', import.meta.url);
/** Without limits V8 lets the thread's garbage grow to hundreds of megabytes before it collects. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };
const RESTART_DELAY_MS = 1_000;
/** Beyond the writer's own time limit: a thread that does not answer is ended. */
const STOP_GRACE_MS = 1_000;

export class WriterThread {
  readonly #options: WriterThreadOptions;
  #worker: Worker | undefined;
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: WriterThreadOptions) {
    this.#options = options;
  }

  start(): void {
    const { settings, databaseUrl, ledgerOptions, journalId } = this.#options;
    const workerData: WriterThreadData = { settings, databaseUrl, ledgerOptions, journalId };
    const worker = new Worker(WORKER_FILE, { workerData, resourceLimits: HEAP_LIMITS });
    worker.on('message', (message: FromWriterThread) => this.#take(message));
    worker.on('error', (error) => this.#options.report('error', 'The thread that writes spend rows failed', { error }));
    worker.on('exit', () => this.#exited());
    worker.unref();
    this.#worker = worker;
  }

  get running(): boolean {
    return this.#worker !== undefined;
  }

  /** True where everything in the journal is in the database. */
  async stop(stop: WriterStop): Promise<boolean> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return false;
    const carried = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), stop.waitMs + STOP_GRACE_MS);
      const finish = (carried: boolean): void => {
        clearTimeout(timer);
        resolve(carried);
      };
      worker.on('message', (message: FromWriterThread) => {
        if (message.kind === 'stopped') finish(message.carried);
      });
      worker.once('exit', () => finish(false));
      const message: ToWriterThread = { kind: 'stop', stop };
      worker.postMessage(message);
    });
    await worker.terminate();
    return carried;
  }

  #take(message: FromWriterThread): void {
    if (message.kind === 'carried') this.#options.onCarried(message.position);
    else if (message.kind === 'lost') this.#options.onLost();
    else if (message.kind === 'report') this.#options.report(message.level, message.line);
  }

  #exited(): void {
    this.#worker = undefined;
    if (!this.#stopping) this.#restart = setTimeout(() => this.start(), RESTART_DELAY_MS).unref();
  }
}
