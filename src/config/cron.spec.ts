import { nextRun, parseCron } from './cron.js';

const next = (line: string, after: string): string => {
  const cron = parseCron(line);
  if (!cron) throw new Error(`no schedule: ${line}`);
  return new Date(nextRun(cron, Date.parse(after))).toISOString();
};

test.each([
  ['0 4 * * *', '2026-11-30T03:59:59Z', '2026-11-30T04:00:00.000Z'],
  ['0 4 * * *', '2026-11-30T04:00:00Z', '2026-12-01T04:00:00.000Z'],
  ['*/15 * * * *', '2026-11-30T23:46:00Z', '2026-12-01T00:00:00.000Z'],
  ['5/20 * * * *', '2026-11-30T10:06:00Z', '2026-11-30T10:25:00.000Z'],
  ['30 1-3,22 * * *', '2026-11-30T03:31:00Z', '2026-11-30T22:30:00.000Z'],
  ['0 0 1 jan *', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
  ['0 0 * * mon-fri', '2026-11-27T12:00:00Z', '2026-11-30T00:00:00.000Z'],
  ['0 0 * * 7', '2026-11-30T00:00:00Z', '2026-12-06T00:00:00.000Z'],
  // Both days named: either one.
  ['0 0 13 * fri', '2026-12-12T00:00:00Z', '2026-12-13T00:00:00.000Z'],
  ['0 0 13 * fri', '2026-12-13T00:00:00Z', '2026-12-18T00:00:00.000Z'],
  ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
])('%s after %s comes at %s', (line, after, expected) => {
  expect(next(line, after)).toBe(expected);
});

test.each([
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * foo *',
  '* * * * 8',
  '5-1 * * * *',
  '*/0 * * * *',
  '-1 * * * *',
  'a * * * *',
  '1,,2 * * * *',
  '0 0 31 2 *',
  '@daily',
])('%j is no schedule', (line) => {
  expect(parseCron(line)).toBeNull();
});
