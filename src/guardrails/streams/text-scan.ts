/** One guardrail at one text of a stream: what it lets out is always the beginning of what it would make of the whole text. */
import type { StreamReading } from '../guardrail.js';
import type { Steps } from '../steps.js';

/** What the guardrail makes of a text. */
export type Mask = (text: string, isLast: boolean) => Steps<string>;

/** How much that is out already stays in sight, so that the edge of a word is not taken for its beginning. */
const contextChars = 64;
/** The text in sight is cut where it is so much longer than it needs to be: not at each piece. */
const slackChars = 256;
/** What a piece holds back of itself: a match over the edge of two pieces is seen as far as it is no longer. */
const segmentOverlapChars = 128;
/** So many places are tried at which a masked text may be parted. */
const mostCuts = 8;

export class TextScan {
  /** What is in sight: some of what is out, and all that is not. */
  private text = '';
  /** So much of what the guardrail makes of it is out. */
  private released = 0;
  private unchecked = 0;
  private hasLooked = false;
  private readonly holdBack: number;
  private readonly step: number;
  private readonly isLocal: boolean;

  constructor(
    reading: Exclude<StreamReading, { readonly by: 'answer' }>,
    private readonly mask: Mask,
  ) {
    this.isLocal = reading.by === 'window';
    this.step = reading.by === 'window' ? 1 : Math.max(1, reading.chars);
    this.holdBack = reading.by === 'window' ? reading.holdBackChars : Math.min(segmentOverlapChars, this.step);
  }

  /** @param piece what comes next of the text: it may be empty, where only the call is known whose arguments are to come */
  *push(piece: string, isLast: boolean): Steps<string> {
    this.text += piece;
    this.unchecked += piece.length;
    if (!isLast && this.hasLooked && this.unchecked < this.step) return '';
    if (isLast && this.hasLooked && this.unchecked === 0 && this.text.length === 0) return '';
    this.hasLooked = true;
    this.unchecked = 0;
    const masked = yield* this.mask(this.text, isLast);
    if (isLast) return this.release(masked, masked.length, this.text.length);
    if (masked === this.text) return this.releaseUnmasked();
    return this.isLocal ? yield* this.releaseParted(masked) : this.releaseOnce(masked);
  }

  private releaseUnmasked(): string {
    const { text, released } = this;
    const end = text.length - this.holdBack;
    if (end <= released) return '';
    this.released = end;
    if (end > contextChars + slackChars) this.forget(end - contextChars, end - contextChars);
    return text.slice(released, end);
  }

  /** Lets out what stands before a place at which the text can be parted without another result: no match lies across. */
  private *releaseParted(masked: string): Steps<string> {
    const cut = yield* this.findCut(masked, this.cuts(masked, this.text.length - this.holdBack));
    if (cut === undefined || cut.before <= this.released) return '';
    const out = masked.slice(this.released, cut.before);
    this.released = cut.before;
    if (cut.at > contextChars + slackChars) {
      const anchor = yield* this.findCut(masked, this.cuts(masked, cut.at - contextChars));
      if (anchor) this.forget(anchor.at, anchor.before);
    }
    return out;
  }

  private *findCut(
    masked: string,
    cuts: readonly number[],
  ): Steps<{ readonly at: number; readonly before: number } | undefined> {
    for (const at of cuts) {
      const before = yield* this.mask(this.text.slice(0, at), false);
      const after = yield* this.mask(this.text.slice(at), false);
      if (before + after === masked) return { at, before: before.length };
    }
    return undefined;
  }

  /** The latest first: right at the limit, at spaces before it, and before all that was masked. */
  private cuts(masked: string, limit: number): readonly number[] {
    if (limit <= 0) return [];
    const spaces: number[] = [];
    for (let at = limit - 1; at > 0 && spaces.length < mostCuts; at -= 1) {
      if (/\s/.test(this.text[at] ?? '')) spaces.push(at);
    }
    const common = commonPrefix(this.text, masked);
    return [limit, ...spaces, ...(common < limit && common > 0 ? [common] : [])];
  }

  /** A service is not asked again for each place: where its mask reaches into what is held back, the piece ends there. */
  private releaseOnce(masked: string): string {
    const { text, holdBack } = this;
    if (commonSuffix(text, masked) < holdBack) return this.release(masked, masked.length, text.length);
    return this.release(masked, masked.length - holdBack, text.length - holdBack);
  }

  private release(masked: string, to: number, at: number): string {
    const out = masked.slice(this.released, to);
    this.forget(at, to);
    return out;
  }

  /** @param at place in the text @param before what stands before it in the guardrail's form of it */
  private forget(at: number, before: number): void {
    this.text = this.text.slice(at);
    this.released = Math.max(0, this.released - before);
  }
}

function commonPrefix(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}

function commonSuffix(left: string, right: string): number {
  let length = 0;
  while (length < left.length && length < right.length && left.at(-1 - length) === right.at(-1 - length)) length += 1;
  return length;
}
