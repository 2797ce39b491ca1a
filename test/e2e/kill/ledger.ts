/** Compares the rows of the ledger with what providers and clients saw. */
import type { DatabaseUnderTest } from '../../integration/support/databases.js';

export interface LedgerRow {
  readonly requestId: string;
  readonly endUser: string;
  readonly status: string;
  readonly spendNanos: bigint;
  readonly totalTokens: number;
  readonly recovered: boolean;
}

export async function readLedger(database: Pick<DatabaseUnderTest, 'sql'>): Promise<LedgerRow[]> {
  const rows = await database.sql(
    'SELECT request_id, end_user, status, spend_nanos, total_tokens, detail FROM spend_logs ORDER BY request_id',
  );
  return rows.map((row) => {
    const detail = (typeof row['detail'] === 'string' ? JSON.parse(row['detail']) : row['detail']) as {
      recovered?: boolean;
    };
    return {
      requestId: String(row['request_id']),
      endUser: String(row['end_user']),
      status: String(row['status']),
      spendNanos: BigInt(String(row['spend_nanos'])),
      totalTokens: Number(row['total_tokens']),
      recovered: detail.recovered === true,
    };
  });
}

export interface AccountRow {
  readonly id: string;
  readonly spentNanos: bigint;
  readonly committedNanos: bigint;
}

export async function readAccounts(database: Pick<DatabaseUnderTest, 'sql'>): Promise<AccountRow[]> {
  const rows = await database.sql('SELECT id, spent_nanos, committed_nanos FROM budget_accounts');
  return rows.map((row) => ({
    id: String(row['id']),
    spentNanos: BigInt(String(row['spent_nanos'])),
    committedNanos: BigInt(String(row['committed_nanos'])),
  }));
}

export interface Seen {
  /** Calls that the provider received whole, by marker. */
  readonly calls: ReadonlyMap<string, number>;
  /** Markers of the requests whose client got a whole answer. */
  readonly answered: ReadonlySet<string>;
}

/** What the ledger has wrong, each by name; all of them are empty for a ledger that is right. */
export interface Discrepancies {
  readonly calledTwice: readonly string[];
  readonly callsWithoutRow: readonly string[];
  readonly callsWithSeveralRows: readonly string[];
  readonly requestIdsTwice: readonly string[];
  /** Only a request that was in flight at a crash may have a row though no provider saw it. */
  readonly rowsOfNobody: readonly string[];
  /** What a client got whole was settled before. */
  readonly answeredButNotSettled: readonly string[];
}

export function compareLedger(rows: readonly LedgerRow[], { calls, answered }: Seen): Discrepancies {
  const byMarker = new Map<string, LedgerRow[]>();
  for (const row of rows) byMarker.set(row.endUser, [...(byMarker.get(row.endUser) ?? []), row]);
  const ids = rows.map((row) => row.requestId);
  const rowsOf = (marker: string): LedgerRow[] => byMarker.get(marker) ?? [];
  return {
    calledTwice: [...calls].filter(([, count]) => count > 1).map(([marker]) => marker),
    callsWithoutRow: [...calls.keys()].filter((marker) => rowsOf(marker).length === 0),
    callsWithSeveralRows: [...byMarker].filter(([, found]) => found.length > 1).map(([marker]) => marker),
    requestIdsTwice: ids.filter((id, index) => ids[index - 1] === id),
    rowsOfNobody: rows.filter((row) => !calls.has(row.endUser) && !row.recovered).map((row) => row.endUser),
    answeredButNotSettled: [...answered].filter((marker) =>
      rowsOf(marker).some((row) => row.recovered || row.status !== 'success'),
    ),
  };
}
