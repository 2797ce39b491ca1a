/** The pieces of the spend log that wait for their export: written with the rows, in one transaction, so that none is missed. */
import type { TransactionClient } from '../../database/database-client.js';
import { segmentName, type JournalPosition } from '../journal-folder.js';
import type { SpendRow } from '../spend-row.js';

/** The name of the export's own cursor. */
export const clickHouseCursor = 'spend:clickhouse';
/** What the names of pieces begin with: rows of `export_cursors` whose position lists the ids of their rows. */
export const piecePrefix = `${clickHouseCursor}/`;

/** In the order of time on the whole, and no two alike: a journal passes each position once. */
export async function addPiece(
  { exportCursor }: TransactionClient,
  journalId: string,
  to: JournalPosition,
  rows: readonly SpendRow[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const at = String(first.startedAt.getTime()).padStart(15, '0');
  const name = `${piecePrefix}${at}/${journalId}/${segmentName(to.segment)}/${to.offset}`;
  await exportCursor.create({ data: { name, position: JSON.stringify(rows.map(({ requestId }) => requestId)) } });
}
