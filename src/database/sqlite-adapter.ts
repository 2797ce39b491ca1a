/**
 * Makes Prisma's SQLite adapter safe for concurrent use: one statement or one transaction at a time, and no wait that blocks the event loop.
 *
 * The adapter has one connection. Without the queue, a statement outside a transaction would run inside whichever transaction is open, and be undone with it.
 */
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils';
import type { DatabaseRuntime } from './database-options.js';
import { retryContention, type RetryPolicy } from './retry.js';

const adapterName = '@prisma/adapter-better-sqlite3';

/** About five seconds in all, as SQLite's usual busy_timeout, but asleep in the event loop and not in the thread. */
const patience = { attempts: 110, firstDelayMs: 1, maxDelayMs: 64 };

export class SqliteAdapterFactory implements SqlDriverAdapterFactory {
  readonly provider = 'sqlite';
  readonly adapterName = adapterName;

  constructor(
    private readonly path: string,
    private readonly runtime: Pick<DatabaseRuntime, 'random' | 'timer'>,
  ) {}

  async connect(): Promise<SqlDriverAdapter> {
    const connection = await new PrismaBetterSqlite3({
      url: `file:${this.path}`,
      timeout: 0,
      fileMustExist: true,
    }).connect();
    return new SerialSqliteAdapter(connection, { ...patience, ...this.runtime });
  }
}

class SerialSqliteAdapter implements SqlDriverAdapter {
  readonly provider = 'sqlite';
  readonly adapterName = adapterName;
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: SqlDriverAdapter,
    private readonly policy: RetryPolicy,
  ) {}

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#alone(async () => this.connection.queryRaw(query));
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#alone(async () => this.connection.executeRaw(query));
  }

  executeScript(script: string): Promise<void> {
    return this.#alone(async () => this.connection.executeScript(script));
  }

  /** Begins as a writer: a transaction that only becomes one at its first write may find its snapshot outdated, which no waiting cures. */
  async startTransaction(_isolationLevel?: IsolationLevel): Promise<Transaction> {
    const release = await this.#turn();
    try {
      await retryContention(this.policy, async () => this.connection.executeScript('BEGIN IMMEDIATE'));
    } catch (error) {
      release();
      throw error;
    }
    return new SerialSqliteTransaction(this.connection, this.policy, release);
  }

  async dispose(): Promise<void> {
    const release = await this.#turn();
    try {
      await this.connection.dispose();
    } finally {
      release();
    }
  }

  /** Resolves when all who asked before have released; the answer is to be called once done. */
  async #turn(): Promise<() => void> {
    const before = this.#last;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.#last = before.then(() => released);
    await before;
    return release;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#turn();
    try {
      return await retryContention(this.policy, work);
    } finally {
      release();
    }
  }
}

/** COMMIT and ROLLBACK come as statements; `commit` and `rollback` then only give up the connection. */
class SerialSqliteTransaction implements Transaction {
  readonly provider = 'sqlite';
  readonly adapterName = adapterName;
  readonly options = { usePhantomQuery: false };

  constructor(
    private readonly connection: SqlDriverAdapter,
    private readonly policy: RetryPolicy,
    private readonly release: () => void,
  ) {}

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return retryContention(this.policy, async () => this.connection.queryRaw(query));
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return retryContention(this.policy, async () => this.connection.executeRaw(query));
  }

  commit(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  rollback(): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}
