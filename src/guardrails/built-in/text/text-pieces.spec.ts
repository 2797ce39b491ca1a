import fc from 'fast-check';
import { piecesOf } from './text-pieces.js';

const piecesIn = (text: string): string[] =>
  piecesOf({ text, role: 'assistant', isJson: true }).map((piece) => piece.text);

describe('pieces of JSON', () => {
  it('are its strings and numbers, as they are meant', () => {
    expect(piecesIn('{"a": ["x\\n\\u00e9", -1.5e3, true], "b\\"": null}')).toEqual(['a', 'x\né', '-1.5e3', 'b"']);
  });

  it('hold every string and number of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const wanted: string[] = [];
        JSON.stringify(value, (_key, member: unknown) => {
          if (typeof member === 'string') wanted.push(member);
          return member;
        });
        expect(piecesIn(JSON.stringify(value))).toEqual(expect.arrayContaining(wanted));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('stay JSON with any of their characters replaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.nat(), fc.nat(), (value, mask, first, length) => {
        const text = JSON.stringify(value);
        for (const piece of piecesOf({ text, role: 'assistant', isJson: true })) {
          const from = first % (piece.text.length + 1);
          const { start, end, put } = piece.replace(from, Math.min(from + length, piece.text.length), mask);
          expect(() => JSON.parse(text.slice(0, start) + put + text.slice(end)) as unknown).not.toThrow();
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('leave out nothing of a text that begins or ends anywhere in JSON', () => {
    const json = '{"to": ["canary \\u00e9 1", "\\"canary\\" 2"], "n": 12345, "x": {"canary 3": "a\\\\"}, "y": true}';
    for (let from = 0; from < json.length; from++) {
      for (const to of [json.length, json.length - 1, json.length - 7]) {
        const slice = json.slice(from, to);
        const count = (text: string): number => text.split('canary').length - 1;
        expect([slice, count(piecesIn(slice).join(' '))]).toEqual([slice, count(slice)]);
      }
    }
  });
});
