/** Writes rows as CSV (RFC 4180) that a spreadsheet shows and never runs. */
import type { FastifyReply, FastifyRequest } from 'fastify';

export type CsvRow = Readonly<Record<string, unknown>>;

/** What a spreadsheet would take for the start of a formula, its full-width forms included. */
const FORMULA = /^[\s]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Columns in the order in which rows first name them. */
export function csvOf(rows: readonly CsvRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((line) => `${line.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The rows as CSV where the client asks for it (`?format=csv` or `Accept: text/csv`), else the answer as it is. */
export function inAskedForm<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: T,
  rowsOf: (answer: T) => readonly CsvRow[],
): T | string {
  return asksForCsv(request) ? csvAnswer(reply, rowsOf(answer)) : answer;
}

export function csvAnswer(reply: FastifyReply, rows: readonly CsvRow[]): string {
  reply.header('content-type', 'text/csv; charset=utf-8');
  reply.header('content-disposition', 'attachment; filename="report.csv"');
  return csvOf(rows);
}

export function asksForCsv({ query, headers }: FastifyRequest): boolean {
  const { format } = query as { readonly format?: unknown };
  return format === undefined ? /(^|,)\s*text\/csv\b/i.test(headers.accept ?? '') : format === 'csv';
}
