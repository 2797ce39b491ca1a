/** Durations: exact for fixed units, by the calendar for months, and nothing for what is none. */
import { addDuration } from './duration.js';

const add = (from: string, duration: string): string | null =>
  addDuration(new Date(from), duration)?.toISOString() ?? null;

it.each([
  ['30s', '2030-03-10T12:00:30.000Z'],
  ['30m', '2030-03-10T12:30:00.000Z'],
  ['30h', '2030-03-11T18:00:00.000Z'],
  ['30d', '2030-04-09T12:00:00.000Z'],
  ['2w', '2030-03-24T12:00:00.000Z'],
  ['1mo', '2030-04-10T12:00:00.000Z'],
  ['12mo', '2031-03-10T12:00:00.000Z'],
  ['1s', '2030-03-10T12:00:01.000Z'],
])('adds %s', (duration, expected) => {
  expect(add('2030-03-10T12:00:00.000Z', duration)).toBe(expected);
});

it.each([
  ['2030-01-31T23:59:59.999Z', '1mo', '2030-02-28T23:59:59.999Z'],
  ['2028-01-31T00:00:00.000Z', '1mo', '2028-02-29T00:00:00.000Z'],
  ['2028-02-29T00:00:00.000Z', '12mo', '2029-02-28T00:00:00.000Z'],
  ['2028-02-29T00:00:00.000Z', '48mo', '2032-02-29T00:00:00.000Z'],
  ['2096-02-29T00:00:00.000Z', '48mo', '2100-02-28T00:00:00.000Z'],
  ['2030-03-31T00:00:00.000Z', '1mo', '2030-04-30T00:00:00.000Z'],
  ['2030-12-31T00:00:00.000Z', '1mo', '2031-01-31T00:00:00.000Z'],
  ['2030-12-31T00:00:00.000Z', '2mo', '2031-02-28T00:00:00.000Z'],
  ['2030-01-29T00:00:00.000Z', '1mo', '2030-02-28T00:00:00.000Z'],
  ['2030-01-30T00:00:00.000Z', '13mo', '2031-02-28T00:00:00.000Z'],
])('stays within the month: %s and %s', (from, duration, expected) => {
  expect(add(from, duration)).toBe(expected);
});

it('leaves the date that it is given as it was', () => {
  const from = new Date('2030-01-31T00:00:00.000Z');
  addDuration(from, '1mo');
  expect(from.toISOString()).toBe('2030-01-31T00:00:00.000Z');
});

it.each([
  '',
  '30',
  'd',
  '-1d',
  '+1d',
  '1.5h',
  '1e3s',
  '0x10s',
  ' 1d',
  '1d ',
  '1 d',
  '1D',
  '1y',
  '1mon',
  '1d1h',
  '1ms',
  '١d',
  '1234567890d',
  'NaNd',
  '1d\n',
])('takes %j for no duration', (duration) => {
  expect(add('2030-01-01T00:00:00.000Z', duration)).toBeNull();
});

it.each(['0s', '0d', '0mo'])('takes %s for none: a key that is born expired is a mistake', (duration) => {
  expect(add('2030-01-01T00:00:00.000Z', duration)).toBeNull();
});

it.each(['999999999d', '999999999w', '999999999mo', '99999999h', '100000mo'])(
  'takes %s for none: no database has a date for it',
  (duration) => {
    expect(add('2030-01-01T00:00:00.000Z', duration)).toBeNull();
  },
);

it('reaches to the last year that is written with four digits', () => {
  expect(add('9999-12-30T00:00:00.000Z', '1d')).toBe('9999-12-31T00:00:00.000Z');
  expect(add('9999-12-31T00:00:00.000Z', '1d')).toBeNull();
});
