/** Carries one journal into the database, in batches, each row exactly once: rows and position move in one transaction. */
import { withCountedAnswer } from './count-answer.js';
import { removeSegmentsBefore, type JournalPosition } from './journal-folder.js';
import { JournalReader } from './journal-reader.js';
import { RowsRejected, type LedgerStore } from './ledger-store.js';
import type { SpendReport } from './spend-report.js';
import { takenBy, toSpendRow, type SettledRow, type SpendRow } from './spend-row.js';

export interface CarrierOptions {
  readonly journalId: string;
  readonly folder: string;
  readonly store: LedgerStore;
  readonly report: SpendReport;
  /** Keeps a row that the database does not take, so that its money can be found. */
  readonly setAside: (row: SpendRow, reason: string) => void;
}

interface PlacedRow {
  readonly row: SettledRow;
  readonly end: JournalPosition;
}

interface Batch {
  readonly rows: readonly PlacedRow[];
  readonly end: JournalPosition;
}

export class JournalCarrier {
  readonly #options: CarrierOptions;
  readonly #reader: JournalReader;
  #committed: JournalPosition | null;
  #batch: Batch | undefined;

  private constructor(options: CarrierOptions, reader: JournalReader, committed: JournalPosition | null) {
    this.#options = options;
    this.#reader = reader;
    this.#committed = committed;
  }

  /** A carrier that goes on where the database says that the last one stopped. */
  static async open(options: CarrierOptions): Promise<JournalCarrier> {
    const committed = await options.store.findPosition(options.journalId);
    return new JournalCarrier(options, await JournalReader.at(options.folder, committed, options.report), committed);
  }

  /** Everything before this is in the database. */
  get carriedTo(): JournalPosition {
    const reached = this.#batch ? this.#committed : this.#reader.position;
    return reached ?? { segment: this.#reader.position.segment, offset: 0 };
  }

  /**
   * Carries up to `limit` rows; 0 means that no further settlement has been written yet. After an error the same batch
   * is tried again by the next call. Throws what `LedgerStore.commit` throws, except `RowsRejected`.
   */
  async carry(limit: number): Promise<number> {
    this.#batch ??= await this.#readBatch(limit);
    const { end, rows } = this.#batch;
    const crossed = this.#committed !== null && this.#committed.segment !== end.segment;
    // Part of a batch may be in the database already, where an outage fell between its halves.
    const left = rows.filter((placed) => isBefore(this.#committed, placed.end));
    if (left.length > 0 || crossed) await this.#commit(left, end);
    if (crossed) removeSegmentsBefore(this.#options.folder, end.segment);
    this.#batch = undefined;
    return left.length;
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  async #readBatch(limit: number): Promise<Batch> {
    const settled = await this.#reader.read(limit);
    const rows: PlacedRow[] = [];
    for (const one of settled) {
      const { uncounted } = one.settlement;
      // Nearly every settlement is final, and needs no turn of the event loop.
      const settlement = uncounted ? await withCountedAnswer(one.settlement) : one.settlement;
      rows.push({ row: { ...toSpendRow({ ...one, settlement }), taken: takenBy(one) }, end: one.end });
    }
    return { rows, end: this.#reader.position };
  }

  /** Halves a batch that the database refuses until the row at fault stands alone, and goes on without it. */
  async #commit(placed: readonly PlacedRow[], to: JournalPosition): Promise<void> {
    const { journalId, store } = this.#options;
    try {
      await store.commit(
        journalId,
        this.#committed,
        to,
        placed.map(({ row }) => row),
      );
      this.#committed = to;
    } catch (error) {
      const [first] = placed;
      if (!(error instanceof RowsRejected) || !first) throw error;
      if (placed.length === 1) {
        this.#options.setAside(first.row, error.message);
        return this.#commit([], to);
      }
      const half = placed.length >> 1;
      const firstHalf = placed.slice(0, half);
      await this.#commit(firstHalf, firstHalf.at(-1)?.end ?? to);
      await this.#commit(placed.slice(half), to);
    }
  }
}

function isBefore(a: JournalPosition | null, b: JournalPosition): boolean {
  return a === null || a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);
}
