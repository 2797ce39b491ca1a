/** Finds banned words, the words of categories and what excuses them, all in one pass over a text. */
import { countBefore, coverageOf, type Place } from '../text/coverage.js';
import { foldText, formsOf, placeOf, type FoldedText } from '../text/folded-text.js';
import type { Match, MatchAction } from '../text/match.js';
import { WordAutomaton, type WordHit } from '../text/word-automaton.js';
import { isBorder, wordEnd } from '../text/word-borders.js';
import { isAtLeast, type Category, type CategoryTerm } from './categories.js';
import type { Severity } from './parameters.js';
import { findGroups, type PartHit, type TermGroup } from './term-groups.js';

/** What a word is there for; a word of the automaton may be there for several things. */
type Use =
  | { readonly for: 'keyword'; readonly action: MatchAction; readonly wholeWord: boolean }
  | { readonly for: 'allowance' }
  | { readonly for: 'category'; readonly category: number; readonly severity: Severity }
  | { readonly for: 'exception'; readonly category: number }
  | { readonly for: 'part'; readonly group: number; readonly part: number; readonly hasAnyEnding: boolean };

interface Group extends TermGroup {
  readonly category: number;
  readonly severity: Severity;
}

export interface ChosenCategory {
  readonly category: Category;
  readonly action: MatchAction;
  readonly threshold: Severity;
}

export interface KeywordFilterWords {
  readonly blocked: readonly { readonly keyword: string; readonly action: MatchAction; readonly wholeWord: boolean }[];
  readonly allowed: readonly string[];
  readonly categories: readonly ChosenCategory[];
  /** What stands for a word that is masked. */
  readonly mask: string;
}

interface CategoryPlace extends Place {
  readonly category: number;
  readonly severity: Severity;
}

/** What one pass has found. */
interface Pass {
  readonly keywords: Match[];
  readonly terms: CategoryPlace[];
  readonly allowed: Place[];
  readonly exceptions: (Place & { readonly category: number })[];
  readonly parts: PartHit[];
}

/** The endings that a word may take: `-ning`, `-s`, `-ed`. */
const longestEnding = 4;
/** Marks and invisible characters that a word of a stream may have between its letters. */
const roomForMarks = 16;
const sentenceEnd = /[.!?\n。！？]+/g;

/** A word without what changes in its other forms. */
const stemOf = (word: string): string => (word.length > 4 ? word.replace(/(?:ing|ed|es|e|y|s)$/, '') : word);

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The places where sentences end. */
function sentenceEnds(text: string): number[] {
  return Array.from(text.matchAll(sentenceEnd), ({ index }) => index);
}

export class KeywordFilter {
  private readonly automaton: WordAutomaton;
  private readonly uses: Use[][] = [];
  private readonly groups: Group[] = [];
  /** The most characters of a stream that may have to be known together, and after a match. */
  readonly holdBackChars: number;
  private readonly needsAfter: readonly number[];
  private readonly keywordNeedsAfter: number;

  constructor(private readonly words: KeywordFilterWords) {
    const places = new Map<string, number>();
    const forms: (readonly string[])[] = [];
    const add = (text: string, use: Use): void => {
      const ownForms = formsOf(text);
      const name = ownForms.join('\n');
      let place = places.get(name);
      if (place === undefined) {
        place = forms.push(ownForms) - 1;
        places.set(name, place);
      }
      (this.uses[place] ??= []).push(use);
    };
    for (const { keyword, ...rest } of words.blocked) add(keyword, { for: 'keyword', ...rest });
    for (const allowed of words.allowed) add(allowed, { for: 'allowance' });
    for (const [category, chosen] of words.categories.entries()) this.addCategory(category, chosen, add);
    this.automaton = new WordAutomaton(forms);

    const longest = (texts: readonly string[]): number => texts.reduce((most, { length }) => Math.max(most, length), 0);
    this.keywordNeedsAfter = longest(words.allowed);
    this.needsAfter = words.categories.map(({ category }) =>
      // What excuses a term may come after it.
      Math.max(this.keywordNeedsAfter, longest(category.exceptions) * 2),
    );
    const longestWord = Math.max(
      longest(words.blocked.map(({ keyword }) => keyword)),
      ...words.categories.map(({ category }) => Math.max(0, ...category.terms.map(lengthOf))),
    );
    this.holdBackChars =
      forms.length === 0 ? 0 : longestWord * 2 + roomForMarks + Math.max(this.keywordNeedsAfter, ...this.needsAfter);
  }

  private addCategory(category: number, chosen: ChosenCategory, add: (text: string, use: Use) => void): void {
    for (const term of chosen.category.terms) {
      if (!isAtLeast(term.severity, chosen.threshold)) continue;
      if (term.match === 'exact') {
        add(term.text, { for: 'category', category, severity: term.severity });
        continue;
      }
      const parts = wordsOf(term.text);
      const group =
        this.groups.push({
          words: parts.length,
          isOrdered: term.match === 'fuzzy',
          mostWordsBetween: term.maxDistance,
          category,
          severity: term.severity,
        }) - 1;
      const hasAnyEnding = term.match === 'fuzzy';
      for (const [part, word] of parts.entries()) {
        add(hasAnyEnding ? stemOf(word) : word, { for: 'part', group, part, hasAnyEnding });
      }
    }
    for (const exception of chosen.category.exceptions) add(exception, { for: 'exception', category });
  }

  /** Where in the text what is forbidden stands; what is allowed or excused is left out. */
  search(text: string): Match[] {
    const pass = this.read(text);
    this.findPhrases(text, pass);
    if (pass.keywords.length === 0 && pass.terms.length === 0) return [];
    const matches = [...pass.keywords, ...this.unexcused(text, pass)];
    if (pass.allowed.length === 0) return matches;
    const isAllowed = coverageOf(pass.allowed);
    return matches.filter((match) => !isAllowed(match));
  }

  private read(text: string): Pass {
    const pass: Pass = { keywords: [], terms: [], allowed: [], exceptions: [], parts: [] };
    if (this.uses.length === 0) return pass;
    const folded = foldText(text, 'as-written');
    this.automaton.find(folded, (hit) => this.take(hit, folded, pass));
    if (!folded.hasLookalikes) return pass;
    const seen = new Set(placesIn(pass));
    const byLook: Pass = { keywords: [], terms: [], allowed: [], exceptions: [], parts: [] };
    const foldedByLook = foldText(text, 'by-look');
    this.automaton.find(foldedByLook, (hit) => this.take(hit, foldedByLook, byLook));
    addNew(pass, byLook, seen);
    return pass;
  }

  private take({ word, first, last }: WordHit, folded: FoldedText, pass: Pass): void {
    const startsWord = isBorder(folded, first);
    const endsWord = isBorder(folded, last + 1);
    const place = placeOf(folded, first, last);
    for (const use of this.uses[word] ?? []) {
      if (use.for === 'keyword') {
        if (use.wholeWord && !(startsWord && endsWord)) continue;
        pass.keywords.push({
          ...place,
          kind: 'keyword',
          action: use.action,
          mask: this.words.mask,
          needsAfter: this.keywordNeedsAfter,
        });
      } else if (use.for === 'part' && use.hasAnyEnding) {
        if (!startsWord) continue;
        const end = wordEnd(folded, last + 1, longestEnding + 1);
        if (end - last - 1 > longestEnding) continue;
        pass.parts.push({ ...placeOf(folded, first, end - 1), group: use.group, part: use.part });
      } else if (startsWord && endsWord) {
        if (use.for === 'allowance') pass.allowed.push(place);
        else if (use.for === 'category') pass.terms.push({ ...place, category: use.category, severity: use.severity });
        else if (use.for === 'exception') pass.exceptions.push({ ...place, category: use.category });
        else pass.parts.push({ ...place, group: use.group, part: use.part });
      }
    }
  }

  private findPhrases(text: string, pass: Pass): void {
    if (pass.parts.length === 0) return;
    const parts = [...pass.parts].sort((a, b) => a.start - b.start || a.part - b.part);
    findGroups(text, this.groups, parts, (place, { start, end }) => {
      const group = this.groups[place];
      if (group !== undefined) pass.terms.push({ start, end, category: group.category, severity: group.severity });
    });
  }

  private unexcused(text: string, { terms, exceptions }: Pass): Match[] {
    const ends = terms.length > 0 && exceptions.length > 0 ? sentenceEnds(text) : [];
    const excusedSentences = new Set(
      exceptions.map((exception) => `${exception.category}:${countBefore(ends, exception.start)}`),
    );
    const covered = this.words.categories.map((_, category) =>
      coverageOf(exceptions.filter((exception) => exception.category === category)),
    );
    return terms
      .filter((term) => {
        if (covered[term.category]?.(term) === true) return false;
        return term.severity === 'high' || !excusedSentences.has(`${term.category}:${countBefore(ends, term.start)}`);
      })
      .map(({ start, end, category }) => ({
        start,
        end,
        kind: this.words.categories[category]?.category.name ?? 'category',
        action: this.words.categories[category]?.action ?? 'BLOCK',
        mask: this.words.mask,
        needsAfter: this.needsAfter[category] ?? 0,
      }));
  }
}

/** The characters that a term may take up. */
function lengthOf({ text, match, maxDistance }: CategoryTerm): number {
  if (match === 'exact') return text.length;
  return text.length + wordsOf(text).length * (longestEnding + maxDistance * 12);
}

function* placesIn(pass: Pass): Generator<string> {
  for (const [list, places] of Object.entries(pass)) {
    for (const { start, end } of places as readonly Place[]) yield `${list}:${start}:${end}`;
  }
}

/** What the second reading of a text found and the first did not. */
function addNew(pass: Pass, more: Pass, seen: ReadonlySet<string>): void {
  const isNew = (list: keyof Pass) => (place: Place) => !seen.has(`${list}:${place.start}:${place.end}`);
  pass.keywords.push(...more.keywords.filter(isNew('keywords')));
  pass.terms.push(...more.terms.filter(isNew('terms')));
  pass.allowed.push(...more.allowed.filter(isNew('allowed')));
  pass.exceptions.push(...more.exceptions.filter(isNew('exceptions')));
  pass.parts.push(...more.parts.filter(isNew('parts')));
}
