/** When a budget's window ends: aligned to the calendar of a time zone, as LiteLLM's budgets are. */
export { isBudgetDuration } from '../../config/budget-duration.js';

const pattern = /^([1-9]\d{0,5})(s|m|h|d|w|mo)$/;
const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * The first moment after `from` at which a budget with this duration starts anew. `1d` ends at midnight, `7d` and `1w` with the night to
 * Monday, `30d` and `1mo` with the month, `Nh` on a full hour, `Nm` on a full minute; other days and weeks at the midnight that lies so far ahead.
 *
 * @param timeZone an IANA name, such as `Europe/Berlin`
 * @throws RangeError for what is no duration
 */
export function nextReset(duration: string, from: Date, timeZone: string): Date {
  const match = pattern.exec(duration);
  if (!match) throw new RangeError(`not a duration: ${duration}`);
  const amount = Number(match[1]);
  const unit = match[2] ?? '';
  if (unit === 's') return new Date(from.getTime() + amount * 1_000);
  const local = localParts(from, timeZone);
  if (unit === 'm' || unit === 'h') {
    // Hours and minutes are counted on the clock that does not jump.
    const size = unitMs[unit] ?? 0;
    const offset = offsetMs(from.getTime(), timeZone);
    const onClock = Math.floor((from.getTime() + offset) / size) * size;
    return new Date(onClock + amount * size - offset);
  }
  if (unit === 'mo' || (unit === 'd' && amount === 30)) {
    return fromLocal({ ...local, month: local.month + (unit === 'mo' ? amount : 1), day: 1 }, timeZone);
  }
  const days = unit === 'w' ? amount * 7 : amount;
  if (days === 7) {
    const weekday = new Date(Date.UTC(local.year, local.month, local.day)).getUTCDay();
    return fromLocal({ ...local, day: local.day + ((8 - weekday) % 7 || 7) }, timeZone);
  }
  return fromLocal({ ...local, day: local.day + days }, timeZone);
}

interface LocalDay {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
}

interface LocalTime extends LocalDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localParts(at: Date, timeZone: string): LocalTime {
  let format = formats.get(timeZone);
  if (!format) {
    const numeric = 'numeric' as const;
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return {
    year: part('year'),
    month: part('month') - 1,
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

/** The first moment of a local day. Where the clock skips midnight, the moment at which it jumps. */
function fromLocal({ year, month, day }: LocalDay, timeZone: string): Date {
  const wanted = Date.UTC(year, month, day);
  const dayMs = unitMs['d'] ?? 0;
  // By the clock of the day before and by that of the day after: mostly they agree.
  const before = wanted - offsetMs(wanted - dayMs, timeZone);
  const after = wanted - offsetMs(wanted + dayMs, timeZone);
  const midnights = [before, after].filter((at) => at + offsetMs(at, timeZone) === wanted);
  return new Date(midnights.length > 0 ? Math.min(...midnights) : before);
}

/** How far the zone's clock is ahead of UTC then. */
function offsetMs(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(new Date(at), timeZone);
  return Date.UTC(year, month, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}
