/** What carrying a journal asks of the database: rows and the journal's position, written together or not at all. */
import type { JournalPosition } from './journal-folder.js';
import type { SettledRow } from './spend-row.js';

export interface LedgerStore {
  /** Up to where the journal's rows are in the database; null where nothing has been carried. */
  findPosition(journalId: string): Promise<JournalPosition | null>;
  /**
   * Writes `rows`, adds them to the accounts of those who pay, and moves the position from `from` to `to` in one transaction. Succeeds without writing where the
   * position already is `to` (the answer of an earlier try was lost). Throws `PositionConflict` where it is neither,
   * `RowsRejected` where the database does not take one of the rows, anything else where trying again may help.
   */
  commit(
    journalId: string,
    from: JournalPosition | null,
    to: JournalPosition,
    rows: readonly SettledRow[],
  ): Promise<void>;
  /** Gives back what the journal's process had leased; all that it spent has been carried. May be repeated. */
  releaseLeases(journalId: string): Promise<void>;
  /** Removes the position of a journal whose files are gone. */
  forget(journalId: string): Promise<void>;
}

/** Somebody else carries this journal. */
export class PositionConflict extends Error {
  override readonly name = 'PositionConflict';
}

/** At least one of the rows can never be written: its request id exists, or a value does not fit. */
export class RowsRejected extends Error {
  override readonly name = 'RowsRejected';
}
