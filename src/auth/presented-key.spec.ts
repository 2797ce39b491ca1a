/** Where the key is looked for, in which order, and what is no key. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import { presentedKey } from './presented-key.js';

function presented(headers: IncomingHttpHeaders, custom?: string, queryKey?: string): string {
  try {
    return presentedKey(headers, custom, queryKey);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status !== 401) throw error;
    return error.code;
  }
}

/** The first one wins. */
const inOrder: readonly (readonly [string, string])[] = [
  ['x-litellm-api-key', 'Bearer sk-1'],
  ['authorization', 'Bearer sk-2'],
  ['api-key', 'sk-3'],
  ['x-api-key', 'sk-4'],
  ['x-goog-api-key', 'sk-5'],
  ['ocp-apim-subscription-key', 'sk-6'],
  ['x-own', 'Bearer sk-7'],
];

it.each(inOrder.map(([name], index) => [name, index]))('takes %s before all that come after it', (_name, index) => {
  const headers = Object.fromEntries(inOrder.slice(index));
  expect(presented(headers, 'x-own')).toBe(`sk-${index + 1}`);
});

it.each([
  ['Bearer sk-1', 'sk-1'],
  ['bearer sk-1', 'sk-1'],
  ['BEARER sk-1', 'sk-1'],
  ['Bearer   sk-1  ', 'sk-1'],
  ['Bearer Bearer sk-1', 'Bearer sk-1'],
  ['Bearer ', 'missing_key'],
  ['Bearer', 'malformed_key'],
  ['Bearersk-1', 'malformed_key'],
  ['Bearer\tsk-1', 'malformed_key'],
  ['sk-1', 'malformed_key'],
  ['Basic sk-1', 'sk-1'],
  ['basic sk-1', 'sk-1'],
  ['Basic c2stMTo=', 'sk-1'],
  ['Basic dXNlcjpzay0x', 'sk-1'],
  ['Basic dXNlcm5hbWU', 'dXNlcm5hbWU'],
  ['Basic Og==', 'missing_key'],
  ['Basic ', 'missing_key'],
  [
    'AWS4-HMAC-SHA256 Credential=sk-1/20301231/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=ab',
    'sk-1',
  ],
  ['AWS4-HMAC-SHA256 Credential=Bearer sk-1/20301231/us-east-1/bedrock/aws4_request, SignedHeaders=host', 'sk-1'],
  ['AWS4-HMAC-SHA256 SignedHeaders=host, Credential=sk-1', 'sk-1'],
  ['AWS4-HMAC-SHA256 SignedHeaders=host', 'missing_key'],
  ['AWS4-HMAC-SHA256', 'malformed_key'],
  ['Token sk-1', 'malformed_key'],
  ['', 'malformed_key'],
  [' Bearer sk-1', 'malformed_key'],
])('reads Authorization: %j as %s', (authorization, expected) => {
  expect(presented({ authorization })).toBe(expected);
});

it('does not look further than a header that is there, though it is wrong', () => {
  expect(presented({ authorization: 'sk-1', 'x-api-key': 'sk-2' })).toBe('malformed_key');
  expect(presented({ 'x-litellm-api-key': '', authorization: 'Bearer sk-2' })).toBe('missing_key');
  expect(presented({ 'api-key': '', 'x-api-key': 'sk-2' })).toBe('missing_key');
});

it('takes x-litellm-api-key and the operator’s own header with and without the scheme', () => {
  expect(presented({ 'x-litellm-api-key': 'sk-1' })).toBe('sk-1');
  expect(presented({ 'x-own': 'sk-1' }, 'x-own')).toBe('sk-1');
});

it('ignores a header that nobody named, and query-like tricks', () => {
  expect(presented({ 'x-own': 'sk-1', cookie: 'key=sk-1', 'proxy-authorization': 'Bearer sk-1' })).toBe('missing_key');
  expect(presented({})).toBe('missing_key');
});

it('looks at no more than a kilobyte', () => {
  expect(presented({ authorization: `Bearer ${'k'.repeat(1_024)}` })).toHaveLength(1_024);
  expect(presented({ authorization: `Bearer ${'k'.repeat(1_025)}` })).toBe('invalid_key');
});

it('reads no more of a long header than a key can need', () => {
  const long = 'A'.repeat(100_000);
  expect(presented({ authorization: `Basic ${long}` })).toBe('invalid_key');
  expect(presented({ authorization: `AWS4-HMAC-SHA256 ${long} Credential=sk-1` })).toBe('missing_key');
});

it('takes the key of the address after the known headers and before the own one', () => {
  expect(presented({ 'x-own': 'sk-7' }, 'x-own', 'sk-q')).toBe('sk-q');
  expect(presented({ 'x-goog-api-key': 'sk-5' }, 'x-own', 'sk-q')).toBe('sk-5');
  expect(presented({}, undefined, '')).toBe('missing_key');
});
