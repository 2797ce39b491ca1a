/** Sorts what Prisma, pg and better-sqlite3 throw: the database is away, others are in the way, or the work itself was wrong. */

/** `outage`: not reachable or not usable now. `contention`: nothing was written, the same work may pass when tried again. */
export type DatabaseFailure = 'outage' | 'contention' | 'other';

const outageCodes = new Set([
  // Prisma: credentials, not reachable, no such database, access, TLS, closed, no connection free, too many; and tables missing: the database was replaced by an empty one.
  ...['P1000', 'P1001', 'P1002', 'P1003', 'P1010', 'P1011', 'P1017', 'P2024', 'P2037', 'P2021'],
  // PostgreSQL: shut down, crashed, starting up, too many connections, not (any more) the primary, a lock not to be had in time, credentials, no such database.
  ...['57P01', '57P02', '57P03', '53300', '25006', '55P03', '28000', '28P01', '3D000'],
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EPIPE',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOENT',
  ],
]);
const contentionCodes = new Set(['40001', '40P01', 'P2034']);
const outageKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'TooManyConnections', 'TlsConnectionError']);

/** pg gives these no code. */
const outageMessage =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;
const failedToBegin = /Unable to start a transaction in the given time/;

/** An error, what it was caused by, and what Prisma keeps of the driver's own. */
function* chainOf(error: unknown): Generator<Record<string, unknown>> {
  let current = error;
  for (let depth = 0; depth < 6 && typeof current === 'object' && current !== null; depth += 1) {
    const link = current as Record<string, unknown>;
    yield link;
    const meta = link['meta'] as Record<string, unknown> | undefined;
    current = link['cause'] ?? meta?.['driverAdapterError'];
  }
}

export function classifyFailure(error: unknown): DatabaseFailure {
  for (const link of chainOf(error)) {
    const codes = [link['code'], link['originalCode']].filter((code) => typeof code === 'string');
    const message = typeof link['message'] === 'string' ? link['message'] : '';
    if (codes.some((code) => code.startsWith('SQLITE_BUSY') || contentionCodes.has(code))) return 'contention';
    if (link['kind'] === 'TransactionWriteConflict' || failedToBegin.test(message)) return 'contention';
    if (codes.some((code) => outageCodes.has(code) || /^08\w{3}$/.test(code))) return 'outage';
    if (codes.some((code) => /^SQLITE_(IOERR|CANTOPEN|CORRUPT|NOTADB|FULL)/.test(code))) return 'outage';
    if ((typeof link['kind'] === 'string' && outageKinds.has(link['kind'])) || outageMessage.test(message))
      return 'outage';
  }
  // SQLite's busy time-out and a socket's share this code; the first was told by its original code above.
  for (const link of chainOf(error)) if (link['code'] === 'P1008') return 'outage';
  return 'other';
}

/** Whether a write was refused because a row with the same unique value is there. */
export function isUniqueViolation(error: unknown): boolean {
  return [...chainOf(error)].some((link) => link['code'] === 'P2002');
}
