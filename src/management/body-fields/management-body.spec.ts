/** Mass assignment: a field that nobody knows is refused by its name, one that would not be enforced unless it asks for nothing (S-08). */
import { z } from 'zod';
import { checkedBy } from '../../http/json-body.js';
import { managementBody } from './management-body.js';

const schema = managementBody('a thing', { name: z.string(), size: z.number().nullish() }, ['guardrails', 'policies']);

it.each(['role', 'id', 'createdAt', 'constructor', 'toString', 'hasOwnProperty', ''])('refuses `%s`', (field) => {
  expect(() => checkedBy(schema, { name: 'x', [field]: 1 })).toThrow(/is not a field of a thing/);
});

it.each([null, false, [], {}])('takes a field that asks for nothing: %j', (value) => {
  expect(checkedBy(schema, { name: 'x', guardrails: value })).toMatchObject({ name: 'x' });
});

it.each([true, 0, '', 'none', ['pii'], { a: 1 }])('refuses one that asks for something: %j', (value) => {
  expect(() => checkedBy(schema, { name: 'x', guardrails: value })).toThrow(/`guardrails`: is not enforced/);
});

it('takes no object for a text', () => {
  expect(() => checkedBy(schema, { name: { not: '' } })).toThrow(/`name`/);
});
