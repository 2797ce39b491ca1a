import { readProviderEnvironment } from './environment.js';

const provider = {
  env: {
    apiKey: ['ACME_API_KEY', 'ACME_TOKEN'],
    baseUrl: ['ACME_URL'],
    settings: { acme_region: ['ACME_REGION', 'REGION'], acme_project: ['ACME_PROJECT'] },
    credentials: { acmeSecret: ['ACME_SECRET'], acmeSession: ['ACME_SESSION'] },
  },
};
const nothing = { apiKey: undefined, baseUrl: undefined, settings: {}, credentials: {} };

describe('readProviderEnvironment', () => {
  it('takes the first variable that is set to something', () => {
    const environment = {
      ACME_API_KEY: ' ',
      ACME_TOKEN: 'token\n',
      ACME_URL: 'https://acme.example',
      ACME_REGION: '',
      REGION: 'west',
      ACME_SECRET: 'hidden',
    };
    expect(readProviderEnvironment(provider, environment)).toEqual({
      apiKey: 'token',
      baseUrl: 'https://acme.example',
      settings: { acme_region: 'west' },
      credentials: { acmeSecret: 'hidden' },
    });
  });

  it('finds nothing where nothing is set or the provider names no variables', () => {
    expect(readProviderEnvironment(provider, {})).toEqual(nothing);
    expect(readProviderEnvironment({ env: {} }, { ACME_TOKEN: 'x', REGION: 'west' })).toEqual(nothing);
  });
});
