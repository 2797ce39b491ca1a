/** Makes the Prisma client for a database URL; both databases are typed as SQLite's client, which has the narrower interface. */
import { PrismaPg } from '@prisma/adapter-pg';
import {
  defaultConnectionPoolLimit,
  defaultConnectTimeoutMs,
  type DatabaseOptions,
  type DatabaseRuntime,
} from './database-options.js';
import type { DatabaseTarget } from './database-target.js';
import { PrismaClient as PostgresClient } from './generated/postgres/client.js';
import { Prisma, PrismaClient as SqliteClient } from './generated/sqlite/client.js';
import { SqliteAdapterFactory } from './sqlite-adapter.js';

export type { Prisma } from './generated/sqlite/client.js';
export type {
  AccessGroup,
  AuditEntry,
  Budget,
  BudgetAccount,
  BudgetLease,
  ChangeFeed,
  ConfigModel,
  ConfigSetting,
  Credential,
  Customer,
  DailySpend,
  DeletedObject,
  Guardrail,
  Invitation,
  JwtKeyMapping,
  LedgerState,
  Organization,
  OrganizationMember,
  OwnerLimits,
  Project,
  ReplacedKey,
  SpendLog,
  SpendPayload,
  StoredBatch,
  StoredFile,
  Tag,
  Team,
  TeamMember,
  User,
  VirtualKey,
} from './generated/sqlite/client.js';

/** What work inside a transaction is given. */
export type TransactionClient = Prisma.TransactionClient;

/** Prisma's client without its raw SQL and connection control. */
export type DatabaseClient = TransactionClient;

export type Dialect = DatabaseTarget['dialect'];

/** A filter on one member of a JSON column: the databases name it differently. */
export function fromJson(dialect: Dialect, member: string, filter: Prisma.JsonFilter): Prisma.JsonFilter {
  const path = dialect === 'sqlite' ? `$.${member}` : [member];
  return { path: path as string, ...filter };
}

/** For `fromJson`: rows whose column does not have the member. */
export const absentFromJson = { equals: Prisma.DbNull } as const;

/** A connection that is silent for so long is taken for dead: without it a vanished server holds its callers for many minutes. */
const queryTimeoutMs = 30_000;
const transactionOptions = { maxWait: 6_000, timeout: 20_000 };

export function createPrismaClient(
  target: DatabaseTarget,
  options: DatabaseOptions,
  runtime: DatabaseRuntime,
): SqliteClient {
  if (target.dialect === 'sqlite') {
    const adapter = new SqliteAdapterFactory(target.path, runtime);
    return new SqliteClient({ adapter, transactionOptions, errorFormat: 'minimal' });
  }
  const adapter = new PrismaPg(
    {
      connectionString: target.url,
      max: options.connectionPoolLimit ?? defaultConnectionPoolLimit,
      connectionTimeoutMillis: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      application_name: 'tollgate',
    },
    target.schema === undefined ? {} : { schema: target.schema },
  );
  const client = new PostgresClient({ adapter, transactionOptions, errorFormat: 'minimal' });
  // Made from one schema: what the narrower client can be asked, this one answers alike.
  return client as unknown as SqliteClient;
}
