/** Reads how long a provider asks to be left alone. */
import type { InboundHeaders } from '../../spec/outbound.js';

/** A provider that names a whole day would take a deployment out for that long; past an hour it is asked again. */
const longestMs = 3_600_000;

/**
 * Milliseconds to wait, between 0 and one hour; undefined where the headers say nothing readable.
 *
 * @param nowMs epoch milliseconds, for a date in `retry-after`; the answer's own `date` header is preferred, since both
 *   dates then come from one clock.
 */
export function parseRetryAfter(headers: InboundHeaders, nowMs?: number): number | undefined {
  const exactMs = parseNumber(first(headers['retry-after-ms']));
  if (exactMs !== undefined) return bounded(exactMs);
  const value = first(headers['retry-after']);
  const seconds = parseNumber(value);
  if (seconds !== undefined) return bounded(seconds * 1000);
  const untilMs = Date.parse(value ?? '');
  if (Number.isNaN(untilMs)) return undefined;
  const sentMs = Date.parse(first(headers['date']) ?? '');
  const fromMs = Number.isNaN(sentMs) ? nowMs : sentMs;
  return fromMs === undefined ? undefined : bounded(untilMs - fromMs);
}

function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function parseNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), longestMs);
}
