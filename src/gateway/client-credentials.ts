/** Addresses and credentials that a client sends along: refused, unless the deployment lists them as the client's to set. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Credentials, Deployment, Endpoint } from '../core/spec/index.js';
import type { ModelRequest } from './request-settings.js';

const settable: ReadonlySet<string> = new Set(['api_key', 'api_base', 'base_url']);

/** @throws GatewayError `clientside_credentials` naming the first member that no deployment allows */
export function allowingDeployments(
  deployments: readonly Deployment[],
  reserved: readonly string[],
): readonly Deployment[] {
  if (reserved.length === 0) return deployments;
  const allows = (deployment: Deployment, member: string): boolean =>
    settable.has(member) && deployment.clientSettable.includes(member);
  const allowing = deployments.filter((deployment) => reserved.every((member) => allows(deployment, member)));
  if (allowing.length > 0) return allowing;
  const refused = reserved.find((member) => !deployments.some((deployment) => allows(deployment, member)));
  const [first = ''] = reserved;
  const param = refused ?? first;
  throw new GatewayError('clientside_credentials', { param, facts: { param } });
}

/**
 * The deployment with the client's own address and key in it. The operator's key never goes to an address that the client
 * chose, and that address is held to the egress policy.
 *
 * @throws GatewayError `invalid_request` for a value that is no address or key
 */
export function withClientCredentials(deployment: Deployment, body: ModelRequest): Deployment {
  const base = body['api_base'] ?? body['base_url'];
  const key = body['api_key'];
  const credentials: Credentials = {
    ...(base === undefined ? deployment.credentials : {}),
    ...(key === undefined ? {} : { apiKey: headerTextOf('api_key', key) }),
  };
  if (base === undefined) return { ...deployment, credentials };
  // Configured headers and settings may hold credentials too.
  const parameters = { ...deployment.parameters, extraHeaders: undefined, extraBody: undefined, provider: {} };
  const endpoint = endpointOf(textOf('api_base', base));
  return { ...deployment, credentials, endpoint, parameters, egress: 'restricted' };
}

/** The body without the members that `withClientCredentials` has read. */
export function withoutCredentials<Body extends ModelRequest>(body: Body): Body {
  const rest: Record<string, unknown> = { ...body };
  for (const member of settable) delete rest[member];
  return rest as unknown as Body;
}

function textOf(param: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` must be a non-empty string.` } });
}

/** What a header can hold. */
function headerTextOf(param: string, value: unknown): string {
  const text = textOf(param, value);
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const reason = `\`${param}\` may hold printable ASCII characters only, and no blanks.`;
  throw new GatewayError('invalid_request', { param, facts: { reason } });
}

function endpointOf(text: string): Endpoint {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new GatewayError('invalid_request', {
      param: 'api_base',
      facts: { reason: '`api_base` must be an http or https URL.' },
    });
  }
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}
