import { GatewayError } from '../errors/gateway-error.js';
import { plainParameters } from '../spec/parameters.js';
import { madeUpDeployment } from '../testing/deployments.js';
import { withoutCredentials } from './without-credentials.js';

const key = 'correct horse battery staple';

describe('what a provider says of a failure', () => {
  it('loses the key of the deployment, whatever it looks like and however it is written', () => {
    const deployment = madeUpDeployment({ credentials: { apiKey: key } });
    const said = `bad key ${key} in ?key=${encodeURIComponent(key)}`;
    const error = new GatewayError('upstream_authentication', { message: said, param: key, detail: key, status: 401 });
    const clean = withoutCredentials(error, deployment);
    expect([clean.message, clean.param, clean.detail]).toEqual(['bad key [key] in ?key=[key]', '[key]', '[key]']);
    expect([clean.code, clean.status]).toEqual(['upstream_authentication', 401]);
  });

  it('loses the secrets among configured headers, without their scheme', () => {
    const extraHeaders = { authorization: `Bearer ${key}`, 'x-team': 'blue-team-name' };
    const deployment = madeUpDeployment({ parameters: { ...plainParameters, extraHeaders } });
    const error = new GatewayError('upstream_bad_request', { message: `${key} of blue-team-name` });
    expect(withoutCredentials(error, deployment).message).toBe('[key] of blue-team-name');
  });

  it('is the very same error where it holds no key', () => {
    const error = new GatewayError('upstream_internal', { message: 'It failed.' });
    expect(withoutCredentials(error, madeUpDeployment({ credentials: { apiKey: key } }))).toBe(error);
  });
});
