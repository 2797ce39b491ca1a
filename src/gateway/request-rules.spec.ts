/** What requests must say and may not say, by the operator's settings and the key's own. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../auth/principal.js';
import type { RequestRules } from '../config/access-settings.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Operation } from './operation.js';
import { checkRequestRules, withEndUser } from './request-rules.js';
import { readRequestSettings } from './request-settings.js';

const none: RequestRules = { enforcedParams: [], mustNameUser: false, refusesClientTags: false, endUserHeaders: [] };

const anybody: Principal = {
  role: 'internal_user',
  keyHash: 'k',
  keyAlias: undefined,
  userId: undefined,
  teamId: undefined,
  models: [],
  tags: [],
};

function refusal(
  body: Readonly<Record<string, unknown>>,
  rules: Partial<RequestRules>,
  { headers = {}, ofKey, unbilled }: { headers?: IncomingHttpHeaders; ofKey?: string[]; unbilled?: boolean } = {},
): string | undefined {
  const all = { ...none, ...rules };
  const settings = readRequestSettings({ model: 'm', ...body }, withEndUser(headers, all, anybody));
  const principal = { ...(ofKey && { enforcedParams: ofKey }) } as unknown as Principal;
  try {
    checkRequestRules({ settings, ...(unbilled && { unbilled }) } as unknown as Operation, principal, all);
    return undefined;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status !== 400) throw error;
    return error.param;
  }
}

it.each([
  [{ user: 'u' }, ['user'], undefined],
  [{}, ['user'], 'user'],
  [{ user: null }, ['user'], 'user'],
  [{ metadata: { generation_name: 'g' } }, ['metadata.generation_name'], undefined],
  [{ metadata: {} }, ['metadata.generation_name'], 'metadata.generation_name'],
  [{ metadata: 'generation_name' }, ['metadata.length'], 'metadata.length'],
  [{ metadata: { a: { b: 0 } } }, ['metadata.a.b'], undefined],
  [{}, ['constructor'], 'constructor'],
  [{ metadata: {} }, ['metadata.__proto__'], 'metadata.__proto__'],
])('%j under enforced_params %j', (body, enforcedParams, expected) => {
  expect(refusal(body, { enforcedParams })).toBe(expected);
  expect(refusal(body, {}, { ofKey: enforcedParams })).toBe(expected);
  expect(refusal(body, { enforcedParams }, { unbilled: true })).toBeUndefined();
});

it('needs both what the operator and what the key requires', () => {
  expect(refusal({ a: 1 }, { enforcedParams: ['a'] }, { ofKey: ['b'] })).toBe('b');
  expect(refusal({ b: 1 }, { enforcedParams: ['a'] }, { ofKey: ['b'] })).toBe('a');
});

it('must know the end user, by the body or a header', () => {
  const rules = { mustNameUser: true, endUserHeaders: ['x-user-id'] };
  expect(refusal({}, rules)).toBe('user');
  expect(refusal({ user: '' }, rules)).toBe('user');
  expect(refusal({ user: 'u' }, rules)).toBeUndefined();
  expect(refusal({}, rules, { headers: { 'x-user-id': 'u' } })).toBeUndefined();
  expect(refusal({}, rules, { headers: { 'x-litellm-customer-id': 'u' } })).toBeUndefined();
});

it.each([
  [{ metadata: { tags: ['a'] } }, {}],
  [{ tags: ['a'] }, {}],
  [{}, { 'x-litellm-tags': 'a' }],
])('%j with %j: tags are refused where they come from the key alone', (body, headers) => {
  expect(refusal(body, { refusesClientTags: true }, { headers })).toBe('metadata.tags');
  expect(refusal(body, {}, { headers })).toBeUndefined();
});

describe('the end user of a header', () => {
  const rules = { ...none, endUserHeaders: ['x-a', 'x-b'] };

  it.each<readonly [IncomingHttpHeaders, string | undefined]>([
    [{ 'x-b': 'b' }, 'b'],
    [{ 'x-a': 'a', 'x-b': 'b' }, 'a'],
    [{ 'x-a': '', 'x-b': 'b' }, 'b'],
    [{ 'x-a': 'a', 'x-litellm-end-user-id': 'own' }, 'own'],
    [{ 'x-c': 'c' }, undefined],
  ])('%j: %p', (headers, expected) => {
    expect(readRequestSettings({ model: 'm' }, withEndUser(headers, rules, anybody)).endUser).toBe(expected);
  });

  it('goes before the body, and costs no copy where nothing is to be read', () => {
    expect(readRequestSettings({ model: 'm', user: 'body' }, withEndUser({ 'x-a': 'a' }, rules, anybody)).endUser).toBe(
      'a',
    );
    const headers = { 'x-c': 'c' };
    expect(withEndUser(headers, rules, anybody)).toBe(headers);
    expect(withEndUser({ 'x-a': 'a' }, none, anybody)).toEqual({ 'x-a': 'a' });
  });

  it('is nobody else’s than the customer’s for whom the caller stands', () => {
    const headers = { 'x-a': 'a', 'x-litellm-end-user-id': 'own' };
    const settings = readRequestSettings(
      { model: 'm', user: 'body' },
      withEndUser(headers, rules, { ...anybody, endUserId: 'theirs' }),
    );
    expect(settings.endUser).toBe('theirs');
  });
});
