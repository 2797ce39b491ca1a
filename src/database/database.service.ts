/** The one door to the database: runs work on a Prisma client of either database, and says whether the database is there. */
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../core/errors/gateway-error.js';
import { ConnectionSupervisor, type DatabaseStatus } from './connection-supervisor.js';
import { createPrismaClient, type DatabaseClient, type TransactionClient } from './database-client.js';
import { classifyFailure } from './database-errors.js';
import {
  DATABASE_OPTIONS,
  DATABASE_RUNTIME,
  defaultConnectTimeoutMs,
  systemRuntime,
  type DatabaseOptions,
  type DatabaseRuntime,
} from './database-options.js';
import { parseDatabaseUrl, type DatabaseTarget } from './database-target.js';
import type { PrismaClient } from './generated/sqlite/client.js';
import { migrate, MigrationError } from './migrator.js';
import { retryContention } from './retry.js';

const transactionRetry = { attempts: 8, firstDelayMs: 10, maxDelayMs: 500 };
const retryAfterMs = 1_000;

@Injectable()
export class DatabaseService implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('Database');
  readonly #target: DatabaseTarget;
  readonly #client: PrismaClient;
  readonly #supervisor: ConnectionSupervisor;
  readonly #afterCommit = new WeakMap<TransactionClient, (() => void)[]>();

  constructor(
    @Inject(DATABASE_OPTIONS) private readonly options: DatabaseOptions,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {
    this.#target = parseDatabaseUrl(options.url);
    this.#client = createPrismaClient(this.#target, options, runtime);
    this.#supervisor = new ConnectionSupervisor({
      connect: () => this.#connect(),
      timer: runtime.timer,
      random: runtime.random,
      log: { warn: (message) => this.#logger.warn(message), info: (message) => this.#logger.log(message) },
    });
  }

  get status(): DatabaseStatus {
    return this.#supervisor.status;
  }

  get dialect(): DatabaseTarget['dialect'] {
    return this.#target.dialect;
  }

  /** Migrates and connects. A database that is away is waited for in the background; a migration that is refused or fails is thrown. */
  async onModuleInit(): Promise<void> {
    await this.#supervisor.start((error) => error instanceof MigrationError);
  }

  /** Closes every connection, after running statements have ended. */
  async onApplicationShutdown(): Promise<void> {
    await this.#supervisor.stop();
    await this.#client.$disconnect();
  }

  /**
   * Runs work that needs no transaction. Throws GatewayError `database_unavailable` while the database is away or when it goes away meanwhile;
   * every other error of the work leaves as it came.
   *
   * @param withinMs a database that is silent for longer is taken for away: for work that a client waits for
   */
  run<T>(work: (client: DatabaseClient) => Promise<T>, withinMs?: number): Promise<T> {
    return this.#guarded(() => (withinMs === undefined ? work(this.#client) : this.#within(withinMs, work)));
  }

  /**
   * Runs work in one transaction, and the whole of it again where it lost against other writers: it must do nothing but database work on `tx`,
   * and keep it short. Throws as `run` does; when the connection breaks during the commit, nobody knows whether it took place.
   */
  transaction<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T> {
    return this.#guarded(() => retryContention({ ...transactionRetry, ...this.runtime }, () => this.#commit(work)));
  }

  /** Calls `then` once the transaction is committed, and not where it is rolled back. `then` must not throw. */
  afterCommit(tx: TransactionClient, then: () => void): void {
    this.#afterCommit.set(tx, [...(this.#afterCommit.get(tx) ?? []), then]);
  }

  async #commit<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T> {
    let committed: TransactionClient | undefined;
    const result = await this.#client.$transaction((tx) => work((committed = tx)));
    if (committed) for (const then of this.#afterCommit.get(committed) ?? []) then();
    return result;
  }

  /** A server that hangs keeps an open connection's statements for as long as the connection itself is believed in. */
  async #within<T>(longestMs: number, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    let cancel = (): void => undefined;
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.runtime.timer.schedule(() => {
        const silence = new Error(`It has not answered within ${longestMs} ms.`);
        this.#supervisor.reportOutage(silence);
        reject(new GatewayError('database_unavailable', { retryAfterMs, detail: silence.message, cause: silence }));
      }, longestMs);
    });
    try {
      return await Promise.race([work(this.#client), late]);
    } finally {
      cancel();
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.status !== 'ready')
      throw new GatewayError('database_unavailable', { retryAfterMs, detail: `database ${this.status}` });
    try {
      return await work();
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      const failure = classifyFailure(error);
      if (failure === 'other') throw error;
      if (failure === 'outage') this.#supervisor.reportOutage(error);
      throw new GatewayError('database_unavailable', { retryAfterMs, detail: failure, cause: error });
    }
  }

  async #connect(): Promise<void> {
    const applied = await migrate(this.#target, {
      connectTimeoutMs: this.options.connectTimeoutMs ?? defaultConnectTimeoutMs,
      ...this.runtime,
    });
    if (applied.length > 0) this.#logger.log(`Applied ${applied.length} migration(s): ${applied.join(', ')}`);
    // The migrator's connection is its own: this asks the one that requests will use.
    await this.#client.feedHead.findUnique({ where: { id: 1 } });
  }
}
