/** Keeps the database up with the journals: carries the own one at its pace, and adopts those of dead processes. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Random } from '../core/spec/index.js';
import { JournalAdopter, removeJournal } from './journal-adopter.js';
import { JournalCarrier } from './journal-carrier.js';
import { journalFolder, type JournalPosition } from './journal-folder.js';
import { PositionConflict, type LedgerStore } from './ledger-store.js';
import type { SpendReport } from './spend-report.js';
import type { SpendRow } from './spend-row.js';
import type { SpendSettings } from './spend-settings.js';

export type WriterSettings = Pick<SpendSettings, 'journalDir' | 'flushIntervalMs' | 'batchRows' | 'maxRowsPerSecond'>;

export interface SpendWriterOptions {
  readonly settings: WriterSettings;
  readonly journalId: string;
  readonly store: LedgerStore;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
  readonly report: SpendReport;
  readonly onCarried: (position: JournalPosition) => void;
  /** The own journal is carried by somebody else: nothing more may be begun in it. */
  readonly onLost: () => void;
}

export interface WriterStop {
  /** The journal is closed and every request in it settled: its files go once they are carried. */
  readonly remove: boolean;
  readonly waitMs: number;
}

const ADOPTION_INTERVAL_MS = 2_000;
const MAX_BACKOFF_MS = 2_000;
const FIRST_BACKOFF_MS = 100;
/** Beside the journals, one row a line, for the operator. */
const SET_ASIDE_FILE = 'rejected-rows.jsonl';

export class SpendWriter {
  readonly #options: SpendWriterOptions;
  readonly #folder: string;
  readonly #stopping = new AbortController();
  #carrier: JournalCarrier | undefined;
  #failures = 0;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(options: SpendWriterOptions) {
    this.#options = options;
    this.#folder = journalFolder(options.settings.journalDir, options.journalId);
  }

  start(): void {
    this.#loops = Promise.all([this.#carryLoop(), this.#adoptLoop()]);
  }

  /** Carries what the journal still holds, within `waitMs`. True where all of it is in the database. */
  async stop({ remove, waitMs }: WriterStop): Promise<boolean> {
    const { clock, journalId, store } = this.#options;
    const deadlineMs = clock.monotonic() + waitMs;
    this.#stopping.abort();
    await this.#loops;
    try {
      while (clock.monotonic() < deadlineMs) {
        this.#carrier ??= await this.#openCarrier();
        if ((await this.#carrier.carry(this.#options.settings.batchRows)) > 0) continue;
        if (remove) await removeJournal(journalId, this.#folder, store);
        return true;
      }
    } catch (error) {
      this.#options.report('warn', 'The spend journal was not carried to its end; the next start goes on with it', {
        error,
      });
    } finally {
      await this.#carrier?.close();
    }
    return false;
  }

  async #carryLoop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#carrier ??= await this.#openCarrier();
        await this.#drain(this.#carrier);
        this.#recovered();
        await this.#sleep(this.#options.settings.flushIntervalMs);
      } catch (error) {
        if (error instanceof PositionConflict) {
          this.#options.report('error', 'Another process carries this spend journal; nothing more is begun in it', {
            error,
          });
          this.#options.onLost();
          return;
        }
        await this.#sleep(this.#backoffMs(error));
      }
    }
  }

  async #adoptLoop(): Promise<void> {
    const { settings, journalId, store, report } = this.#options;
    const adopter = new JournalAdopter({
      journalDir: settings.journalDir,
      ownId: journalId,
      store,
      report,
      setAside: (row, reason) => this.#setAside(row, reason),
      drain: (carrier) => this.#drain(carrier),
    });
    let failing = false;
    while (!this.#stopping.signal.aborted) {
      try {
        await adopter.adoptOrphans();
        failing = false;
      } catch (error) {
        if (!failing) report('warn', 'Adopting a spend journal failed; it is tried again until it succeeds', { error });
        failing = true;
      }
      await this.#sleep(ADOPTION_INTERVAL_MS);
    }
  }

  #openCarrier(): Promise<JournalCarrier> {
    const { journalId, store, report } = this.#options;
    const setAside = (row: SpendRow, reason: string): void => this.#setAside(row, reason);
    return JournalCarrier.open({ journalId, folder: this.#folder, store, report, setAside });
  }

  /** Carries to the end of what is written, at the pace that is set. False where it was told to stop before. */
  async #drain(carrier: JournalCarrier): Promise<boolean> {
    const { batchRows, maxRowsPerSecond } = this.#options.settings;
    const limit =
      maxRowsPerSecond === undefined ? batchRows : Math.max(1, Math.min(batchRows, Math.floor(maxRowsPerSecond)));
    for (;;) {
      const rows = await carrier.carry(limit);
      if (carrier === this.#carrier) this.#options.onCarried(carrier.carriedTo);
      if (rows === 0) return true;
      if (this.#stopping.signal.aborted) return false;
      if (maxRowsPerSecond !== undefined) await this.#sleep((rows / maxRowsPerSecond) * 1_000);
    }
  }

  /** Grows with each failure in a row, and is jittered so that many processes do not return at once. */
  #backoffMs(error: unknown): number {
    this.#failures += 1;
    if (this.#failures === 1) {
      this.#options.report('error', 'Spend rows cannot be written to the database; they wait in the journal', {
        error,
      });
    }
    const longest = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#failures - 1), MAX_BACKOFF_MS);
    return longest * (0.5 + this.#options.random() / 2);
  }

  #recovered(): void {
    if (this.#failures > 0) this.#options.report('info', 'Spend rows are written to the database again');
    this.#failures = 0;
  }

  #setAside(row: SpendRow, reason: string): void {
    const path = join(this.#options.settings.journalDir, SET_ASIDE_FILE);
    const facts = { requestId: row.requestId, spendNanos: String(row.spendNanos), path, reason };
    this.#options.report('error', 'The database refused a spend row for good; it was set aside', facts);
    const text = JSON.stringify({ reason, ...row }, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    appendFileSync(path, `${text}\n`, { mode: 0o600 });
  }

  /** Ends early when the writer is told to stop. */
  #sleep(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
