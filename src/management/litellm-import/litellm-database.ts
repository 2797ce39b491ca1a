/** Reads a LiteLLM database: whichever of its tables and columns there are, as they stood at one moment. The one place of the product with SQL of its own (docs/decisions/0010). */
import pg from 'pg';
import { LiteLLMRow } from './litellm-row.js';

const pageSize = 200;
const connectTimeoutMs = 10_000;

/** What an import reads from. */
export interface LiteLLMSource {
  has(table: string): Promise<boolean>;
  /** Pages of a table's rows in the order of `key`; one table at a time. Nothing where the table is not there. */
  pages(table: string, key: readonly string[]): AsyncIterable<readonly LiteLLMRow[]>;
  find(table: string, column: string, value: unknown): Promise<LiteLLMRow | null>;
}

/** A database that cannot be read; the message holds no address. */
export class LiteLLMDatabaseError extends Error {
  override readonly name = 'LiteLLMDatabaseError';
}

export class LiteLLMDatabase implements LiteLLMSource {
  readonly #columns = new Map<string, Promise<readonly string[]>>();

  private constructor(
    private readonly client: pg.Client,
    private readonly schema: string,
  ) {}

  /** @throws LiteLLMDatabaseError */
  static async open(url: string): Promise<LiteLLMDatabase> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'tollgate import',
      types: { getTypeParser: typeParser },
    });
    // A connection that breaks is told by the statement that runs on it.
    client.on('error', () => undefined);
    const schema = URL.parse(url)?.searchParams.get('schema') ?? 'public';
    const database = new LiteLLMDatabase(client, schema);
    try {
      await client.connect();
      // One moment for all tables, and no way to change anything.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      if (await database.has('LiteLLM_VerificationToken')) return database;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw new LiteLLMDatabaseError(`LiteLLM's database cannot be read: ${messageOf(error)}`, { cause: error });
    }
    await client.end();
    const where = `the schema \`${schema}\` has no table LiteLLM_VerificationToken`;
    throw new LiteLLMDatabaseError(`This is no database of LiteLLM's: ${where}. Correct --database-url.`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  async has(table: string): Promise<boolean> {
    return (await this.#columnsOf(table)).length > 0;
  }

  async *pages(table: string, key: readonly string[]): AsyncGenerator<readonly LiteLLMRow[]> {
    const columns = await this.#columnsOf(table);
    if (columns.length === 0) return;
    const order = key.filter((name) => columns.includes(name)).map(quoted);
    await this.client.query(
      `DECLARE import_rows NO SCROLL CURSOR FOR SELECT ${columns.map(quoted).join(', ')} FROM ${this.#place(table)} ORDER BY ${order.join(', ')}`,
    );
    for (;;) {
      const { rows } = await this.client.query<Record<string, unknown>>(`FETCH ${pageSize} FROM import_rows`);
      if (rows.length === 0) break;
      yield rows.map((row) => new LiteLLMRow(row));
    }
    await this.client.query('CLOSE import_rows');
  }

  async find(table: string, column: string, value: unknown): Promise<LiteLLMRow | null> {
    const columns = await this.#columnsOf(table);
    if (!columns.includes(column)) return null;
    const { rows } = await this.client.query<Record<string, unknown>>(
      `SELECT ${columns.map(quoted).join(', ')} FROM ${this.#place(table)} WHERE ${quoted(column)} = $1 LIMIT 1`,
      [value],
    );
    return rows[0] ? new LiteLLMRow(rows[0]) : null;
  }

  /** LiteLLM's tables grow with its versions: only what is there is asked for. */
  #columnsOf(table: string): Promise<readonly string[]> {
    let columns = this.#columns.get(table);
    if (!columns) {
      columns = this.#readColumns(table);
      this.#columns.set(table, columns);
    }
    return columns;
  }

  async #readColumns(table: string): Promise<readonly string[]> {
    const { rows } = await this.client.query<{ readonly column_name: string }>(
      'SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position',
      [this.schema, table],
    );
    return rows.map(({ column_name }) => column_name);
  }

  #place(table: string): string {
    return `${quoted(this.schema)}.${quoted(table)}`;
  }
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

const timestampWithoutZone = 1114;

/** Prisma writes UTC into columns without a time zone. */
function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === timestampWithoutZone) return (text) => new Date(`${text.replace(' ', 'T')}Z`);
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
