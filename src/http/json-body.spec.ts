/** Checked input: what a schema gives on, and errors that name the field. */
import { z } from 'zod';
import { GatewayError } from '../core/errors/gateway-error.js';
import { checkedBy } from './json-body.js';

const schema = z.object({
  name: z.string().min(1),
  limits: z.object({ rpm: z.number().int() }).optional(),
  models: z.array(z.string()).default([]),
});

function refusal(value: unknown, by: z.ZodType = schema): GatewayError {
  try {
    checkedBy(by, value);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('The value was taken.');
}

it('gives on what the schema makes of the value: defaults in, unknown members out', () => {
  expect(checkedBy(schema, { name: 'x', role: 'proxy_admin' })).toEqual({ name: 'x', models: [] });
});

it.each([
  ['name', {}],
  ['name', { name: '' }],
  ['name', { name: 7 }],
  ['limits.rpm', { name: 'x', limits: { rpm: 1.5 } }],
  ['limits', { name: 'x', limits: 'none' }],
  ['models.1', { name: 'x', models: ['a', null] }],
])('names the field %s', (param, value) => {
  const error = refusal(value);
  expect(error).toMatchObject({ code: 'invalid_request', status: 400, param });
  expect(error.message).toMatch(new RegExp(`^\`${param.replace('.', '\\.')}\`: \\S`));
});

it('names the first of several fields', () => {
  expect(refusal({ name: 7, models: 7 }).param).toBe('name');
});

it.each([null, undefined, 'text', 7, []])('refuses %j as a whole without naming a field', (value) => {
  expect(refusal(value)).toMatchObject({ code: 'invalid_request', param: undefined });
});

it('does not repeat what was given', () => {
  expect(refusal({ name: 'x', models: [{ secret: 'hush' }] }).message).not.toContain('hush');
});
