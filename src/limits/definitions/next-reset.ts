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
    const offset =
      Date.UTC(local.year, local.month, local.day, local.hour, local.minute, local.second) -
      Math.floor(from.getTime() / 1_000) * 1_000;
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
  let guess = wanted;
  for (let round = 0; round < 3; round++) {
    const local = localParts(new Date(guess), timeZone);
    const shown = Date.UTC(local.year, local.month, local.day, local.hour, local.minute, local.second);
    if (shown === wanted) return new Date(guess);
    guess += wanted - shown;
  }
  return new Date(guess);
}
