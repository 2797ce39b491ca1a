/** A provider's headers reach the client under the names that clients look for, and none that could harm it. */
import { addProviderHeaders } from './provider-headers.js';
import { AnswerHeaders } from './answer-headers.js';
import { asObject } from './testing/as-object.js';

function added(ofProvider: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers = new AnswerHeaders();
  addProviderHeaders(headers, ofProvider);
  return asObject(headers);
}

it('are there under a prefix, rate limits under their own names too', () => {
  expect(added({ 'x-request-id': 'req-1', 'x-ratelimit-remaining-requests': '9', via: ['a', 'b'] })).toEqual({
    'llm_provider-x-request-id': 'req-1',
    'llm_provider-x-ratelimit-remaining-requests': '9',
    'x-ratelimit-remaining-requests': '9',
    'llm_provider-via': 'a, b',
  });
});

it('are there by the common name where Anthropic has its own', () => {
  expect(
    added({ 'anthropic-ratelimit-tokens-remaining': '80', 'anthropic-ratelimit-requests-limit': '50' }),
  ).toMatchObject({
    'x-ratelimit-remaining-tokens': '80',
    'x-ratelimit-limit-requests': '50',
    'llm_provider-anthropic-ratelimit-tokens-remaining': '80',
  });
});

it.each(['set-cookie', 'connection', 'transfer-encoding', 'content-length', 'content-encoding', 'www-authenticate'])(
  '%s stays between provider and gateway',
  (name) => expect(added({ [name]: 'x' })).toEqual({}),
);

it('cannot break a head, nor fill it', () => {
  expect(added({ 'x-name': 'a\r\nset-cookie: x', 'x-long': 'x'.repeat(2_000) })).toEqual({
    'llm_provider-x-name': 'a%0D%0Aset-cookie: x',
  });
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-${index}`, 'y'.repeat(100)]));
  expect(Object.keys(added(many)).length).toBeLessThan(70);
});
