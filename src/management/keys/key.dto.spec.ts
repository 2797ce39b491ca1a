/** The wire shapes of keys: only what is enforced is taken, and a row never shows the key. */
import type { VirtualKey } from '../../database/generated/sqlite/client.js';
import { deleteKeysSchema, generateKeySchema, keyInfoQuerySchema, keyRow } from './key.dto.js';

const fieldsAtFault = (body: unknown): string[] =>
  (generateKeySchema.safeParse(body).error?.issues ?? []).map(({ path }) => path.join('.'));

it('takes the fields that are served, and nulls for all of them', () => {
  const full = {
    key: `sk-${'a'.repeat(20)}`,
    key_alias: 'alias',
    key_type: 'default',
    duration: '30d',
    models: ['openai/*'],
    metadata: { any: [1, { thing: null }] },
    user_id: 'u',
    team_id: 't',
    blocked: true,
  };
  expect(generateKeySchema.parse(full)).toEqual(full);
  expect(fieldsAtFault(Object.fromEntries(Object.keys(full).map((field) => [field, null])))).toEqual([]);
  expect(fieldsAtFault({})).toEqual([]);
});

it.each([
  ['key', 'sk-short'],
  ['key', `sk-${'a'.repeat(19)}`],
  ['key', `sk-${'a'.repeat(510)}`],
  ['key', 'a'.repeat(40)],
  ['key', `sk-${'a'.repeat(30)}\n`],
  ['key', `sk-${'a'.repeat(30)} b`],
  ['key', `sk-${'é'.repeat(30)}`],
  ['key', 7],
  ['key_alias', ''],
  ['key_alias', 'a'.repeat(257)],
  ['key_alias', {}],
  ['key_type', 'management'],
  ['duration', 30],
  ['models', 'openai/*'],
  ['models', { 0: 'm' }],
  ['models', Array(1_001).fill('m')],
  ['metadata', []],
  ['metadata', 'text'],
  ['user_id', 7],
  ['team_id', ['t']],
  ['blocked', 'true'],
  ['blocked', 1],
])('refuses a wrong %s: %j', (field, value) => {
  expect(fieldsAtFault({ [field]: value })).toEqual([field]);
});

it.each([[''], [7]])('refuses a wrong model in the list: %j', (model) => {
  expect(fieldsAtFault({ models: ['m', model] })).toEqual(['models.1']);
});

it.each([
  'user_role',
  'allowed_routes',
  'role',
  'is_admin',
  'token',
  'created_by',
  'max_budget',
  'soft_budget',
  'budget_duration',
  'tpm_limit',
  'rpm_limit',
  'max_parallel_requests',
  'guardrails',
  'permissions',
  'organization_id',
  'aliases',
  'spend',
  'unheard_of',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'keyAlias',
  'Models',
])('refuses %s, which would not be enforced', (field) => {
  expect(fieldsAtFault({ [field]: 'x' })).toEqual([field]);
  expect(fieldsAtFault({ [field]: ['x'] })).toEqual([field]);
});

it('says whether a refused field is known', () => {
  const message = (field: string): string | undefined =>
    generateKeySchema.safeParse({ [field]: 5 }).error?.issues[0]?.message;
  expect(message('max_budget')).toContain('not enforced');
  expect(message('unheard_of')).toContain('not a field');
});

it.each(['max_budget', 'soft_budget', 'tpm_limit', 'rpm_limit', 'max_parallel_requests'])(
  'does not take %s: 0 for no wish at all: it would forbid everything',
  (field) => {
    expect(fieldsAtFault({ [field]: 0 })).toEqual([field]);
  },
);

it('takes fields that ask for nothing, as LiteLLM’s clients send them', () => {
  expect(fieldsAtFault({ max_budget: null, guardrails: [], permissions: {}, auto_rotate: false, spend: 0, tags: [] })).toEqual([]); // prettier-ignore
});

describe('deletion', () => {
  it.each([
    {},
    { keys: [] },
    { keys: null },
    { keys: [], key_aliases: [] },
    { keys: [''] },
    { keys: 'sk-1' },
    { keys: [7] },
    { keys: Array(1_001).fill('k') },
  ])('refuses %j', (body) => {
    expect(deleteKeysSchema.safeParse(body).success).toBe(false);
  });

  it.each([
    { keys: ['k'] },
    { key_aliases: ['a'] },
    { keys: ['k'], key_aliases: ['a'] },
    { keys: null, key_aliases: ['a'] },
  ])('takes %j', (body) => {
    expect(deleteKeysSchema.parse(body)).toEqual(body);
  });
});

it('takes one key to look up, not several', () => {
  expect(keyInfoQuerySchema.parse({ key: 'sk-1', other: 'x' })).toEqual({ key: 'sk-1' });
  expect(keyInfoQuerySchema.parse({})).toEqual({});
  for (const key of [['a', 'b'], '', 'k'.repeat(1_025)])
    expect(keyInfoQuerySchema.safeParse({ key }).success).toBe(false);
});

describe('a row', () => {
  const at = new Date('2030-01-01T00:00:00.000Z');
  const row = {
    token: 'the-hash',
    keyName: 'sk-...abcd',
    keyAlias: null,
    models: ['m'],
    expires: null,
    blocked: false,
    metadata: { a: 1 },
    userId: null,
    teamId: null,
    createdAt: at,
    createdBy: 'admin',
    updatedAt: at,
    updatedBy: 'admin',
  } as unknown as VirtualKey;

  it('shows neither the key nor its hash', () => {
    expect(JSON.stringify(keyRow(row, 0))).not.toContain('the-hash');
    expect(keyRow(row, 0)).toMatchObject({ key_name: 'sk-...abcd', models: ['m'], expires: null, created_at: '2030-01-01T00:00:00.000Z' }); // prettier-ignore
  });

  it.each([
    [{}, 'active'],
    [{ blocked: true }, 'revoked'],
    [{ expires: at }, 'expired'],
    [{ expires: at, blocked: true }, 'expired'],
    [{ expires: new Date(at.getTime() + 1) }, 'active'],
  ])('with %j is %s', (given, status) => {
    expect(keyRow({ ...row, ...given }, at.getTime())['status']).toBe(status);
  });
});
