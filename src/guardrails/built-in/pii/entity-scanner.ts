/** Finds what identifies a person in one pass over a text: only where a word begins that could be something is it looked at closer. */
import type { Place } from '../text/coverage.js';
import { codeEntities, type CodeEntity } from './code-entities.js';
import { findEmail, findIpv6, findUrl, longestEmail, longestUrl } from './network-entities.js';
import { numberEntities, type Form, type NumberEntity } from './number-entities.js';
import { inPlainForms } from './plain-forms.js';

const networkEntities = ['EMAIL_ADDRESS', 'URL', 'IP_ADDRESS'] as const;

/** In the order in which they are tried where none is more important: what proves itself before what only looks so. */
export const entityNames: readonly string[] = [
  ...new Set([...numberEntities.map(({ name }) => name), ...codeEntities.map(({ name }) => name), ...networkEntities]),
];

export interface EntityHit extends Place {
  readonly entity: string;
}

interface NumberForm extends Form {
  readonly entity: string;
  readonly context: RegExp | undefined;
}

/** Word characters by kind. */
const other = 0;
const digit = 1;
const letter = 2;
const kinds = new Uint8Array(128);
for (let code = 48; code <= 57; code++) kinds[code] = digit;
for (let code = 0; code < 26; code++) kinds[65 + code] = kinds[97 + code] = letter;
/** Letters of other scripts end no number or code, but one that is part of their word is none. */
const kindAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  return code < 128 ? (kinds[code] ?? other) : other;
};

/** How far before a number a word may announce it. */
const contextChars = 48;
const longestFirstRun = 20;
const separators = /[^\dA-Za-z]/g;
const colon = 58;
const atSign = 64;
const dot = 46;
const hyphen = 45;
const plus = 43;
const opening = 40;

const international = /\+[1-9]\d{0,3}(?:[ .\-/]?\(?\d{1,5}\)?){2,6}/y;
const afterLastDigit = /\D+$/;
const parenthesized = /\(\d{2,5}\)[ .-]?\d{3,4}[ .-]?\d{3,5}/y;

/** The longest number with its separators. */
const longestNumber = 48;

export class EntityScanner {
  /** Forms of numbers by the length of their first run of digits. */
  private readonly formsByRun: readonly (readonly NumberForm[])[];
  private readonly letterCodes: readonly CodeEntity[];
  private readonly digitCodes: readonly CodeEntity[];
  private readonly wants: ReadonlySet<string>;
  /** The longest match. */
  readonly longest: number;

  /** @param entities those that are looked for, the most important first: where two fit one place, the first one is found */
  constructor(entities: readonly string[]) {
    this.wants = new Set(entities);
    const rank = (name: string): number => entities.indexOf(name);
    const inOrder = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
      all.filter(({ name }) => this.wants.has(name)).sort((a, b) => rank(a.name) - rank(b.name));
    const numbers = inOrder(numberEntities);
    this.formsByRun = Array.from({ length: longestFirstRun + 1 }, (_, run) => formsFor(numbers, run));
    const codes = inOrder(codeEntities);
    this.letterCodes = codes.filter(({ beginsWith }) => beginsWith !== 'digit');
    this.digitCodes = codes.filter(({ beginsWith }) => beginsWith !== 'letter');
    this.longest = Math.max(
      this.wants.has('URL') ? longestUrl : 0,
      this.wants.has('EMAIL_ADDRESS') ? longestEmail : 0,
      this.wants.has('CRYPTO') ? 80 : longestNumber,
    );
  }

  /** Linear in the text: what is looked at closer ends after a bounded number of characters. */
  scan(original: string): EntityHit[] {
    const text = inPlainForms(original);
    const hits: EntityHit[] = [];
    const length = text.length;
    for (let at = 0; at < length;) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? kinds[code] : other;
      if (kind === digit || kind === letter) at = this.readWord(text, at, kind, hits);
      else if (code === atSign || code === colon || code === plus || code === opening) {
        at = this.readMark(text, at, code, hits);
      } else at++;
    }
    return hits;
  }

  /** @returns where to go on */
  private readWord(text: string, start: number, firstKind: number, hits: EntityHit[]): number {
    let end = start + 1;
    let digits = firstKind === digit ? 1 : 0;
    for (let kind = kindAt(text, end); kind !== other; kind = kindAt(text, ++end)) if (kind === digit) digits++;
    const next = text.charCodeAt(end);
    if (digits === 0) return this.readLetters(text, start, end, next, hits);
    const hit =
      firstKind === digit
        ? (this.numberAt(text, start) ?? this.codeAt(text, start, this.digitCodes))
        : this.codeAt(text, start, this.letterCodes);
    const found = hit ?? (next === colon ? this.ipv6At(text, start) : undefined);
    if (found === undefined) return end;
    hits.push(found);
    return Math.max(found.end, start + 1);
  }

  /** A word of letters alone is something only by what follows it. */
  private readLetters(text: string, start: number, end: number, next: number, hits: EntityHit[]): number {
    const length = end - start;
    if (next === colon) {
      if (text.charCodeAt(end + 1) === 47) this.addUrl(text, start, hits);
      else if (length <= 4) {
        const hit = this.codeAt(text, start, this.letterCodes) ?? this.ipv6At(text, start);
        if (hit !== undefined) {
          hits.push(hit);
          return hit.end;
        }
      }
    } else if (next === dot && length === 3) this.addUrl(text, start, hits);
    else if (length <= 4 && (next === 32 || next === hyphen || next === dot)) {
      // A code that is written in groups: `AB 12 34 56 C`.
      const hit = this.codeAt(text, start, this.letterCodes);
      if (hit !== undefined) {
        hits.push(hit);
        return hit.end;
      }
    }
    return end;
  }

  private readMark(text: string, at: number, code: number, hits: EntityHit[]): number {
    if (code === atSign) {
      const found = this.wants.has('EMAIL_ADDRESS') ? findEmail(text, at) : undefined;
      if (found === undefined) return at + 1;
      // Words before the `@` may have been taken for something of their own.
      while ((hits.at(-1)?.start ?? -1) >= found.start) hits.pop();
      hits.push({ ...found, entity: 'EMAIL_ADDRESS' });
      return found.end;
    }
    if (code === colon) {
      const isStart = text.charCodeAt(at + 1) === colon && (at === 0 || kindAt(text, at - 1) === other);
      const hit = isStart ? this.ipv6At(text, at) : undefined;
      if (hit === undefined) return at + 1;
      hits.push(hit);
      return hit.end;
    }
    const hit = this.phoneAt(text, at, code === plus ? international : parenthesized);
    if (hit === undefined) return at + 1;
    hits.push(hit);
    return hit.end;
  }

  private addUrl(text: string, start: number, hits: EntityHit[]): void {
    const found = this.wants.has('URL') ? findUrl(text, start) : undefined;
    // What stands within the link is looked at all the same: it may be what must not pass at all.
    if (found !== undefined) hits.push({ ...found, entity: 'URL' });
  }

  private ipv6At(text: string, start: number): EntityHit | undefined {
    if (!this.wants.has('IP_ADDRESS') || isWithinWord(text, start)) return undefined;
    const found = findIpv6(text, start);
    return found !== undefined && endsWord(text, found.end) ? { ...found, entity: 'IP_ADDRESS' } : undefined;
  }

  private phoneAt(text: string, start: number, pattern: RegExp): EntityHit | undefined {
    if (!this.wants.has('PHONE_NUMBER') || isWithinWord(text, start)) return undefined;
    pattern.lastIndex = start;
    const match = pattern.exec(text)?.[0].replace(afterLastDigit, '');
    if (match === undefined || !endsNumber(text, start + match.length)) return undefined;
    const digits = match.replace(separators, '').length;
    return digits >= 8 && digits <= 15 ? { start, end: start + match.length, entity: 'PHONE_NUMBER' } : undefined;
  }

  private numberAt(text: string, start: number): EntityHit | undefined {
    if (isWithinNumber(text, start)) return undefined;
    let run = 1;
    while (run < longestFirstRun && kindAt(text, start + run) === digit) run++;
    const forms = this.formsByRun[run] ?? [];
    for (const { pattern, isValid, needsContext, context, entity } of forms) {
      pattern.lastIndex = start;
      const match = pattern.exec(text)?.[0];
      if (match === undefined || !endsNumber(text, start + match.length)) continue;
      if (isValid !== undefined && !isValid(match.replace(separators, '').toUpperCase())) continue;
      if (needsContext && !isAnnounced(text, start, context)) continue;
      return { start, end: start + match.length, entity };
    }
    return undefined;
  }

  private codeAt(text: string, start: number, codes: readonly CodeEntity[]): EntityHit | undefined {
    if (codes.length === 0 || isWithinWord(text, start)) return undefined;
    for (const { findEnd, name } of codes) {
      const end = findEnd(text, start);
      if (end > start && endsWord(text, end)) return { start, end, entity: name };
    }
    return undefined;
  }
}

function formsFor(numbers: readonly NumberEntity[], run: number): NumberForm[] {
  return numbers.flatMap(({ name, context, forms }) =>
    forms.filter(({ firstDigits }) => firstDigits.includes(run)).map((form) => ({ ...form, entity: name, context })),
  );
}

function isAnnounced(text: string, start: number, context: RegExp | undefined): boolean {
  return context?.test(text.slice(Math.max(0, start - contextChars), start).toLowerCase()) ?? false;
}

/** Whether the character before is part of the same word. */
function isWithinWord(text: string, start: number): boolean {
  return start > 0 && kindAt(text, start - 1) !== other;
}

function endsWord(text: string, end: number): boolean {
  return end >= text.length || kindAt(text, end) === other;
}

/** Whether a longer number has begun before: `1-` of `1-234`, `3.` of `3.14`. */
function isWithinNumber(text: string, start: number): boolean {
  if (isWithinWord(text, start)) return true;
  const before = text.charCodeAt(start - 1);
  return start > 1 && (before === hyphen || before === dot) && kindAt(text, start - 2) === digit;
}

/** Whether no longer number goes on. */
function endsNumber(text: string, end: number): boolean {
  if (!endsWord(text, end)) return false;
  const next = text.charCodeAt(end);
  return !((next === hyphen || next === dot) && kindAt(text, end + 1) === digit);
}
