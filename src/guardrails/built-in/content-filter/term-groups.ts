/** Phrases whose words may have others in between: found from where each of their words stands. */

export interface TermGroup {
  readonly words: number;
  readonly isOrdered: boolean;
  readonly mostWordsBetween: number;
}

export interface PartHit {
  readonly group: number;
  /** Which of the group's words. */
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Longer than words are: what is farther apart than so many characters a word is not looked at. */
const mostCharsPerWord = 24;

function areNear(text: string, from: number, to: number, mostWords: number): boolean {
  if (to - from > (mostWords + 1) * mostCharsPerWord) return false;
  const between = text.slice(from, Math.max(from, to)).trim();
  return between === '' || between.split(/\s+/).length <= mostWords;
}

/** One step of the words in their order: the hit carries on what ends with the word before it. */
function followInOrder(
  text: string,
  group: TermGroup,
  reached: (Stretch | undefined)[],
  hit: PartHit,
): Stretch | undefined {
  const before = hit.part === 0 ? undefined : reached[hit.part - 1];
  if (hit.part === 0) reached[0] = hit;
  else if (
    before !== undefined &&
    before.end <= hit.start &&
    areNear(text, before.end, hit.start, group.mostWordsBetween)
  ) {
    reached[hit.part] = { start: before.start, end: hit.end };
  } else return undefined;
  return hit.part === group.words - 1 ? reached[hit.part] : undefined;
}

/** The nearest place of each word so far: near enough to each other they are the phrase. */
function meet(text: string, group: TermGroup, reached: (Stretch | undefined)[], hit: PartHit): Stretch | undefined {
  reached[hit.part] = hit;
  const places: Stretch[] = [];
  for (let part = 0; part < group.words; part++) {
    const place = reached[part];
    if (place === undefined) return undefined;
    places.push(place);
  }
  places.sort((a, b) => a.start - b.start);
  for (const [at, place] of places.entries()) {
    const next = places[at + 1];
    if (next !== undefined && !areNear(text, place.end, next.start, group.mostWordsBetween)) return undefined;
  }
  const last = places.reduce((end, place) => Math.max(end, place.end), 0);
  return { start: places[0]?.start ?? hit.start, end: last };
}

/** @param hits in the order in which they stand */
export function findGroups(
  text: string,
  groups: readonly TermGroup[],
  hits: readonly PartHit[],
  found: (group: number, place: Stretch) => void,
): void {
  const reached = new Map<number, (Stretch | undefined)[]>();
  for (const hit of hits) {
    const group = groups[hit.group];
    if (group === undefined) continue;
    let soFar = reached.get(hit.group);
    if (soFar === undefined) reached.set(hit.group, (soFar = []));
    const place = group.isOrdered ? followInOrder(text, group, soFar, hit) : meet(text, group, soFar, hit);
    if (place === undefined) continue;
    found(hit.group, place);
    soFar.length = 0;
  }
}
