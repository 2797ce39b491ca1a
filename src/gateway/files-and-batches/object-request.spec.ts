/** What requests about files and batches say of their place and their page, and what is refused of it. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { accessOf, checkCursor, listObject, ownerOf, pageIn, placeIn, providerIn } from './object-request.js';

const principal = {
  role: 'internal_user' as const,
  keyHash: 'h',
  keyAlias: 'k',
  userId: undefined,
  teamId: 't',
  models: [] as string[],
  tags: ['x'],
};

it.each([
  ['the path before all else', 'azure', { custom_llm_provider: 'groq' }, { provider: 'openai' }, 'azure'],
  ['members before the query', undefined, { custom_llm_provider: 'Groq' }, { custom_llm_provider: 'openai' }, 'groq'],
  ['the query before the header', undefined, {}, { provider: 'openai' }, 'openai'],
  ['the header at last', undefined, {}, {}, 'dashscope'],
])('a provider is named by %s', (_what, path, members, query, expected) => {
  expect(providerIn(path, members, query, { 'custom-llm-provider': 'dashscope' })).toBe(expected);
});

it.each(['', undefined])('a provider that is %j is none', (name) => {
  expect(providerIn(undefined, { custom_llm_provider: name }, {}, {})).toBeUndefined();
});

it.each(['a/b', 7, ['openai'], 'x'.repeat(65)])('a provider cannot be %j', (name) => {
  expect(() => providerIn(undefined, { custom_llm_provider: name }, {}, {})).toThrow(GatewayError);
});

it('models are named one by one or in a list, each once', () => {
  const place = placeIn(undefined, { model: 'a', target_model_names: 'b, a ,,c' }, {}, {});
  expect(place).toEqual({ models: ['a', 'b', 'c'], provider: undefined });
  expect(() => placeIn(undefined, {}, { target_model_names: ['a', 'b'] }, {})).toThrow('commas');
});

it('a page has OpenAI’s defaults and bounds', () => {
  const sizes = { most: 100, usual: 20 };
  expect(pageIn({}, sizes, 'azure')).toEqual({ limit: 20, order: 'desc', after: undefined, provider: 'azure' });
  expect(pageIn({ limit: '100', order: 'asc', after: 'x' }, sizes, undefined)).toMatchObject({
    limit: 100,
    after: 'x',
  });
  for (const query of [
    { limit: '101' },
    { limit: '0' },
    { limit: '-1' },
    { limit: '1e2' },
    { order: 'x' },
    { after: ['a'] },
  ])
    expect(() => pageIn(query, sizes, undefined)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

it('a cursor that is nobody’s of the caller is refused, and other failures stay what they are', async () => {
  await checkCursor(undefined, () => Promise.reject(new Error('not asked')));
  await expect(checkCursor('x', () => Promise.reject(new GatewayError('object_not_found')))).rejects.toMatchObject({
    code: 'invalid_request',
    param: 'after',
  });
  const away = () => Promise.reject(new GatewayError('database_unavailable'));
  await expect(checkCursor('x', away)).rejects.toMatchObject({ code: 'database_unavailable' });
});

it('a list says where it begins, ends and whether it goes on', () => {
  expect(listObject([{ id: 'a' }, { id: 'b' }], true)).toEqual({
    object: 'list',
    data: [{ id: 'a' }, { id: 'b' }],
    first_id: 'a',
    last_id: 'b',
    has_more: true,
  });
  expect(listObject([], false)).toMatchObject({ first_id: null, last_id: null });
});

it('administrators see all; keys are limited where they name models', () => {
  expect(ownerOf(principal)).toMatchObject({ keyHash: 'h', seesAll: false, teamId: 't', tags: ['x'] });
  expect(ownerOf({ ...principal, role: 'proxy_admin' }).seesAll).toBe(true);
  expect(accessOf(principal).unrestricted).toBe(true);
  expect(accessOf({ ...principal, models: ['all-proxy-models'] }).unrestricted).toBe(true);
  const limited = accessOf({ ...principal, models: ['a', 'group'] });
  expect([
    limited.unrestricted,
    limited.denial('a'),
    limited.denial('b', { accessGroups: ['group'] }),
    limited.denial('b'),
  ]).toEqual([false, null, null, 'model_access_denied']);
  const modelLevels = [{ denial: 'team_model_access_denied', models: ['a'] }] as const;
  expect(accessOf({ ...principal, modelLevels }).denial('b')).toBe('team_model_access_denied');
  expect(accessOf({ ...principal, modelLevels }).unrestricted).toBe(false);
});
