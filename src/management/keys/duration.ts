/** LiteLLM's durations: `30s`, `30m`, `30h`, `30d`, `2w`, `1mo`. */

const pattern = /^([1-9]\d{0,8})(s|m|h|d|w|mo)$/;
/** What lies beyond is a mistake, and the databases' dates end there. */
const lastYear = 9999;

const unitMs = new Map(Object.entries({ s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }));

export function isDuration(text: string): boolean {
  return addDuration(new Date(0), text) !== null;
}

/** The moment that lies `duration` after `from`, or null for text that is no duration. Months are calendar months in UTC. */
export function addDuration(from: Date, duration: string): Date | null {
  const match = pattern.exec(duration);
  if (!match) return null;
  const amount = Number(match[1]);
  const fixedMs = unitMs.get(match[2] ?? '');
  const end = fixedMs === undefined ? addMonths(from, amount) : new Date(from.getTime() + amount * fixedMs);
  return end.getUTCFullYear() <= lastYear ? end : null;
}

/** The same day of a later month, or that month's last day where it has no such day. */
function addMonths(from: Date, months: number): Date {
  const end = new Date(from);
  end.setUTCMonth(from.getUTCMonth() + months, 1);
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return end;
}
