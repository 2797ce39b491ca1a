/** The attack: text that one of the databases cannot keep is sent, and the request fails within the database. */
import { countInQuery, description, email, identifier, metadata, oneOrMore } from './fields.js';
import { z } from 'zod';

const nul = '\u0000';
const half = '\ud800';

it.each(['', nul, `a${nul}b`, 'a\nb', half, 'x'.repeat(257), 7, null, { not: '' }, ['a']])(
  'takes %j for no identifier',
  (value) => expect(identifier.safeParse(value).success).toBe(false),
);

it.each(['a', 'gpt-4o', 'openai/*', 'ä 🙂', "'; DROP TABLE teams; --"])('takes %j for an identifier', (value) =>
  expect(identifier.parse(value)).toBe(value),
);

it.each([{ a: nul }, { [`a${nul}`]: 1 }, { a: [{ b: half }] }, [], 'text'])('takes %j for no metadata', (value) =>
  expect(metadata.safeParse(value).success).toBe(false),
);

it('takes any JSON for metadata', () => {
  const value = { a: [1, { b: null }], '🙂': 'ä\n' };
  expect(metadata.parse(value)).toEqual(value);
});

it.each(['a', '@', 'a@', 'a b@c', `a@${nul}`, 'a@b@c'])('takes %j for no email', (value) =>
  expect(email.safeParse(value).success).toBe(false),
);

it('takes lines of text for a description, and no NUL', () => {
  expect(description.parse('a\nb')).toBe('a\nb');
  expect(description.safeParse(nul).success).toBe(false);
});

it('counts in a query string within its bounds', () => {
  const count = countInQuery(1, 100);
  expect(count.parse('7')).toBe(7);
  for (const wrong of ['0', '101', '-1', '1.5', '1e1', '', 'x', 7]) expect(count.safeParse(wrong).success).toBe(false);
});

it('takes one thing or some of them', () => {
  const things = oneOrMore(z.string(), 2);
  expect(things.parse('a')).toEqual(['a']);
  expect(things.parse(['a', 'b'])).toEqual(['a', 'b']);
  for (const wrong of [[], ['a', 'b', 'c'], 7]) expect(things.safeParse(wrong).success).toBe(false);
});
