/** The ledger in the database, through Prisma: one interactive transaction moves the position and writes the rows. */
import type { createPrismaClient, Prisma, TransactionClient } from '../database/database-client.js';
import { classifyFailure, isUniqueViolation } from '../database/database-errors.js';
import { systemRuntime, type DatabaseRuntime } from '../database/database-options.js';
import { retryContention } from '../database/retry.js';
import { addPiece } from './clickhouse/export-pieces.js';
import { foldAccounts, releaseLeases } from './fold-accounts.js';
import { foldDaily } from './fold-daily.js';
import { segmentName, segmentOfName, type JournalPosition } from './journal-folder.js';
import { PositionConflict, RowsRejected, type LedgerStore } from './ledger-store.js';
import type { SettledRow } from './spend-row.js';
import type { SpendSettings } from './spend-settings.js';

export type LedgerOptions = Pick<SpendSettings, 'writesRows' | 'exportsRows'>;

export type LedgerClient = Pick<ReturnType<typeof createPrismaClient>, 'ledgerState' | '$transaction'>;

const TRANSACTION = { maxWait: 10_000, timeout: 30_000 };
/** Writers of several processes meet in the accounts of a team or of the whole proxy. */
const CONTENTION = { attempts: 12, firstDelayMs: 10, maxDelayMs: 1_000 };
/** Prisma's codes for a value that does not fit its column: too long, invalid, out of range, inconsistent. */
const BAD_VALUE = new Set(['P2000', 'P2005', 'P2006', 'P2007', 'P2009', 'P2011', 'P2012', 'P2020', 'P2023', 'P2033']);
/** PostgreSQL's class "data exception" and what is too large for an index, which Prisma may pass on under a code of its own. */
const POSTGRES_DATA_EXCEPTION = /^(22[0-9A-Z]{3}|54000)$/;

export class PrismaLedgerStore implements LedgerStore {
  readonly #prisma: LedgerClient;
  readonly #runtime: DatabaseRuntime;

  readonly #options: LedgerOptions;

  constructor(
    prisma: LedgerClient,
    options: LedgerOptions = { writesRows: true, exportsRows: false },
    runtime: DatabaseRuntime = systemRuntime,
  ) {
    this.#prisma = prisma;
    this.#options = options;
    this.#runtime = runtime;
  }

  async findPosition(journalId: string): Promise<JournalPosition | null> {
    const state = await this.#prisma.ledgerState.findUnique({ where: { journalId } });
    return state && { segment: segmentOfName(state.file), offset: Number(state.offset) };
  }

  async commit(
    journalId: string,
    from: JournalPosition | null,
    to: JournalPosition,
    rows: readonly SettledRow[],
  ): Promise<void> {
    try {
      await this.#transaction(async (transaction) => {
        await movePosition(transaction, journalId, from, to);
        if (this.#options.writesRows) await insertRows(transaction, rows);
        if (this.#options.exportsRows) await addPiece(transaction, journalId, to, rows);
        // Last, and always in this order, because other writers wait for the sums that this one has touched.
        await takingRows(() => foldAccounts(transaction, journalId, rows));
        await foldRows(transaction, rows);
      });
    } catch (error) {
      if (!(error instanceof PositionConflict)) throw error;
      const found = await this.findPosition(journalId);
      if (found?.segment !== to.segment || found.offset !== to.offset) throw error;
    }
  }

  releaseLeases(journalId: string): Promise<void> {
    return this.#transaction((transaction) => releaseLeases(transaction, journalId));
  }

  async forget(journalId: string): Promise<void> {
    await this.#transaction(async (transaction) => {
      await transaction.ledgerState.deleteMany({ where: { journalId } });
    });
  }

  #transaction(work: (transaction: TransactionClient) => Promise<void>): Promise<void> {
    return retryContention({ ...CONTENTION, ...this.#runtime }, () => this.#prisma.$transaction(work, TRANSACTION));
  }
}

/** The position goes first: its row's lock keeps a second carrier of the same journal waiting until this one has committed. */
async function movePosition(
  { ledgerState }: TransactionClient,
  journalId: string,
  from: JournalPosition | null,
  to: JournalPosition,
): Promise<void> {
  const next = { file: segmentName(to.segment), offset: BigInt(to.offset) };
  if (from === null) {
    try {
      await ledgerState.create({ data: { journalId, ...next } });
    } catch (error) {
      if (isUniqueViolation(error)) throw conflict(journalId, error);
      throw error;
    }
    return;
  }
  const where = { journalId, file: segmentName(from.segment), offset: BigInt(from.offset) };
  const { count } = await ledgerState.updateMany({ where, data: next });
  if (count === 0) throw conflict(journalId);
}

async function insertRows({ spendLog }: TransactionClient, rows: readonly SettledRow[]): Promise<void> {
  if (rows.length === 0) return;
  const data = rows.map(({ taken: _taken, ...row }) => ({
    ...row,
    detail: row.detail as unknown as Prisma.InputJsonObject,
  }));
  await takingRows(async () => void (await spendLog.createMany({ data })));
}

/** Tells what the rows are to blame for from what may pass when it is tried again. */
async function takingRows(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (classifyFailure(error) !== 'contention' && isRowError(error))
      throw new RowsRejected(messageOf(error), { cause: error });
    throw error;
  }
}

async function foldRows(transaction: TransactionClient, rows: readonly SettledRow[]): Promise<void> {
  try {
    await foldDaily(transaction, rows);
  } catch (error) {
    // A sum that outgrows its column would hold up the ledger for ever.
    if (!isUniqueViolation(error) && isRowError(error)) throw new RowsRejected(messageOf(error), { cause: error });
    throw error;
  }
}

function conflict(journalId: string, cause?: unknown): PositionConflict {
  return new PositionConflict(`The spend journal ${journalId} has been carried by somebody else`, { cause });
}

function isRowError(error: unknown): boolean {
  if (error instanceof Error && error.name === 'PrismaClientValidationError') return true;
  const code = codeOf(error);
  if (isUniqueViolation(error) || (code !== undefined && BAD_VALUE.has(code))) return true;
  const sqlState = sqlStateOf(error);
  return sqlState !== undefined && POSTGRES_DATA_EXCEPTION.test(sqlState);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Where the adapter knew no better, the database's own code lies in `cause.originalCode`. */
function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null || !('originalCode' in cause)) return undefined;
  return typeof cause.originalCode === 'string' ? cause.originalCode : undefined;
}

function messageOf(error: unknown): string {
  if (isUniqueViolation(error)) return 'a row with this request id exists already';
  return `a value does not fit its column (${codeOf(error) ?? 'validation'})`;
}
