/** Requests that two servers might read differently are refused: hosts that are missing, doubled or malformed, and targets that are no path. */
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import { checkRequest } from './request-checks.js';

function verdict(rawHeaders: readonly string[], url: string | undefined = '/v1/models'): string {
  try {
    checkRequest({ rawHeaders, url } as unknown as IncomingMessage);
    return 'taken';
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status !== 400) throw error;
    return error.code;
  }
}

const hostIs = (host: string): string => verdict(['Host', host]);

it.each([
  'localhost',
  'localhost:4000',
  'LOCALHOST',
  'api.example.com',
  'api.example.com.',
  'api.example.com:443',
  'my_service:8080',
  'a-b.example',
  'xn--mnchen-3ya.example',
  '127.0.0.1',
  '127.0.0.1:65535',
  '[::1]',
  '[::1]:4000',
  '[2001:db8::7]:80',
  '[::ffff:127.0.0.1]',
  'a',
  '1',
])('takes the host %s', (host) => {
  expect(hostIs(host)).toBe('taken');
  // Once more: the last valid host is remembered.
  expect(hostIs(host)).toBe('taken');
});

it.each([
  '',
  ' ',
  'a b',
  ' localhost',
  'localhost ',
  'localhost,evil.example',
  'localhost, localhost',
  'user@localhost',
  'user:pass@localhost',
  'http://localhost',
  'localhost/',
  'localhost/admin',
  'localhost?x',
  'localhost#x',
  'localhost\\evil',
  'localhost:',
  'localhost:port',
  'localhost:80:80',
  'localhost:-1',
  'localhost:123456',
  'localhost:4000x',
  ':80',
  '.',
  '.example',
  '-example',
  '[::1',
  '::1',
  '[::1]x',
  '[::1]:',
  '[]',
  '[fe80::1%eth0]',
  '[localhost]',
  'ex\u00e4mple',
  'a\u0000b',
  'a\tb',
  'a;b',
  'a%2eb',
  '${jndi:ldap://x}',
  '<script>',
  "'or'1",
  '*',
  `${'a'.repeat(300)}.example`,
])('refuses the host %j', (host) => {
  expect(hostIs(host)).toBe('bad_host_header');
});

it.each(['localhost:99999', 'a..b', '[...]', '[:::::]'])(
  'refuses the host %s, which has the letters of one and not the form',
  (host) => {
    expect(hostIs(host)).toBe('bad_host_header');
  },
);

it.each([
  ['none', []],
  ['two', ['Host', 'a', 'Host', 'b']],
  ['two that are equal', ['Host', 'a', 'Host', 'a']],
  ['two in different case', ['host', 'a', 'HOST', 'a']],
  ['two with others between', ['Host', 'a', 'Accept', '*/*', 'hOsT', 'a']],
  ['one among values only', ['Accept', 'Host', 'X-Host', 'a']],
])('refuses a request with %s', (_how, rawHeaders) => {
  expect(verdict(rawHeaders)).toBe('bad_host_header');
});

it('looks at names, not at values', () => {
  expect(verdict(['Accept', 'host', 'Host', 'localhost', 'X-A', 'host'])).toBe('taken');
});

it.each(['/', '/v1/models', '//v1', '/?a=http://x', '/%zz'])('leaves the path %s to the routes', (url) => {
  expect(verdict(['Host', 'a'], url)).toBe('taken');
});

it.each(['http://a/v1/models', 'https://evil.example/', '*', 'a:443', '', '?x', 'v1/models', '\\v1'])(
  'refuses the target %j, which is no path',
  (url) => {
    expect(verdict(['Host', 'a'], url)).toBe('malformed_request');
  },
);

it('refuses a request without a target', () => {
  expect(() => checkRequest({ rawHeaders: ['Host', 'a'] } as unknown as IncomingMessage)).toThrow(GatewayError);
});

it.each([
  ['once', ['Host', 'a', 'Authorization', 'Bearer sk-1'], 'taken'],
  ['twice', ['Host', 'a', 'Authorization', 'Bearer sk-1', 'authorization', 'Bearer sk-2'], 'malformed_request'],
  ['twice alike', ['AUTHORIZATION', 'Bearer sk-1', 'Host', 'a', 'authorization', 'Bearer sk-1'], 'malformed_request'],
])('takes a credential that is given %s or not', (_how, rawHeaders, expected) => {
  expect(verdict(rawHeaders)).toBe(expected);
});
