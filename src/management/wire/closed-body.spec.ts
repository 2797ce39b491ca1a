/** The attack: fields that nobody may set are sent along with those that one may (mass assignment). */
import { z } from 'zod';
import { closedBody } from './closed-body.js';

const schema = closedBody('a thing', { name: z.string(), size: z.number().nullish() }, ['guardrails', 'spend']);
const faults = (body: unknown): string[] =>
  (schema.safeParse(body).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

it('takes its own fields', () => {
  expect(schema.parse({ name: 'a', size: null })).toEqual({ name: 'a', size: null });
});

it.each(['user_role', 'blocked_level', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'refuses `%s` by name',
  (field) => {
    expect(faults({ name: 'a', [field]: 'x' })).toEqual([`${field}: is not a field of a thing`]);
    expect(faults({ name: 'a', [field]: null })).toEqual([`${field}: is not a field of a thing`]);
  },
);

it.each([null, false, [], {}])('takes what is not enforced where it asks for nothing: %j', (value) => {
  expect(faults({ name: 'a', guardrails: value })).toEqual([]);
});

it.each([true, 0, 'pii', ['pii'], { a: 1 }])(
  'refuses what is not enforced where it asks for something: %j',
  (value) => {
    expect(faults({ name: 'a', guardrails: value })).toEqual([
      'guardrails: is not enforced by this version, so it is not taken',
    ]);
  },
);

it('takes no object for a text', () => {
  expect(faults({ name: { not: '' } })[0]).toMatch(/^name: /);
});
