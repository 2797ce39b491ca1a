/** Text that PostgreSQL refuses is replaced before it gets there. */
import { storable, storableText } from './storable.js';

it.each([
  ['a\0b', 'a\uFFFDb'],
  ['\ud800', '\uFFFD'],
  ['😀é', '😀é'],
  ['\\u0000', '\\u0000'],
])('%j is stored as %j', (given, stored) => {
  expect(storableText(given)).toBe(stored);
  expect(storable({ [given]: [given, { deep: given }], n: 1, none: null })).toEqual({
    [stored]: [stored, { deep: stored }],
    n: 1,
    none: null,
  });
});

it('leaves alone what can be stored', () => {
  const value = { a: ['b'] };
  expect(storable(value)).toBe(value);
});
