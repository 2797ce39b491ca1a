import { z } from 'zod';
import { findUnknownParameters } from './parameter-names.js';

const shape = { blocked_words: z.array(z.string()).optional(), language: z.string().optional() };
const plain = z.object(shape);

it.each([
  ['a plain schema', plain],
  ['a strict one', z.strictObject(shape)],
  ['a refined one', plain.refine(() => true)],
  ['a transformed one', plain.transform((value) => value)],
  ['a preprocessed one', z.preprocess((value) => value, plain)],
  ['a union', z.union([plain, z.object({ other: z.string() })])],
])('a slip in a name is found in %s: it would turn the check off', (_, schema) => {
  expect(findUnknownParameters(schema, { bloked_words: [], language: 'en' })).toEqual([
    {
      name: 'bloked_words',
      isMistake: true,
      message: 'is no parameter of this kind of guardrail. Did you mean `blocked_words`?',
    },
  ]);
});

it('what resembles nothing is told what there is', () => {
  const [found] = findUnknownParameters(plain, { zzz: 1 });
  expect(found?.message).toContain('It has: blocked_words, language.');
  expect(findUnknownParameters(z.object({}), { zzz: 1 })[0]?.message).toContain('Remove it.');
});

it('what LiteLLM takes for every kind has no effect, and stops nothing', () => {
  expect(findUnknownParameters(plain, { api_key: 'k' })).toMatchObject([{ name: 'api_key', isMistake: false }]);
  expect(findUnknownParameters(z.object({ api_key: z.string() }), { api_key: 'k' })).toEqual([]);
});

it('a kind that takes any parameter is given any', () => {
  expect(findUnknownParameters(z.looseObject(shape), { zzz: 1 })).toEqual([]);
  expect(findUnknownParameters(z.unknown(), { zzz: 1 })).toEqual([]);
});
