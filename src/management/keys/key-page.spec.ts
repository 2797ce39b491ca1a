/** Pages: exact counts up to a bound, a way to the end beyond it, and pages far behind entered where the one before ended. */
import { mostCounted, pageCounts, PageEnds } from './key-page.js';

const more = { rows: 10, hasMore: true };

it.each([
  [0, 1, { rows: 0, hasMore: false }, 0, 0],
  [7, 1, { rows: 7, hasMore: false }, 7, 1],
  [25, 2, more, 25, 3],
  [25, 9, { rows: 0, hasMore: false }, 25, 3],
  [mostCounted, 1_000, { rows: 10, hasMore: false }, mostCounted, 1_000],
])('of %i keys, page %i is counted exactly', (counted, page, shown, total, pages) => {
  const counts = pageCounts(counted, { page, size: 10 }, shown);
  expect(counts).toEqual({ total_count: total, current_page: page, total_pages: pages, total_is_exact: true });
});

it('beyond the bound there is a page more for as long as there is one', () => {
  const counted = mostCounted + 1;
  expect(pageCounts(counted, { page: 1, size: 10 }, more).total_pages).toBe(1_001);
  expect(pageCounts(counted, { page: 5_000, size: 10 }, more)).toMatchObject({
    total_count: 50_001,
    total_pages: 5_001,
  });
  const last = { rows: 4, hasMore: false };
  expect(pageCounts(counted, { page: 5_001, size: 10 }, last)).toMatchObject({
    total_count: 50_004,
    total_pages: 5_001,
  });
});

it('near pages are skipped to, far ones begin where the one before them ended', () => {
  const ends = new PageEnds();
  const end = { createdAt: new Date(5), token: 'a' };
  for (const page of [3, 10, 11]) ends.remember('list', page, end);
  expect(ends.startOf('list', 4, 100)).toEqual({ after: null, skip: 300 });
  expect(ends.startOf('list', 11, 100)).toEqual({ after: end, skip: 0 });
  expect(ends.startOf('list', 14, 100)).toEqual({ after: null, skip: 1_300 });
  expect(ends.startOf('another', 11, 100)).toEqual({ after: null, skip: 1_000 });
});
