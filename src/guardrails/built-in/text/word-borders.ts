/** Where words begin and end in folded text. */
import type { FoldedText } from './folded-text.js';

/** Scripts that leave no space between words have no borders to look at. */
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;
const letterOrDigit = /^[\p{L}\p{N}\p{M}]$/u;

const unknown = 0;
const within = 1;
const between = 2;
const known = new Uint8Array(65_536);

/** Whether a unit is part of a word: letters and digits are, `_` is not. Halves of surrogate pairs are not. */
function isWordUnit(unit: number): boolean {
  if (known[unit] === unknown) {
    const character = String.fromCharCode(unit);
    known[unit] = letterOrDigit.test(character) && !unspaced.test(character) ? within : between;
  }
  return known[unit] === within;
}

/** Whether no word goes on over the place before the unit at `at`. */
export function isBorder({ units, length }: FoldedText, at: number): boolean {
  if (at <= 0 || at >= length) return true;
  return !isWordUnit(units[at - 1] ?? 0) || !isWordUnit(units[at] ?? 0);
}

/** Where the word that the unit at `at` is part of ends: the first unit after it, at most `most` units on. */
export function wordEnd(folded: FoldedText, at: number, most: number): number {
  let end = at;
  while (end < at + most && !isBorder(folded, end)) end++;
  return end;
}
