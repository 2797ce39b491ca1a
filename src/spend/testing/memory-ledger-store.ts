/** A ledger in memory that behaves as the database does, failures included. */
import type { JournalPosition } from '../journal-folder.js';
import { PositionConflict, RowsRejected, type LedgerStore } from '../ledger-store.js';
import type { SettledRow } from '../spend-row.js';

export type CommitFault = 'before' | 'after' | undefined;

export class MemoryLedgerStore implements LedgerStore {
  readonly rows = new Map<string, SettledRow>();
  readonly positions = new Map<string, JournalPosition>();
  /** Journals whose leases were given back, in order. */
  readonly released: string[] = [];
  /** Asked before each commit: fail before anything is written, after everything is, or not at all. */
  nextFault: () => CommitFault = () => undefined;

  findPosition(journalId: string): Promise<JournalPosition | null> {
    return Promise.resolve(this.positions.get(journalId) ?? null);
  }

  async commit(
    journalId: string,
    from: JournalPosition | null,
    to: JournalPosition,
    rows: readonly SettledRow[],
  ): Promise<void> {
    await Promise.resolve();
    const fault = this.nextFault();
    if (fault === 'before') throw new Error('the database is away');
    const found = this.positions.get(journalId) ?? null;
    if (!samePosition(found, from)) {
      if (samePosition(found, to)) return;
      throw new PositionConflict('carried by somebody else');
    }
    const ids = new Set(rows.map(({ requestId }) => requestId));
    if (ids.size < rows.length || rows.some(({ requestId }) => this.rows.has(requestId))) {
      throw new RowsRejected('a row with this request id exists already');
    }
    for (const row of rows) this.rows.set(row.requestId, row);
    this.positions.set(journalId, to);
    if (fault === 'after') throw new Error('the connection broke during the commit');
  }

  releaseLeases(journalId: string): Promise<void> {
    this.released.push(journalId);
    return Promise.resolve();
  }

  forget(journalId: string): Promise<void> {
    this.positions.delete(journalId);
    return Promise.resolve();
  }
}

function samePosition(a: JournalPosition | null, b: JournalPosition | null): boolean {
  return a?.segment === b?.segment && a?.offset === b?.offset;
}
