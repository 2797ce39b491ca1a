/** The simulation's tables, in Markdown. */
import type { Figures } from './figures.js';

/** A row of a table: a strategy, or a scenario. */
export interface Row {
  readonly name: string;
  readonly figures: Figures;
}

const columns: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['answered %', ({ success }) => decimal(100 * success, 2)],
  ['first part p50 ms', ({ firstPartP50Ms }) => decimal(firstPartP50Ms, 0)],
  ['p99', ({ firstPartP99Ms }) => decimal(firstPartP99Ms, 0)],
  ['whole p50 ms', ({ wholeP50Ms }) => decimal(wholeP50Ms, 0)],
  ['p99', ({ wholeP99Ms }) => decimal(wholeP99Ms, 0)],
  ['attempts', ({ attempts }) => decimal(attempts, 3)],
  ['recovered s', ({ recoveredMs }) => decimal(recoveredMs / 1_000, 1)],
  ['herd', ({ herd }) => decimal(herd, 2)],
];

export function tableOf(first: string, rows: readonly Row[]): string {
  const head = [first, ...columns.map(([title]) => title)];
  const cells = rows.map(({ name, figures }) => [name, ...columns.map(([, show]) => show(figures))]);
  const widths = head.map((title, index) =>
    Math.max(...[head, ...cells].map((row) => row[index]?.length ?? 0), title.length),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...cells.map(line)].join('\n');
}

function decimal(value: number, digits: number): string {
  if (value === Infinity) return 'never';
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}
