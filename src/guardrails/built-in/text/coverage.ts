/** Which places of a text lie within others. */

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** How many of some sorted numbers are less than `at`. */
export function countBefore(sorted: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tells of a place whether one of `places` holds all of it. */
export function coverageOf(places: readonly Place[]): (place: Place) => boolean {
  if (places.length === 0) return () => false;
  const sorted = [...places].sort((a, b) => a.start - b.start);
  const starts = Int32Array.from(sorted, ({ start }) => start);
  // The farthest that any of those reaches which begin no later.
  let reach = 0;
  const reaches = Int32Array.from(sorted, ({ end }) => (reach = Math.max(reach, end)));
  return ({ start, end }) => {
    const begun = countBefore(starts, start + 1);
    return begun > 0 && (reaches[begun - 1] ?? 0) >= end;
  };
}
