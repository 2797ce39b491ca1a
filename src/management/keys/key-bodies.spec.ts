/** The bodies of the key routes: only what is enforced is taken, and what is wrong is named. */
import { deleteKeysSchema, generateKeySchema, regenerateKeySchema, updateKeySchema } from './key-bodies.dto.js';
import { keyInfoQuerySchema, keyListQuerySchema, keySpendQuerySchema } from './key-queries.dto.js';

const fieldsAtFault = (body: unknown, schema: typeof generateKeySchema = generateKeySchema): string[] =>
  (schema.safeParse(body).error?.issues ?? []).map(({ path }) => path.join('.'));

const full = {
  key: `sk-${'a'.repeat(20)}`,
  key_alias: 'alias',
  key_type: 'read_only',
  duration: '30d',
  models: ['openai/*'],
  tags: ['t'],
  metadata: { any: [1, { thing: null }] },
  user_id: 'u',
  team_id: 't',
  organization_id: 'o',
  project_id: 'p',
  budget_id: 'b',
  blocked: true,
  aliases: { fast: 'm' },
  enforced_params: ['user'],
  allowed_cache_controls: ['ttl', 's-maxage'],
  allowed_routes: ['info_routes', '/v1/models', '/v1/*'],
  spend: 0,
  max_budget: 0,
  soft_budget: 1.5,
  budget_duration: '1mo',
  tpm_limit: 0,
  rpm_limit: 1,
  max_parallel_requests: 0,
};

it('takes the fields that are served, and nulls for all of them', () => {
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
  ['key_alias', 'a\u0000'],
  ['key_alias', {}],
  ['key_type', 'admin'],
  ['duration', 30],
  ['duration', '-2'],
  ['duration', '0d'],
  ['models', 'openai/*'],
  ['models', { 0: 'm' }],
  ['models', Array(1_001).fill('m')],
  ['metadata', []],
  ['metadata', 'text'],
  ['metadata', { deep: ['\u0000'] }],
  ['user_id', 7],
  ['user_id', { not: '' }],
  ['team_id', ['t']],
  ['team_id', ''],
  ['blocked', 'true'],
  ['blocked', 1],
  ['allowed_routes', ['everything']],
  ['allowed_routes', ['v1/models']],
  ['allowed_routes', ['/v1/*/models*']],
  ['allowed_cache_controls', ['nocache']],
  ['max_budget', -1],
  ['max_budget', Number.POSITIVE_INFINITY],
  ['max_budget', Number.NaN],
  ['max_budget', '5'],
  ['spend', -1],
  ['rpm_limit', 1.5],
  ['aliases', { a: 1 }],
])('refuses a wrong %s: %j', (field, value) => {
  const [at] = fieldsAtFault({ [field]: value });
  expect(at?.split('.')[0]).toBe(field);
});

it.each([
  ...['user_role', 'role', 'is_admin', 'token', 'created_by', 'unheard_of', 'keyAlias', 'Models', ''],
  ...['constructor', 'toString', 'hasOwnProperty', 'valueOf'],
  ...['guardrails', 'permissions', 'object_permission', 'router_settings', 'auto_rotate', 'rotation_interval'],
])('refuses %j, which would not be enforced', (field) => {
  for (const schema of [generateKeySchema, regenerateKeySchema as typeof generateKeySchema]) {
    expect(fieldsAtFault({ [field]: 'x' }, schema)).toEqual([field]);
    expect(fieldsAtFault({ [field]: ['x'] }, schema)).toEqual([field]);
    expect(fieldsAtFault({ [field]: true }, schema)).toEqual([field]);
  }
});

it('says whether a refused field is known, and why automatic rotation is none', () => {
  const message = (field: string): string | undefined =>
    generateKeySchema.safeParse({ [field]: 5 }).error?.issues[0]?.message;
  expect(message('guardrails')).toContain('not enforced');
  expect(message('unheard_of')).toContain('not a field');
  expect(message('auto_rotate')).toContain('secret manager');
});

it('takes fields that ask for nothing, as LiteLLM’s clients send them', () => {
  const body = { max_budget: null, guardrails: [], permissions: {}, auto_rotate: false, rotation_interval: null, spend: 0, tags: [], config: {} }; // prettier-ignore
  expect(fieldsAtFault(body)).toEqual([]);
});

it('a change says which key, by itself or by its alias', () => {
  expect(updateKeySchema.safeParse({ rpm_limit: 1 }).error?.issues[0]?.path).toEqual(['key']);
  for (const body of [{ key: 'sk-1' }, { key_alias: 'a' }]) expect(updateKeySchema.parse(body)).toEqual(body);
});

it('the master key is no key to renew', () => {
  expect(fieldsAtFault({ new_master_key: 'sk-1' }, regenerateKeySchema as typeof generateKeySchema)).toEqual(['new_master_key']); // prettier-ignore
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

describe('queries', () => {
  it('takes one key to look up, not several', () => {
    expect(keyInfoQuerySchema.parse({ key: 'sk-1', other: 'x' })).toEqual({ key: 'sk-1' });
    expect(keyInfoQuerySchema.parse({})).toEqual({});
    for (const key of [['a', 'b'], '', 'k'.repeat(1_025)]) expect(keyInfoQuerySchema.safeParse({ key }).success).toBe(false); // prettier-ignore
  });

  it('lists ten keys, the newest first, where nothing else is asked for', () => {
    expect(keyListQuerySchema.parse({})).toMatchObject({
      page: 1,
      size: 10,
      sort_by: 'created_at',
      sort_order: 'desc',
    });
  });

  it.each([
    { page: '0' },
    { page: '-1' },
    { page: 'x' },
    { page: '1e3' },
    { size: '101' },
    { size: '0' },
    { status: 'gone' },
    { expires: 'soon' },
    { sort_by: 'password' },
    { sort_by: '__proto__' },
    { sort_order: 'up' },
    { expand: 'team' },
    { user_id: ['a', 'b'] },
    { user_id: '' },
    { user_id: 'a\u0000' },
    { return_full_object: 'maybe' },
  ])('refuses a list by %j', (query) => {
    expect(keyListQuerySchema.safeParse(query).success).toBe(false);
  });

  it.each([
    {},
    { start_date: '2030-01-01' },
    { start_date: '2030-01-02', end_date: '2030-01-01' },
    { start_date: '2030-02-30', end_date: '2030-03-01' },
    { start_date: '2030-01-01', end_date: '2031-01-03' },
    { start_date: 'yesterday', end_date: 'today' },
  ])('refuses a report of %j', (query) => {
    expect(keySpendQuerySchema.safeParse(query).success).toBe(false);
  });
});
