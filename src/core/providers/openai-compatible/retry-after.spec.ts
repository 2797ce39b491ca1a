import { parseRetryAfter } from './retry-after.js';

describe('parseRetryAfter', () => {
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': ['3', '9'] }, 3_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    [{ 'retry-after': '86400' }, 3_600_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT', date: 'Tue, 24 Nov 2026 10:00:00 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 09:00:00 GMT', date: 'Tue, 24 Nov 2026 10:00:00 GMT' }, 0],
    [{}, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-3' }, undefined],
    [{ 'retry-after': '' }, undefined],
  ])('reads %j as %p ms', (headers, expected) => {
    expect(parseRetryAfter(headers)).toBe(expected);
  });

  it('measures a date from the given time where the answer has no date of its own', () => {
    const headers = { 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT' };
    expect(parseRetryAfter(headers, Date.UTC(2026, 10, 24, 10, 0, 10))).toBe(20_000);
    expect(parseRetryAfter(headers)).toBeUndefined();
  });
});
