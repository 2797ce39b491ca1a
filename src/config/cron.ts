/** Five fields as in crontab: minute, hour, day of the month, month, day of the week; in UTC. */

export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Where both days are named, either one will do. */
  readonly eitherDay: boolean;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const part = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/;
const sunday = 7;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** The longest wait is for a 29th of February, across a century without one. */
const longestDays = 8 * 366 + 1;

/** Null for what is no such line, or for one that never comes. */
export function parseCron(line: string): Cron | null {
  const [minute, hour, day, month, weekday, ...rest] = line.trim().toLowerCase().split(/\s+/);
  if (minute === undefined || hour === undefined || day === undefined || month === undefined) return null;
  if (weekday === undefined || rest.length > 0) return null;
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const days = valuesOf(day, 1, 31);
  const months = valuesOf(month, 1, 12, monthNames, 1);
  const weekdays = valuesOf(weekday, 0, sunday, dayNames, 0);
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  if (weekdays.has(sunday)) weekdays.add(0);
  const cron = { minutes, hours, days, months, weekdays, eitherDay: !day.startsWith('*') && !weekday.startsWith('*') };
  return findNext(cron, Date.UTC(2000, 0, 1)) === null ? null : cron;
}

/** The first such minute after a moment, epoch milliseconds. */
export function nextRun(cron: Cron, afterMs: number): number {
  const next = findNext(cron, afterMs);
  if (next === null) throw new RangeError('a schedule that never comes');
  return next;
}

function findNext(cron: Cron, afterMs: number): number | null {
  const first = (Math.floor(afterMs / minuteMs) + 1) * minuteMs;
  const firstDay = Math.floor(first / dayMs) * dayMs;
  for (let passed = 0; passed < longestDays; passed += 1) {
    const day = firstDay + passed * dayMs;
    if (!isDay(cron, new Date(day))) continue;
    for (const hour of ascending(cron.hours)) {
      for (const minute of ascending(cron.minutes)) {
        const at = day + (hour * 60 + minute) * minuteMs;
        if (at >= first) return at;
      }
    }
  }
  return null;
}

function isDay({ days, months, weekdays, eitherDay }: Cron, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const fitsDay = days.has(date.getUTCDate());
  const fitsWeekday = weekdays.has(date.getUTCDay());
  return eitherDay ? fitsDay || fitsWeekday : fitsDay && fitsWeekday;
}

function valuesOf(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  firstName = 0,
): Set<number> | null {
  const read = (text: string): number => {
    const named = names.indexOf(text);
    if (named >= 0) return named + firstName;
    return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  };
  const values = new Set<number>();
  for (const piece of field.split(',')) {
    const match = part.exec(piece);
    if (!match) return null;
    const [, from, to, step] = match;
    const start = from === undefined ? least : read(from);
    // As in crontab, `5/15` goes on to the end.
    const end = to !== undefined ? read(to) : from === undefined || step !== undefined ? most : start;
    const by = step === undefined ? 1 : Number(step);
    if (!(start >= least && end <= most && start <= end && by >= 1)) return null;
    for (let value = start; value <= end; value += by) values.add(value);
  }
  return values;
}

function ascending(values: ReadonlySet<number>): number[] {
  return [...values].sort((a, b) => a - b);
}
