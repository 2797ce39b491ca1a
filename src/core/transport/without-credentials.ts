/** Takes a deployment's own keys out of what its provider said of a failure, whatever they look like. */
import { GatewayError } from '../errors/gateway-error.js';
import type { Deployment } from '../spec/deployment.js';

/** Shorter values are words that a text may hold by chance. */
const shortestKey = 8;
const secretHeader = /auth|key|token|secret|cookie/;

/** The same error where it holds no key of the deployment. */
export function withoutCredentials(error: GatewayError, deployment: Deployment): GatewayError {
  const secrets = secretsOf(deployment).filter((secret) => holds(error, secret));
  if (secrets.length === 0) return error;
  const masked = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text);
  const { code, status, type, retryAfterMs, provider, cause } = error;
  return new GatewayError(code, {
    message: masked(error.message),
    status,
    type,
    cause,
    ...(error.param !== undefined && { param: masked(error.param) }),
    ...(error.detail !== undefined && { detail: masked(error.detail) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(provider !== undefined && { provider }),
  });
}

function holds({ message, param, detail }: GatewayError, secret: string): boolean {
  return [message, param, detail].some((text) => text?.includes(secret));
}

/** The texts that nobody may read: the longest first, each in the spellings in which it may be echoed. */
export function secretsOf({ credentials, parameters }: Pick<Deployment, 'credentials' | 'parameters'>): string[] {
  const headers = Object.entries(parameters.extraHeaders ?? {}).filter(([name]) => secretHeader.test(name));
  const values = [...Object.values(credentials), ...headers.map(([, value]) => value.replace(/^\w+ /, ''))];
  return values
    .filter((value): value is string => value !== undefined && value.length >= shortestKey)
    .flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
    .sort((one, other) => other.length - one.length);
}
