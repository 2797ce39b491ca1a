import fc from 'fast-check';
import { packed, piecesOf } from './pieces.js';

const limits = { mostChars: 100, overlapChars: 20 };

describe('pieces', () => {
  it('hold every stretch that is no longer than their overlap, whole, in one of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 1_000 }), fc.nat(1_000), (text, at) => {
        const end = Math.min(at + limits.overlapChars - 1, text.length);
        if (at >= end) return true;
        return piecesOf(text, limits).some((piece) => piece.at <= at && end <= piece.at + piece.text.length);
      }),
    );
  });

  it('are no longer than they may be, stand where they say, and cut no character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 1_000 }), (text) => {
        for (const { text: piece, at } of piecesOf(text, limits)) {
          expect(piece.length).toBeLessThanOrEqual(limits.mostChars);
          expect(text.startsWith(piece, at)).toBe(true);
          expect(piece.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('end between words where there are some', () => {
    const [first] = piecesOf('word '.repeat(40), limits);
    expect(first?.text).toMatch(/word$/);
  });
});

describe('packs', () => {
  it('hold as many texts as fit, and no more', () => {
    expect(packed(['a'.repeat(60), 'b'.repeat(40), 'c'], limits, 5)).toEqual([['a'.repeat(60), 'b'.repeat(40)], ['c']]);
    expect(packed(['a', 'b', 'c'], limits, 2)).toEqual([['a', 'b'], ['c']]);
    expect(packed([], limits, 2)).toEqual([]);
  });
});
