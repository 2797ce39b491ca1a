/** What is found in a text, and what becomes of the text for it. */
import type { Finding, GuardedContent, GuardedText, Verdict } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { piecesOf, type TextPiece } from './text-pieces.js';

export type MatchAction = 'BLOCK' | 'MASK';

/** In UTF-16 units of the text that was searched. */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** For findings: names what it is, with nothing of the text. */
  readonly kind: string;
  readonly action: MatchAction;
  /** What stands in its place, where it is masked. */
  readonly mask: string;
  /** So much of the text after it may still say that it is none. */
  readonly needsAfter?: number;
}

/** Searches one piece of text. */
export type Search<M extends Match = Match> = (piece: string) => readonly M[];

/**
 * Those of the matches that are masked, without overlaps: the one that begins first stays, the longest of those that begin together,
 * and grows over what overlaps it, so that no part of either is left.
 */
export function withoutOverlaps<M extends Match>(matches: readonly M[]): M[] {
  const sorted = [...matches].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: M[] = [];
  for (const match of sorted) {
    const last = kept.at(-1);
    if (last === undefined || match.start >= last.end) kept.push(match);
    else if (match.end > last.end) kept[kept.length - 1] = { ...last, end: match.end };
  }
  return kept;
}

function countByKind(matches: readonly Match[], counts: Map<string, number>): void {
  for (const { kind } of matches) counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

export interface Searched<M extends Match> {
  readonly piece: TextPiece;
  readonly matches: readonly M[];
}

/** The pieces of one text, each with what was found in it. */
export type SearchedText<M extends Match> = readonly Searched<M>[];

/** What ends where an unfinished text ends may go on in the next part of the stream, and is found then. */
export function withoutUnsettled<M extends Match>(
  matches: readonly M[],
  piece: TextPiece,
  isComplete: boolean,
): readonly M[] {
  if (isComplete || !piece.isLast) return matches;
  return matches.filter(({ end, needsAfter = 0 }) => end + needsAfter < piece.text.length);
}

export function searchTexts<M extends Match>(content: GuardedContent, search: Search<M>): SearchedText<M>[] {
  return content.texts.map((text) =>
    piecesOf(text).map((piece) => ({
      piece,
      matches: withoutUnsettled(search(piece.text), piece, content.isComplete),
    })),
  );
}

function masked<M extends Match>(text: GuardedText, searched: SearchedText<M>, maskOf: MaskOf<M>): string {
  let result = '';
  let copied = 0;
  for (const { piece, matches } of searched) {
    for (const match of withoutOverlaps(matches)) {
      const { start, end, put } = piece.replace(
        match.start,
        match.end,
        maskOf(match, piece.text.slice(match.start, match.end)),
      );
      // A number in JSON is replaced as a whole, however many matches it has.
      if (start < copied) continue;
      result += text.text.slice(copied, start) + put;
      copied = end;
    }
  }
  return copied === 0 ? text.text : result + text.text.slice(copied);
}

export type MaskOf<M extends Match> = (match: M, original: string) => string;

const ownMask = ({ mask }: Match): string => mask;

/**
 * @param reasonOf for the client, of the kinds that are blocked
 * @param maskOf where it is not the match's own
 */
export function verdictOn<M extends Match>(
  content: GuardedContent,
  searched: readonly SearchedText<M>[],
  reasonOf: (kinds: readonly string[]) => string,
  maskOf: MaskOf<M> = ownMask,
): Verdict {
  const counts = new Map<string, number>();
  const blocked = new Set<string>();
  for (const text of searched) {
    for (const { matches } of text) {
      if (matches.length === 0) continue;
      countByKind(matches, counts);
      for (const { action, kind } of matches) if (action === 'BLOCK') blocked.add(kind);
    }
  }
  if (counts.size === 0) return pass;
  const findings: Finding[] = [...counts].map(([kind, count]) => ({ kind, count }));
  if (blocked.size > 0) return { action: 'block', findings, reason: reasonOf([...blocked]) };
  const texts = content.texts.map((text, place) => masked(text, searched[place] ?? [], maskOf));
  return { action: 'mask', findings, texts };
}
