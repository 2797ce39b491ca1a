/** A row of a request for which nothing was reserved. */
import { toSpendRow, type SettledRow } from '../../../src/spend/spend-row.js';

export function unreservedRow(settled: Parameters<typeof toSpendRow>[0]): SettledRow {
  return { ...toSpendRow(settled), taken: [] };
}
