/** Asks queries many times, and makes a table of what they took: printed, and kept in bench/results/. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** What every query is to be answered within, in the median. */
const aimMs = 200;
/** A query that is far too slow is not asked so often: a bench must come to its end. */
const mostMsOfQuery = 20_000;

/** @returns a row of the table */
export async function measure(gateway, name, query, { rounds, rowsOf }) {
  const { tookMs: firstMs, body } = await gateway.ask(query);
  const times = [];
  for (let spentMs = 0; times.length < rounds && spentMs < mostMsOfQuery; spentMs += times.at(-1)) {
    times.push((await gateway.ask(query)).tookMs);
  }
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  return { name, rows: rowsOf(body), firstMs, medianMs: at(0.5), p95Ms: at(0.95), mostMs: times.at(-1) };
}

/** Prints the table and keeps it as bench/results/<name>-latest.md. */
export function keepTable(name, title, facts, measured) {
  const slow = measured.filter(({ medianMs }) => medianMs > aimMs).map((row) => row.name);
  const lines = measured.map((row) => {
    const times = [row.firstMs, row.medianMs, row.p95Ms, row.mostMs].map((ms) => ms.toFixed(ms < 10 ? 1 : 0));
    return `| ${row.name} | ${row.rows} | ${times.join(' | ')} |`;
  });
  const verdict =
    slow.length === 0 ? `Every median is under ${aimMs} ms.` : `Over ${aimMs} ms in the median: ${slow.join(', ')}.`;
  const text = [
    `# ${title}`,
    '',
    ...facts,
    verdict,
    '',
    '| query | rows | first, ms | median, ms | p95, ms | most, ms |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
  ].join('\n');
  console.log(text);
  writeFileSync(path.join(import.meta.dirname, '../results', `${name}-latest.md`), text);
}
