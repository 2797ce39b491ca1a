/** When windows end: on the calendar of their time zone, through its jumps, and never in the past. */
import fc from 'fast-check';
import { isBudgetDuration, nextReset } from './next-reset.js';

const berlin = 'Europe/Berlin';

it.each([
  // Plain days, weeks and months.
  ['1d', '2026-05-06T10:00:00Z', 'UTC', '2026-05-07T00:00:00Z'],
  ['1d', '2026-05-06T00:00:00Z', 'UTC', '2026-05-07T00:00:00Z'],
  ['1d', '2026-05-06T21:59:59Z', berlin, '2026-05-06T22:00:00Z'],
  ['3d', '2026-05-06T10:00:00Z', 'UTC', '2026-05-09T00:00:00Z'],
  ['7d', '2026-05-06T10:00:00Z', 'UTC', '2026-05-11T00:00:00Z'],
  ['7d', '2026-05-11T00:00:00Z', 'UTC', '2026-05-18T00:00:00Z'],
  ['1w', '2026-05-10T23:59:59Z', 'UTC', '2026-05-11T00:00:00Z'],
  ['30d', '2026-05-06T10:00:00Z', 'UTC', '2026-06-01T00:00:00Z'],
  ['1mo', '2026-12-31T23:59:59Z', 'UTC', '2027-01-01T00:00:00Z'],
  ['2mo', '2026-12-15T00:00:00Z', 'UTC', '2027-02-01T00:00:00Z'],
  // The end of a month is another day elsewhere.
  ['30d', '2026-05-31T23:00:00Z', berlin, '2026-06-30T22:00:00Z'],
  ['30d', '2026-06-01T02:00:00Z', 'America/Los_Angeles', '2026-06-01T07:00:00Z'],
  // Leap days.
  ['1d', '2028-02-28T12:00:00Z', 'UTC', '2028-02-29T00:00:00Z'],
  ['1d', '2028-02-29T12:00:00Z', 'UTC', '2028-03-01T00:00:00Z'],
  ['1mo', '2028-02-29T12:00:00Z', 'UTC', '2028-03-01T00:00:00Z'],
  ['1d', '2027-02-28T12:00:00Z', 'UTC', '2027-03-01T00:00:00Z'],
  // The clock goes forward on 29 March 2026 at 2 o'clock, and back on 25 October at 3.
  ['1d', '2026-03-28T23:30:00Z', berlin, '2026-03-29T22:00:00Z'],
  ['1d', '2026-03-28T12:00:00Z', berlin, '2026-03-28T23:00:00Z'],
  ['1d', '2026-10-24T23:00:00Z', berlin, '2026-10-25T23:00:00Z'],
  ['7d', '2026-10-24T12:00:00Z', berlin, '2026-10-25T23:00:00Z'],
  ['1mo', '2026-03-15T12:00:00Z', berlin, '2026-03-31T22:00:00Z'],
  ['1h', '2026-03-29T00:59:00Z', berlin, '2026-03-29T01:00:00Z'],
  ['1h', '2026-10-25T00:30:00Z', berlin, '2026-10-25T01:00:00Z'],
  // Zones whose clock skips midnight: the day begins at one o'clock there.
  ['1d', '2018-11-03T12:00:00Z', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['1d', '2024-04-25T12:00:00Z', 'Africa/Cairo', '2024-04-25T22:00:00Z'],
  // A quarter of an hour off.
  ['1h', '2026-05-06T10:20:00Z', 'Asia/Kathmandu', '2026-05-06T11:15:00Z'],
  // Hours, minutes and seconds.
  ['1h', '2026-05-06T10:20:00Z', 'UTC', '2026-05-06T11:00:00Z'],
  ['6h', '2026-05-06T10:20:00Z', 'UTC', '2026-05-06T16:00:00Z'],
  ['30m', '2026-05-06T10:20:10Z', 'UTC', '2026-05-06T10:50:00Z'],
  ['45s', '2026-05-06T10:20:10Z', 'UTC', '2026-05-06T10:20:55Z'],
])('%s from %s in %s ends at %s', (duration, from, zone, end) => {
  expect(nextReset(duration, new Date(from), zone).toISOString()).toBe(new Date(end).toISOString());
});

it('after several missed windows the next one lies ahead, and not behind', () => {
  const now = new Date('2026-05-06T10:00:00Z');
  for (const duration of ['45s', '30m', '1h', '1d', '7d', '30d', '1mo'])
    expect(nextReset(duration, now, berlin).getTime()).toBeGreaterThan(now.getTime());
});

it('ends after its beginning, wherever and whenever', () => {
  const zone = fc.constantFrom('UTC', berlin, 'America/Sao_Paulo', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe'); // prettier-ignore
  const duration = fc.constantFrom('1s', '1m', '1h', '12h', '1d', '2d', '7d', '2w', '30d', '1mo', '3mo');
  const at = fc.date({ min: new Date('2005-01-01'), max: new Date('2045-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(duration, at, zone, (given, from, timeZone) => {
      const end = nextReset(given, from, timeZone);
      expect(end.getTime()).toBeGreaterThan(from.getTime());
      expect(end.getTime() - from.getTime()).toBeLessThanOrEqual(95 * 86_400_000);
    }),
  );
});

it.each(['', '1', 'd', '0d', '-1d', '1.5d', '1y', '1d ', '9999999d'])('%j is no duration', (text) => {
  expect(isBudgetDuration(text)).toBe(false);
  expect(() => nextReset(text, new Date(0), 'UTC')).toThrow(RangeError);
});
