import { GuardrailMistake } from '../../guardrail.js';
import { bestTimeOf, check, makeGuardrail } from '../testing/checking.js';
import { jsonSchemaGuardrail } from './json-schema.js';

const schema = {
  type: 'object',
  properties: { name: { type: 'string', pattern: '^(a+)+$' }, tags: { prefixItems: [{ const: 1 }] } },
  required: ['name'],
  unevaluatedProperties: false,
};
const make = (parameters: Record<string, unknown>, files?: Record<string, string>) =>
  makeGuardrail(jsonSchemaGuardrail, parameters, files === undefined ? {} : { files });
const guardrail = make({ schema });
const answer = { direction: 'answer' } as const;

describe('an answer', () => {
  it('that fits passes', async () => {
    expect((await check(guardrail, '{"name":"aa","tags":[1]}', answer)).action).toBe('pass');
  });

  it.each([
    ['is no JSON', 'Sure! {"name":"aa"}', 'not_json', /no JSON/],
    ['lacks a member', '{}', 'schema_mismatch', /#\/required/],
    ['has one too many (draft 2020-12)', '{"name":"aa","SECRET":1}', 'schema_mismatch', /unevaluated/],
    ['has a wrong item (draft 2020-12)', '{"name":"aa","tags":[2]}', 'schema_mismatch', /prefixItems/],
    ['does not match', '{"name":"SECRET"}', 'schema_mismatch', /pattern/],
  ])('that %s is blocked, in the words of the schema', async (_name, text, kind, reason) => {
    const verdict = await check(guardrail, text, answer);
    expect(verdict).toMatchObject({
      action: 'block',
      findings: [{ kind, count: 1 }],
      reason: expect.stringMatching(reason),
    });
    expect(JSON.stringify(verdict)).not.toContain('SECRET');
  });

  it('has to match each of several patterns by itself', async () => {
    const two = make({ schema: { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } } });
    expect((await check(two, '{"a":"a","b":"b"}', answer)).action).toBe('pass');
    expect((await check(two, '{"a":"a","b":"a"}', answer)).action).toBe('block');
    expect((await check(two, '{"a":"b","b":"b"}', answer)).action).toBe('block');
  });

  it('with several choices has to fit in each; what only calls tools has nothing to fit', async () => {
    expect((await check(guardrail, ['{"name":"a"}', '{}'], answer)).action).toBe('block');
    const call = { text: '{"city":"Oslo"}', role: 'assistant' as const, isJson: true };
    expect((await check(guardrail, ['', call], answer)).action).toBe('pass');
  });

  it('in a code fence passes where that is allowed', async () => {
    const text = '```json\n{"name":"a"}\n```';
    expect((await check(guardrail, text, answer)).action).toBe('block');
    expect((await check(make({ schema, allow_code_fence: true }), text, answer)).action).toBe('pass');
  });

  it('is held back as a whole, and requests are not looked at', async () => {
    expect(guardrail.stream).toEqual({ by: 'answer' });
    expect((await check(guardrail, 'hello')).action).toBe('pass');
    expect((await check(guardrail, '{"na', { ...answer, isComplete: false })).action).toBe('pass');
  });

  it('that is nested without end is refused, and breaks nothing', async () => {
    const deep = make({ schema: { $defs: { n: { items: { $ref: '#/$defs/n' } } }, $ref: '#/$defs/n' } });
    const verdict = await check(deep, '['.repeat(200_000) + ']'.repeat(200_000), answer);
    expect(verdict).toMatchObject({ action: 'block', findings: [{ kind: 'too_deep' }] });
  });

  it('takes time in proportion to its length, whatever the pattern', async () => {
    const of = (name: string) => JSON.stringify({ name });
    const base = await bestTimeOf(() => check(guardrail, of('a'.repeat(1_000_000)), answer));
    expect(await bestTimeOf(() => check(guardrail, of(`${'a'.repeat(1_000_000)}!`), answer))).toBeLessThan(
      base * 10 + 50,
    );
  });
});

describe('the schema', () => {
  it('can come from a file of the config file', async () => {
    const fromFile = make({ schema_file: 's.json' }, { 's.json': JSON.stringify(schema) });
    expect((await check(fromFile, '{}', answer)).action).toBe('block');
    expect(() => make({ schema_file: 's.json' })).toThrow(/only guardrails of the config file/);
  });

  it.each<[object, string, RegExp]>([
    [{}, 'schema', /missing/],
    [{ schema: { type: 'strange' } }, 'schema', /draft 2020-12/],
    [{ schema: { $ref: 'https://example.com/s.json' } }, 'schema', /can't resolve/],
    [{ schema: { pattern: '(?=a)' } }, 'schema', /draft 2020-12/],
  ])('%j is a mistake', (parameters, path, message) => {
    const made = () => make(parameters as Record<string, unknown>);
    expect(made).toThrow(GuardrailMistake);
    expect(made).toThrow(expect.objectContaining({ path, message: expect.stringMatching(message) }));
  });
});
