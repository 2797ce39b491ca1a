/** Reads and writes the reviewed tables: `routes.txt` with a line for each route, `objects.txt` with one for each position of an object. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';

/** The tests write what they see into the tables, for review, and compare nothing. */
export const updating = process.env['UPDATE_AUTHORIZATION'] === '1';

export interface RouteRow {
  readonly audience: string;
  /** A letter for each caller. */
  readonly verdicts: string;
}

const fileOf = (name: string): string => path.join(__dirname, name);

function linesOf(name: string): string[] {
  const file = fileOf(name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

/** By `GET /v1/models`. A line is method, route, audience, verdicts. */
export function readRouteTable(): Map<string, RouteRow> {
  const rows = new Map<string, RouteRow>();
  for (const line of linesOf('routes.txt')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [method, url, audience = '', ...verdicts] = line.trim().split(/\s+/);
    const name = `${method} ${url}`;
    if (rows.has(name)) throw new Error(`routes.txt has ${name} twice.`);
    rows.set(name, { audience, verdicts: verdicts.join('') });
  }
  return rows;
}

export function writeRouteTable(heading: readonly string[], rows: ReadonlyMap<string, RouteRow>): void {
  const lines = [...rows].map(([name, { audience, verdicts }]) => {
    const [method = '', url = ''] = name.split(' ');
    return `${method.padEnd(6)} ${url.padEnd(52)} ${audience.padEnd(12)} ${verdicts.slice(0, 6)} ${verdicts.slice(6)}`;
  });
  writeFileSync(fileOf('routes.txt'), [...heading.map((line) => `# ${line}`), '', ...lines, ''].join('\n'));
}

export interface ObjectRow {
  /** As written: `POST /key/block {"key":"{key}"}`. */
  readonly request: string;
  /** By position: a letter for each known caller. */
  readonly verdicts: ReadonlyMap<string, string>;
}

export function readObjectTable(): ObjectRow[] {
  const rows: { request: string; verdicts: Map<string, string> }[] = [];
  for (const line of linesOf('objects.txt')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      rows.push({ request: line.trim(), verdicts: new Map() });
      continue;
    }
    const [position = '', verdicts = ''] = line.trim().split(/\s+/);
    const row = rows.at(-1);
    if (!row) throw new Error(format('objects.txt begins with a verdict: %s', line));
    row.verdicts.set(position, verdicts);
  }
  return rows;
}

export function writeObjectTable(heading: readonly string[], rows: readonly ObjectRow[]): void {
  const blocks = rows.map(({ request, verdicts }) =>
    [request, ...[...verdicts].map(([position, letters]) => `  ${position.padEnd(20)} ${letters}`)].join('\n'),
  );
  writeFileSync(fileOf('objects.txt'), [heading.map((line) => `# ${line}`).join('\n'), ...blocks, ''].join('\n\n'));
}
