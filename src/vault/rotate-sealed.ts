/**
 * Encrypts everything that is stored anew under the first key, while the gateway runs. Each batch is one transaction, and what is done
 * shows in the rows themselves: a rotation that is cut off at any point is simply started again.
 */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { DatabaseService } from '../database/database.service.js';
import { sealedColumns, type SealedRow } from './sealed-columns.js';
import type { Vault } from './vault.service.js';

export interface RotationReport {
  readonly rotated: number;
  /** Rows that are not under the first key when it ends: changed meanwhile by a process that writes with another key, or unreadable. */
  readonly left: number;
  /** What cannot be opened, and why; it stays as it is. */
  readonly unreadable: readonly string[];
}

export interface RotationProgress {
  readonly rotated: number;
  readonly left: number;
}

const batchSize = 50;

/** @throws GatewayError `no_encryption_key`, `database_unavailable` */
export async function rotateSealed(
  database: DatabaseService,
  vault: Vault,
  onProgress: (progress: RotationProgress) => void,
): Promise<RotationReport> {
  const prefix = vault.currentPrefix;
  if (prefix === null) throw new GatewayError('no_encryption_key');
  const unreadable: string[] = [];
  let rotated = 0;
  for (const column of sealedColumns) {
    let last = '';
    for (;;) {
      const rows = await database.run((client) => column.next(client, prefix, last, batchSize));
      last = rows.at(-1)?.id ?? last;
      if (rows.length === 0) break;
      const renewed = rows.flatMap((row) => renew(row, vault, unreadable));
      rotated += await database.transaction(async (tx) => {
        let replaced = 0;
        for (const { row, envelope } of renewed) if (await row.replace(tx, envelope)) replaced += 1;
        return replaced;
      });
      onProgress({ rotated, left: await countLeft(database, prefix) });
    }
  }
  return { rotated, left: await countLeft(database, prefix), unreadable };
}

/** How many rows are not under the first key. */
export async function countLeft(database: DatabaseService, prefix: string): Promise<number> {
  const counts = await database.run((client) =>
    Promise.all(sealedColumns.map((column) => column.count(client, prefix))),
  );
  return counts.reduce((total, count) => total + count, 0);
}

/** With a data key of its own again: whoever had the old key may have unwrapped the old one. */
function renew(row: SealedRow, vault: Vault, unreadable: string[]): { row: SealedRow; envelope: string }[] {
  try {
    return [{ row, envelope: vault.seal(row.place, vault.open(row.place, row.envelope)) }];
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'secret_unreadable') throw error;
    unreadable.push(`${row.place.table}, row ${row.place.row}: ${error.message}`);
    return [];
  }
}
