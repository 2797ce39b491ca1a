/** Made-up deployments and providers for tests, complete but for what a test is about. */
import type { ErrorCode } from '../errors/catalog.js';
import { GatewayError } from '../errors/gateway-error.js';
import { plainDeployment, type Deployment, type ProviderDefinition } from '../spec/index.js';

/** A provider that sets the key as a bearer token and serves nothing yet. */
export function madeUpProvider(given: Partial<ProviderDefinition> = {}): ProviderDefinition {
  return {
    id: 'acme',
    displayName: 'Acme',
    env: {},
    needsApiKey: true,
    authenticate: (request, { apiKey }) =>
      apiKey === undefined
        ? request
        : { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } },
    ...given,
  };
}

/** The `chat` of a provider of which a test needs its reading of errors only: the body's text is the message. */
export function errorReader(provider = 'acme'): NonNullable<ProviderDefinition['chat']> {
  const unused = (): never => {
    throw new Error('This test was not expected to translate.');
  };
  return {
    supportedParams: () => new Set(),
    passesUnknownParams: true,
    buildRequest: unused,
    parseResponse: unused,
    createStreamParser: unused,
    parseError({ status, body }) {
      const message = Buffer.from(body).toString();
      return new GatewayError(codeOf(status, message), { status, provider, message });
    },
  };
}

export function madeUpDeployment(given: Partial<Deployment> = {}): Deployment {
  return {
    ...plainDeployment,
    id: 'deployment-1',
    modelGroup: 'model-a',
    provider: madeUpProvider(),
    model: 'acme-model',
    endpoint: { origin: 'https://api.acme.test', basePath: '/v1' },
    egress: 'operator',
    credentials: { apiKey: 'sk-operator' },
    ...given,
  };
}

function codeOf(status: number, message: string): ErrorCode {
  if (status === 429) return 'upstream_rate_limited';
  // As AWS says it, with a status that says less.
  return status === 401 || message === 'expired token' ? 'upstream_authentication' : 'upstream_bad_request';
}
