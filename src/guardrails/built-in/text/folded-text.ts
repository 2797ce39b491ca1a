/** Text as a reader takes it: one form for all the ways in which Unicode can write a word, and where each part of it stood. */
import { findLookalike } from './confusable-letters.js';

/** How letters of other scripts are read: as what they are, or as what they look like. */
export type Reading = 'as-written' | 'by-look';

export interface FoldedText {
  /** UTF-16 units; only the first `length` of them belong to this text. Valid until the next text is folded. */
  readonly units: Uint16Array;
  /** Where in the text the unit at the same place began; one more than units, the last is the text's length. */
  readonly starts: Int32Array;
  readonly length: number;
  /** Whether reading it by look could give something else. */
  readonly hasLookalikes: boolean;
}

const space = 0x20;
const isSpace = /^\s+$/u;
const ignorable = /^\p{Default_Ignorable_Code_Point}$/u;
/** Accents and the like that belong to no script: those of a script, such as Hindi's vowels, are letters to its readers. */
const mark = /^[\p{Mn}\p{Me}]$/u;
const inherited = /^\p{Script=Inherited}$/u;
/** Without them `ga` would be read as `ka`. */
const kanaMark = /^[\u3099\u309a]$/u;
/** Makes an Arabic word longer to the eye. */
const tatweel = '\u0640';

interface Fold {
  readonly units: readonly number[];
  readonly isLookalike: boolean;
}

const nothing: Fold = { units: [], isLookalike: false };

const unitsOf = (text: string): number[] => Array.from({ length: text.length }, (_, place) => text.charCodeAt(place));

function isDropped(character: string): boolean {
  if (character === tatweel || ignorable.test(character)) return true;
  return mark.test(character) && inherited.test(character) && !kanaMark.test(character);
}

/** Upper case first: it is where `ß` and `SS`, or the two small sigmas, meet. */
const withoutCase = (text: string): string => text.toUpperCase().toLowerCase();

function foldCharacter(character: string, reading: Reading): Fold {
  if (isDropped(character)) return nothing;
  let folded = '';
  let isLookalike = false;
  for (const part of character.normalize('NFKD')) {
    if (isDropped(part)) continue;
    const latin = findLookalike(part) ?? findLookalike(part.toLowerCase());
    isLookalike ||= latin !== undefined;
    folded += reading === 'by-look' && latin !== undefined ? latin : withoutCase(part);
  }
  return { units: isSpace.test(folded) ? [space] : unitsOf(folded), isLookalike };
}

/** Kept for characters that have come up: a handful in most traffic, bounded by what Unicode has. */
const folds: Readonly<Record<Reading, Map<number, Fold>>> = { 'as-written': new Map(), 'by-look': new Map() };
const mostFoldsKept = 20_000;

function foldOf(codePoint: number, reading: Reading): Fold {
  const known = folds[reading].get(codePoint);
  if (known !== undefined) return known;
  if (folds[reading].size >= mostFoldsKept) folds[reading].clear();
  const fold = foldCharacter(String.fromCodePoint(codePoint), reading);
  folds[reading].set(codePoint, fold);
  return fold;
}

/** ASCII without its case; white space is a space, other control characters are nothing (0). */
const ascii = Uint16Array.from({ length: 128 }, (_, code) => {
  if (code === space || (code >= 9 && code <= 13)) return space;
  if (code < space || code === 127) return 0;
  return code >= 65 && code <= 90 ? code + 32 : code;
});

// Written anew for each text: a gateway's thread folds one text at a time, and a text of 4 KB would else leave 24 KB of garbage.
let unitsKept = new Uint16Array(8192);
let startsKept = new Int32Array(8193);
const longestKept = 1 << 20;

function roomFor(length: number): void {
  if (unitsKept.length >= length && unitsKept.length <= Math.max(longestKept, length)) return;
  const size = Math.max(8192, Math.ceil(length * 1.25));
  unitsKept = new Uint16Array(size);
  startsKept = new Int32Array(size + 1);
}

/** The most units that one character folds to (U+FDFA is a phrase of 18). */
const mostUnitsPerCharacter = 20;

/** Linear in the text. Runs of white space are one space. */
export function foldText(text: string, reading: Reading): FoldedText {
  roomFor(text.length + 3 * mostUnitsPerCharacter);
  let units = unitsKept;
  let starts = startsKept;
  let length = 0;
  let hasLookalikes = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128) {
      const unit = ascii[code] ?? 0;
      if (unit === 0 || (unit === space && length > 0 && units[length - 1] === space)) continue;
      units[length] = unit;
      starts[length++] = at;
      continue;
    }
    const codePoint = text.codePointAt(at) ?? code;
    const fold = foldOf(codePoint, reading);
    hasLookalikes ||= fold.isLookalike;
    // What is left of the text takes a unit for each character, but for those that fold to more.
    if (length + fold.units.length + text.length - at > units.length - mostUnitsPerCharacter) {
      const [oldUnits, oldStarts] = [units, starts];
      roomFor((units.length + mostUnitsPerCharacter) * 2);
      [units, starts] = [unitsKept, startsKept];
      units.set(oldUnits.subarray(0, length));
      starts.set(oldStarts.subarray(0, length));
    }
    for (const unit of fold.units) {
      if (unit === space && length > 0 && units[length - 1] === space) continue;
      units[length] = unit;
      starts[length++] = at;
    }
    if (codePoint > 0xffff) at++;
  }
  starts[length] = text.length;
  return { units, starts, length, hasLookalikes };
}

/** Where in the text the units from `first` to `last` stood, with the marks and invisible characters that follow the last one. */
export function placeOf(folded: FoldedText, first: number, last: number): { start: number; end: number } {
  const start = folded.starts[first] ?? 0;
  const lastStart = folded.starts[last] ?? 0;
  let next = last + 1;
  // A ligature is several units of one character: none of it stays behind.
  while (next < folded.length && folded.starts[next] === lastStart) next++;
  return { start, end: folded.starts[next] ?? 0 };
}

/** A keyword in the forms that it may be found in: as it is written, and as it looks. */
export function formsOf(keyword: string): readonly string[] {
  const forms = (['as-written', 'by-look'] as const).map((reading) => {
    const { units, length } = foldText(keyword, reading);
    return String.fromCharCode(...units.subarray(0, length)).trim();
  });
  return [...new Set(forms)].filter((form) => form !== '');
}
