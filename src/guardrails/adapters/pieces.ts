/** Cuts texts that are longer than a service takes: into pieces that overlap, so that what lies over an edge is seen whole in one of them. */

export interface PieceLimits {
  readonly mostChars: number;
  /** Less than half of it. */
  readonly overlapChars: number;
}

export interface Piece {
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

/** How far before its limit a piece may end so that it ends between words. */
const wordChars = 64;

export function piecesOf(text: string, { mostChars, overlapChars }: PieceLimits): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (text.length - at > mostChars) {
    const end = endOf(text, at + mostChars);
    pieces.push({ text: text.slice(at, end), at });
    at = wholeChar(text, end - overlapChars);
  }
  pieces.push({ text: text.slice(at), at });
  return pieces;
}

/** Fills requests with the texts in order, as many as go into one; a text that is too long by itself is cut. */
export function packed(texts: readonly string[], limits: PieceLimits, mostTexts: number): readonly string[][] {
  const packs: string[][] = [];
  let room = 0;
  for (const { text } of texts.flatMap((text) => piecesOf(text, limits))) {
    const last = packs.at(-1);
    if (last && last.length < mostTexts && text.length <= room) {
      last.push(text);
      room -= text.length;
    } else {
      packs.push([text]);
      room = limits.mostChars - text.length;
    }
  }
  return packs;
}

function endOf(text: string, limit: number): number {
  for (let end = limit; end > limit - wordChars; end -= 1) if (/\s/.test(text[end] ?? '')) return end;
  return wholeChar(text, limit);
}

/** Not between the halves of a character. */
function wholeChar(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
