/** The parts of a text that people or models wrote: all of it, or in JSON its strings and numbers, read as they are meant. */
import type { GuardedText } from '../../guardrail.js';

export interface TextPiece {
  /** Without JSON's escapes. */
  readonly text: string;
  /** Whether it goes on to the end of the text. */
  readonly isLast: boolean;
  /** What to put where, in the text that it is a piece of, so that `mask` stands for the characters from `start` to `end`. */
  replace(
    start: number,
    end: number,
    mask: string,
  ): { readonly start: number; readonly end: number; readonly put: string };
}

function wholeText(text: string): TextPiece {
  return { text, isLast: true, replace: (start, end, mask) => ({ start, end, put: mask }) };
}

const quote = 0x22;
const backslash = 0x5c;
const isNumberPart = (code: number): boolean =>
  (code >= 48 && code <= 57) || code === 0x2d || code === 0x2e || code === 0x2b || code === 0x45 || code === 0x65;

const inString = (mask: string): string => JSON.stringify(mask).slice(1, -1);

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const unicodeEscape = /^[0-9a-fA-F]{4}$/;

/** @param from the first character within the quotes; `to` the closing quote, or the end */
function unescaped(json: string, from: number, to: number): { text: string; starts: Int32Array } {
  const starts = new Int32Array(to - from + 1);
  const parts: string[] = [];
  let length = 0;
  let plainFrom = from;
  for (let at = from; at < to;) {
    if (json.charCodeAt(at) !== backslash) {
      starts[length++] = at++;
      continue;
    }
    parts.push(json.slice(plainFrom, at));
    starts[length++] = at;
    const letter = json.charAt(at + 1);
    const digits = letter === 'u' ? json.slice(at + 2, at + 6) : '';
    if (unicodeEscape.test(digits) && at + 6 <= to) {
      parts.push(String.fromCharCode(parseInt(digits, 16)));
      at += 6;
    } else {
      // The end of a part of a stream may have cut an escape: a character that takes its place.
      parts.push(escapes[letter] ?? (letter === '' ? ' ' : letter));
      at = Math.min(at + 2, to);
    }
    plainFrom = at;
  }
  parts.push(json.slice(plainFrom, to));
  starts[length] = to;
  return { text: parts.join(''), starts };
}

/** Where the string ends that began before `from`: its closing quote, or the text's end. */
function endOfString(json: string, from: number): { end: number; hasEscapes: boolean } {
  let hasEscapes = false;
  for (let at = from; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === quote) return { end: at, hasEscapes };
    if (code === backslash) {
      hasEscapes = true;
      at++;
    }
  }
  return { end: json.length, hasEscapes };
}

function stringPiece(json: string, from: number, end: number, hasEscapes: boolean): TextPiece {
  const isLast = end === json.length;
  if (!hasEscapes) {
    const replace: TextPiece['replace'] = (start, stop, mask) => ({
      start: from + start,
      end: from + stop,
      put: inString(mask),
    });
    return { text: json.slice(from, end), isLast, replace };
  }
  const { text, starts } = unescaped(json, from, end);
  return {
    text,
    isLast,
    replace: (start, stop, mask) => ({ start: starts[start] ?? from, end: starts[stop] ?? end, put: inString(mask) }),
  };
}

/** A number that is masked becomes a string. */
function numberPiece(json: string, from: number, end: number): TextPiece {
  return {
    text: json.slice(from, end),
    isLast: end === json.length,
    replace: (_start, _stop, mask) => ({ start: from, end, put: JSON.stringify(mask) }),
  };
}

const punctuation = new Set([...'{}[]:, \t\r\n'].map((character) => character.charCodeAt(0)));
const literals = ['true', 'false', 'null'];

/** The length of the literal at `at`, or of as much of one as an unfinished text has; none (0) where there is none. */
function literalAt(json: string, at: number): number {
  const literal = literals.find((one) => one.startsWith(json.slice(at, at + one.length)));
  return literal === undefined ? 0 : Math.min(literal.length, json.length - at);
}

/** None where something stands outside of strings that JSON does not have there. */
function jsonPieces(json: string): TextPiece[] | undefined {
  const pieces: TextPiece[] = [];
  for (let at = 0; at < json.length;) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      const { end, hasEscapes } = endOfString(json, at + 1);
      pieces.push(stringPiece(json, at + 1, end, hasEscapes));
      at = end + 1;
    } else if ((code >= 48 && code <= 57) || code === 0x2d) {
      let end = at + 1;
      while (end < json.length && isNumberPart(json.charCodeAt(end))) end++;
      pieces.push(numberPiece(json, at, end));
      at = end;
    } else if (punctuation.has(code)) {
      at++;
    } else {
      const length = literalAt(json, at);
      if (length === 0) return undefined;
      at += length;
    }
  }
  return pieces;
}

const opens = /^\s*[[{]/;

/**
 * Linear in the text. Of JSON that begins in the middle, as later parts of a stream do, nobody knows what is a string: all of it is read as one,
 * quotes and all.
 */
export function piecesOf({ text, isJson }: GuardedText): TextPiece[] {
  if (isJson !== true) return [wholeText(text)];
  const pieces = jsonPieces(text);
  if (pieces !== undefined && (opens.test(text) || pieces.length <= 1)) return pieces;
  return [stringPiece(text, 0, text.length, text.includes('\\'))];
}
