/** Inserts rows over ClickHouse's HTTP interface: https://clickhouse.com/docs/interfaces/http */
import type { Dispatcher } from 'undici';
import type { ClickHouseSettings } from '../../config/gateway-config.js';
import type { InboundResponse } from '../../core/spec/index.js';
import { sendWhole } from '../../core/transport/whole-request.js';

/** What ClickHouse says of an insert that it did not take. */
export class ClickHouseError extends Error {
  override readonly name = 'ClickHouseError';

  constructor(
    message: string,
    /** ClickHouse's own code; undefined where somebody else answered. */
    readonly code: number | undefined,
  ) {
    super(message);
  }

  /** A row is at fault, and no other try will change that. */
  get isOfData(): boolean {
    return this.code !== undefined && dataCodes.has(this.code);
  }
}

/** Cannot parse: input, quoted string, date, number, UUID, JSON; a value is out of range; an incorrect one. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const dataCodes: ReadonlySet<number> = new Set([6, 25, 26, 27, 38, 41, 53, 69, 72, 117, 131, 376]);
const exceptionText = /Code: (\d+)\. DB::Exception: (.{0,300})/s;
const timeoutMs = 30_000;
const maxAnswerBytes = 64 * 1024;
const shownChars = 200;

export async function insertRows(
  dispatcher: Dispatcher,
  settings: ClickHouseSettings,
  rows: readonly object[],
  deduplicationToken: string,
): Promise<void> {
  const base = new URL(settings.url);
  const query = new URLSearchParams({
    query: `INSERT INTO \`${settings.table}\` FORMAT JSONEachRow`,
    insert_deduplication_token: deduplicationToken,
    date_time_input_format: 'best_effort',
    input_format_skip_unknown_fields: '1',
    // The answer comes when the rows are written, and its status tells of every failure.
    async_insert: '0',
    wait_end_of_query: '1',
  });
  const body = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const headers = {
    'content-type': 'application/x-ndjson',
    'x-clickhouse-database': settings.database,
    'x-clickhouse-user': settings.user,
    ...(settings.password !== undefined && { 'x-clickhouse-key': settings.password }),
  };
  const path = `${base.pathname.replace(/\/$/, '')}/?${query.toString()}`;
  const request = { method: 'POST' as const, origin: base.origin, path, headers, body };
  checkAnswer(await sendWhole(dispatcher, request, { timeoutMs, maxBytes: maxAnswerBytes }));
}

/** An exception may come behind a status of 200, where the answer had begun before it. */
function checkAnswer({ status, headers, body }: InboundResponse): void {
  const text = body.toString();
  const [, inText, reason] = exceptionText.exec(text) ?? [];
  const code = headers['x-clickhouse-exception-code'] ?? inText;
  if (status === 200 && code === undefined) return;
  const said = (reason ?? text).slice(0, shownChars).replaceAll(/\s+/g, ' ').trim();
  throw new ClickHouseError(
    `ClickHouse answered ${status}: ${said}`,
    code === undefined ? undefined : Number(String(code)),
  );
}
