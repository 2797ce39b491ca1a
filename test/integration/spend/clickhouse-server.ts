/** A server that answers inserts as ClickHouse's HTTP interface does: parameters, headers, error codes, deduplication by token. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Insert {
  readonly query: string;
  readonly database: string;
  readonly user: string;
  readonly key: string;
  readonly token: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What goes wrong with an insert; `lost` takes it and breaks the connection. */
export type Fault = 'away' | 'lost' | 'late exception' | { readonly status: number; readonly code: number } | undefined;

export class ClickHouseServer {
  readonly inserts: Insert[] = [];
  /** By request id, as ReplacingMergeTree has them in the end; each with how often it came. */
  readonly table = new Map<string, number>();
  nextFault: (insert: Insert) => Fault = () => undefined;
  private readonly tokens = new Set<string>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void this.take(request).then((insert) => {
        const fault = this.nextFault(insert);
        if (fault === 'away') return void response.destroy();
        if (typeof fault === 'object') {
          response.writeHead(fault.status, { 'X-ClickHouse-Exception-Code': String(fault.code) });
          return void response.end(`Code: ${fault.code}. DB::Exception: refused (version 25.8.1)\n`);
        }
        if (fault === 'late exception') return void response.end('Code: 241. DB::Exception: Memory limit exceeded');
        this.inserts.push(insert);
        // A block with a known token is taken for written.
        if (!this.tokens.has(insert.token)) {
          for (const row of insert.rows) {
            const id = String(row['request_id']);
            this.table.set(id, (this.table.get(id) ?? 0) + 1);
          }
        }
        this.tokens.add(insert.token);
        if (fault === 'lost') response.destroy();
        else response.end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage): Promise<Insert> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', 'http://clickhouse');
    const header = (name: string): string => String(request.headers[name] ?? '');
    return {
      query: url.searchParams.get('query') ?? '',
      database: header('x-clickhouse-database'),
      user: header('x-clickhouse-user'),
      key: header('x-clickhouse-key'),
      token: url.searchParams.get('insert_deduplication_token') ?? '',
      rows: body
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  }
}
