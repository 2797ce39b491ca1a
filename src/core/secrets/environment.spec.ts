import { readProviderEnvironment } from './environment.js';

const provider = { env: { apiKey: ['ACME_API_KEY', 'ACME_TOKEN'], baseUrl: ['ACME_URL'] } };

describe('readProviderEnvironment', () => {
  it('takes the first variable that is set to something', () => {
    const environment = { ACME_API_KEY: ' ', ACME_TOKEN: 'token\n', ACME_URL: 'https://acme.example' };
    expect(readProviderEnvironment(provider, environment)).toEqual({
      apiKey: 'token',
      baseUrl: 'https://acme.example',
    });
  });

  it('finds nothing where nothing is set or the provider names no variables', () => {
    expect(readProviderEnvironment(provider, {})).toEqual({ apiKey: undefined, baseUrl: undefined });
    expect(readProviderEnvironment({ env: {} }, { ACME_TOKEN: 'x' })).toEqual({
      apiKey: undefined,
      baseUrl: undefined,
    });
  });
});
