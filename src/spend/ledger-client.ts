/** Opens the ledger on a database client of its own, so that the row writer needs nothing from the request's side. */
import { createPrismaClient } from '../database/database-client.js';
import { systemRuntime } from '../database/database-options.js';
import { parseDatabaseUrl } from '../database/database-target.js';
import type { LedgerStore } from './ledger-store.js';
import { PrismaLedgerStore, type LedgerOptions } from './prisma-ledger-store.js';

/** One for the own journal, one for an adopted one. */
const CONNECTIONS = 2;

export interface OpenLedger {
  readonly store: LedgerStore;
  close(): Promise<void>;
}

/** Connects at first use; the tables are there once the database room has migrated, and until then carrying waits. */
export function openLedger(databaseUrl: string, ledger: LedgerOptions): OpenLedger {
  const options = { url: databaseUrl, connectionPoolLimit: CONNECTIONS };
  const client = createPrismaClient(parseDatabaseUrl(databaseUrl), options, systemRuntime);
  return { store: new PrismaLedgerStore(client, ledger), close: () => client.$disconnect() };
}
