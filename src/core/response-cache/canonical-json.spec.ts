/** What has the same text and what has not. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
};

it('has one text whatever the order of members, at every depth, and reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = canonicalJson(value);
      fc.pre(text !== undefined);
      expect(canonicalJson(shuffled(value))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

it('has different texts for values that differ', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const texts = [canonicalJson(one), canonicalJson(other)];
      fc.pre(!texts.includes(undefined));
      const [left, right] = [one, other].map((value): unknown => JSON.parse(JSON.stringify(value)));
      expect(texts[0] === texts[1]).toBe(isDeepStrictEqual(left, right));
    }),
  );
});

it.each([
  ['1 and "1"', 1, '1'],
  ['a list and what it holds', [1], 1],
  ['no member and one that is null', {}, { a: null }],
  ['true and "true"', true, 'true'],
  ['composed and decomposed letters', '\u00e9', 'e\u0301'],
  ['names that run into each other', { ab: 'c' }, { a: 'bc' }],
])('tells %s apart', (_what, one, other) => {
  expect(canonicalJson(one)).not.toBe(canonicalJson(other));
});

it('takes 1 and 1.0 for the same, and a member without a value for one that is not there', () => {
  expect(canonicalJson(JSON.parse('{"a":1.0}'))).toBe(canonicalJson({ a: 1, b: undefined }));
});

it.each([
  ['a whole number that a double cannot tell from its neighbour', JSON.parse('9007199254740993')],
  ['a number beyond all doubles', JSON.parse('1e400')],
  ['a function', () => 1],
  ['a cycle', cycle()],
])('has no text for %s', (_what, value) => {
  expect(canonicalJson({ value })).toBeUndefined();
});

function cycle(): object {
  const one: Record<string, unknown> = {};
  one['self'] = one;
  return one;
}
