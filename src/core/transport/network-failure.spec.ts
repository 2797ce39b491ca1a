/** Every way in which a connection can fail has a row of the catalog and words that tell nothing inner. */
import { GatewayError } from '../errors/gateway-error.js';
import { networkFailure } from './network-failure.js';

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`connect ${code} 10.1.2.3:443`), { code, ...more });

it.each([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'its host name does not resolve'],
  ['EAI_AGAIN', 'its host name could not be resolved'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the connection timed out'],
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['CERT_HAS_EXPIRED', 'its TLS certificate or handshake failed'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its TLS certificate or handshake failed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its TLS certificate or handshake failed'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its TLS certificate or handshake failed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'its TLS certificate or handshake failed'],
  ['EWHATEVER', 'the connection failed'],
])('%s before the head: another attempt may help, and the reason is named', (code, reason) => {
  const error = networkFailure(withCode(code), 'acme', false);
  expect(error).toMatchObject({ code: 'upstream_unreachable', status: 502, provider: 'acme', retryable: true });
  expect(error.message).toBe(`The provider could not be reached: ${reason}.`);
});

it.each(['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])(
  '%s after the head: the connection was lost',
  (code) => {
    expect(networkFailure(withCode(code), 'acme', true)).toMatchObject({ code: 'upstream_connection_lost' });
  },
);

it.each(['HPE_INVALID_CONSTANT', 'HPE_INVALID_CHUNK_SIZE', 'UND_ERR_HEADERS_OVERFLOW'])(
  '%s is an answer that is no HTTP, before the head and after it',
  (code) => {
    for (const answered of [true, false]) {
      expect(networkFailure(withCode(code), 'acme', answered)).toMatchObject({ code: 'upstream_invalid_response' });
    }
  },
);

it('a request that cannot be written (a key with a line end in it) is no trouble of the network: nobody tries it again', () => {
  expect(networkFailure(withCode('UND_ERR_INVALID_ARG'), 'acme', false)).toMatchObject({
    code: 'internal',
    retryable: false,
  });
});

it('keeps addresses and the system’s own words for the log', () => {
  const cause = withCode('ECONNREFUSED');
  const error = networkFailure(cause, 'acme', false);
  expect(error.message).not.toMatch(/10\.1\.2\.3|ECONN/);
  expect([error.detail, error.cause]).toEqual(['ECONNREFUSED: connect ECONNREFUSED 10.1.2.3:443', cause]);
});

it('looks into errors of several addresses and into causes', () => {
  const several = new AggregateError([withCode('ECONNREFUSED'), withCode('EHOSTUNREACH')]);
  const wrapped = new TypeError('fetch failed', { cause: several });
  expect(networkFailure(several, 'acme', false).message).toContain('refused');
  expect(networkFailure(wrapped, 'acme', false).message).toContain('refused');
});

it('passes a typed error on as it is, and takes what is no error', () => {
  const refused = new GatewayError('upstream_address_refused');
  expect(networkFailure(refused, 'acme', false)).toBe(refused);
  expect(networkFailure('plain text', 'acme', false)).toMatchObject({ code: 'upstream_unreachable' });
});
