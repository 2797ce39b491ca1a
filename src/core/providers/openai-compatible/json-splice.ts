/** Edits top-level members of a JSON object in its bytes, so that a body is not serialised again for one changed name. */

/** Where a top-level value stands: from its first byte to the one after its last. */
export interface ValueSpan {
  readonly start: number;
  readonly end: number;
}

export interface TopLevel {
  /** Spans of the members asked for that are present. */
  readonly spans: ReadonlyMap<string, ValueSpan>;
  /** Just after the opening brace. */
  readonly bodyStart: number;
}

const quote = 34;
const backslash = 92;

/**
 * The spans of `names` at the top level of `text`, which must be valid JSON (one byte a character, so that offsets are
 * offsets into the bytes). Undefined where a splice would not be safe: the members are not exactly those of `body` (some
 * were added or taken out since it was parsed), one occurs twice (parsers take the last), or a key is written with
 * escapes or beyond ASCII, so that it cannot be compared as it stands.
 */
export function scanTopLevel(text: string, names: readonly string[], body: object): TopLevel | undefined {
  const spans = new Map<string, ValueSpan>();
  let at = skipSpace(text, 0);
  // A byte order mark, or no object at all.
  if (text[at] !== '{') return undefined;
  const bodyStart = at + 1;
  const seen: string[] = [];
  at = skipSpace(text, bodyStart);
  while (text.charCodeAt(at) === quote) {
    const keyEnd = text.indexOf('"', at + 1);
    const key = text.slice(at + 1, keyEnd);
    if (seen.includes(key) || !Object.hasOwn(body, key)) return undefined;
    seen.push(key);
    const start = skipSpace(text, skipSpace(text, keyEnd + 1) + 1);
    const end = valueEnd(text, start);
    if (names.includes(key)) spans.set(key, { start, end });
    at = skipSpace(text, end);
    if (text[at] !== ',') break;
    at = skipSpace(text, at + 1);
  }
  return seen.length === Object.keys(body).length ? { spans, bodyStart } : undefined;
}

/** One change: the bytes of the span give way to the JSON `text`; an empty span inserts. */
export interface Splice extends ValueSpan {
  readonly text: string;
}

/** The bytes of `text` (one byte a character) with the changes made, which must be in ascending order and must not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): Buffer {
  let result = '';
  let from = 0;
  for (const splice of splices) {
    result += text.slice(from, splice.start) + asciiJson(splice.text);
    from = splice.end;
  }
  return Buffer.from(result + text.slice(from), 'latin1');
}

/** JSON text with everything outside ASCII as escapes, so that it is one byte a character as well. */
function asciiJson(json: string): string {
  return /[\u0080-\uffff]/.test(json)
    ? json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  // Space, tab, line feed and carriage return are all of JSON's white space, and all lie at or below the space.
  while (text.charCodeAt(at) <= 32) at += 1;
  return at;
}

/** The index after the value that begins at `start`. */
function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return stringEnd(text, start);
  if (first !== 123 && first !== 91) {
    let at = start;
    while (!isDelimiter(text.charCodeAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = stringEnd(text, at) - 1;
    else if (code === 123 || code === 91) depth += 1;
    else if ((code === 125 || code === 93) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  // Jumps from quote to quote: long texts and base64 images are crossed at the speed of memchr.
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at + 1;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
}

/** A comma, a closing brace or bracket, white space, or (as NaN) the end. */
function isDelimiter(code: number): boolean {
  return code === 44 || code === 125 || code === 93 || !(code > 32);
}
