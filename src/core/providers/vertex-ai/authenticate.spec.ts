/** Tokens, keys and projects in requests. */
import { GatewayError } from '../../errors/gateway-error.js';
import { authenticate } from './authenticate.js';

const open = '/v1/projects/-/locations/us-central1/publishers/google/models/m:generateContent';
const request = { method: 'POST' as const, origin: 'https://h.example', path: open, headers: { a: 'b' }, body: '{}' };

describe('authenticate', () => {
  it('sends the token, and the project and quota project that came with it', () => {
    const credentials = { accessToken: 'token', vertexProject: 'acme', quotaProject: 'payer' };
    expect(authenticate(request, credentials)).toEqual({
      ...request,
      path: open.replace('/-/', '/acme/'),
      headers: { a: 'b', authorization: 'Bearer token', 'x-goog-user-project': 'payer' },
    });
  });

  it('sends a key to express mode where no project is set, and to the project where one is', () => {
    const whole = open.replace('/-/', '/acme/');
    expect(authenticate(request, { apiKey: 'key' })).toMatchObject({
      path: '/v1/publishers/google/models/m:generateContent',
      headers: { 'x-goog-api-key': 'key' },
    });
    expect(authenticate({ ...request, path: whole }, { apiKey: 'key' }).path).toBe(whole);
  });

  it('takes a configured access token for what it is', () => {
    const whole = open.replace('/-/', '/acme/');
    const { headers } = authenticate({ ...request, path: whole }, { apiKey: 'ya29.configured' });
    expect(headers).toEqual({ a: 'b', authorization: 'Bearer ya29.configured' });
  });

  it.each([
    [{}, 'vertex_credentials'],
    [{ accessToken: 'secret-token' }, 'vertex_project'],
  ])('says what to set for %j, without the secret', (credentials, setting) => {
    const run = (): unknown => authenticate(request, credentials);
    expect(run).toThrow(GatewayError);
    expect(run).toThrow(expect.objectContaining({ code: 'upstream_authentication', provider: 'vertex_ai' }));
    expect(run).toThrow(setting);
    expect(run).not.toThrow('secret-token');
  });
});
