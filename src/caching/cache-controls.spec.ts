/** What requests may say of the cache, and what holds where they say nothing. */
import { readCacheControls } from './cache-controls.js';

const on = { isDefaultOn: true };
const plain = { reads: true, stores: true, ttlMs: undefined, maxAgeMs: undefined, namespace: undefined };

it.each([
  ['nothing', undefined, on, {}],
  ['null', null, on, {}],
  ['an empty object', {}, on, {}],
  ['no-cache: the answer is made anew, and kept', { 'no-cache': true }, on, { reads: false }],
  ['no-store: a kept answer is taken, and none is kept', { 'no-store': true }, on, { stores: false }],
  ['false', { 'no-cache': false, 'no-store': false }, on, {}],
  ['ttl', { ttl: 60 }, on, { ttlMs: 60_000 }],
  ['s-maxage', { 's-maxage': 0.5 }, on, { maxAgeMs: 500 }],
  ['LiteLLM’s other spelling', { 's-max-age': 10 }, on, { maxAgeMs: 10_000 }],
  ['namespace', { namespace: 'mine' }, on, { namespace: 'mine' }],
  ['nothing, where requests have to ask', undefined, { isDefaultOn: false }, { reads: false, stores: false }],
  ['use-cache, where requests have to ask', { 'use-cache': true }, { isDefaultOn: false }, {}],
  ['use-cache with no-store', { 'use-cache': true, 'no-store': true }, { isDefaultOn: false }, { stores: false }],
  ['what the key says', {}, { ...on, defaults: [undefined, { 'no-cache': true }] }, { reads: false }],
  ['its own word before the key’s', { 'no-cache': false }, { ...on, defaults: [{ 'no-cache': true }] }, {}],
  ['the key’s word before the team’s', {}, { ...on, defaults: [{ ttl: 5 }, { ttl: 6 }] }, { ttlMs: 6_000 }],
  ['what makes no sense at the key', {}, { ...on, defaults: [{ ttl: 'x' }, 'no'] }, {}],
  ['what the key may use', { ttl: 5 }, { ...on, allowed: ['ttl'] }, { ttlMs: 5_000 }],
])('%s', (_what, given, sources, expected) => {
  expect(readCacheControls(given, sources)).toEqual({ ...plain, ...expected });
});

it.each([
  ['no object', 'no-cache', on, 'must be an object'],
  ['a list', ['no-cache'], on, 'must be an object'],
  ['an unknown member', { nocache: true }, on, 'has no member `nocache`'],
  ['a flag that is none', { 'no-cache': 'yes' }, on, '`cache.no-cache` must be true or false'],
  ['a negative time', { ttl: -1 }, on, '`cache.ttl` must be a number of seconds'],
  ['a time as text', { 's-maxage': '5' }, on, '`cache.s-maxage` must be'],
  ['an endless time', { ttl: 1e12 }, on, 'from 0 to'],
  ['an empty namespace', { namespace: '' }, on, '`cache.namespace` must be'],
  ['a control that is not the key’s to use', { 'no-cache': true }, { ...on, allowed: ['ttl'] }, 'It may use ttl'],
])('refuses %s, and says what to do', (_what, given, sources, message) => {
  expect(() => readCacheControls(given, sources)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      param: 'cache',
      message: expect.stringContaining(message) as unknown,
    }),
  );
});
