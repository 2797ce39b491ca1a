/** A provider's request as it would be sent, with every credential masked: made without one, so that there is none to leak. */
import type { Credentials, Deployment, OutboundRequest, ProviderDefinition } from '../../core/spec/index.js';
import { LocalCall } from '../../core/transport/local-call.js';
import { RequestProbe } from '../../core/transport/request-probe.js';
import { secretsOf } from '../../core/transport/without-credentials.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Connections } from '../operation.js';
import type { SoloExchange } from '../solo-exchange.js';

/** LiteLLM's shape. */
export interface ShownRequest {
  readonly raw_request_api_base: string;
  readonly raw_request_body: unknown;
  readonly raw_request_headers: Readonly<Record<string, string>>;
}

const mask = '****';
/** Headers that operators configure and that hold no secret; of any other the value is masked. */
const openHeaders: ReadonlySet<string> = new Set([
  ...['accept', 'anthropic-beta', 'anthropic-version', 'content-type', 'openai-beta', 'user-agent'],
]);
const secretMember = /(?:^|_)(?:api_?key|token|secret|password|authorization|credentials?)$/i;
/** What exchanges make, by the names that providers' `authenticate` know. */
const exchanged = ['accessToken', 'azureAdToken', 'token', 'awsAccessKeyId', 'awsSecretAccessKey'];

/** @throws GatewayError `invalid_request` for what the provider cannot be asked, or where nothing is sent */
export async function showRequest(exchange: SoloExchange, deployment: Deployment): Promise<ShownRequest> {
  const probe = new RequestProbe();
  const connections: Connections = {
    dispatcherFor: () => probe,
    dispatcherTo: () => probe,
    credentials: { current: ({ credentials }) => credentials, forget: () => undefined },
  };
  const { call } = await exchange.asked.operation.start(exchange, withoutSecrets(deployment), connections);
  if (call instanceof LocalCall) {
    const reason = 'The gateway answers for this model by itself: nothing is sent.';
    throw new GatewayError('invalid_request', { param: 'model', facts: { reason } });
  }
  try {
    await call.run();
  } catch (error) {
    if (!probe.seen) throw error;
  }
  if (!probe.seen) throw new GatewayError('internal', { detail: 'A call ended without a request.' });
  return toShown(probe.seen, deployment);
}

/** The deployment with masks in place of whatever its operator may keep secret. */
function withoutSecrets(deployment: Deployment): Deployment {
  const { credentials, parameters, defaults } = deployment;
  const { credentialExchange, ...provider } = deployment.provider;
  const { extraHeaders, extraBody } = parameters;
  const names = [...Object.keys(credentials), ...(credentialExchange ? exchanged : [])];
  return {
    ...deployment,
    provider: { ...provider, authenticate: authenticateIfPossible(provider) },
    credentials: Object.fromEntries(names.map((name) => [name, mask])),
    defaults: maskMembers(defaults),
    parameters: {
      ...parameters,
      extraBody: extraBody && maskMembers(extraBody),
      extraHeaders:
        extraHeaders &&
        Object.fromEntries(
          Object.entries(extraHeaders).map(([name, value]) => [name, openHeaders.has(name) ? value : mask]),
        ),
    },
  };
}

/** A mask is no private key and names no project: what cannot be signed with it is shown unsigned. */
function authenticateIfPossible(provider: ProviderDefinition): ProviderDefinition['authenticate'] {
  return async (request: OutboundRequest, credentials: Credentials, context) => {
    try {
      return await provider.authenticate(request, credentials, context);
    } catch {
      return request;
    }
  };
}

function maskMembers<T extends Readonly<Record<string, unknown>>>(object: T): T {
  const masked = Object.entries(object).map(([name, value]) => [name, maskValue(name, value)]);
  return Object.fromEntries(masked) as T;
}

function maskValue(name: string, value: unknown): unknown {
  if (secretMember.test(name)) return mask;
  if (Array.isArray(value)) return value.map((each) => maskValue('', each));
  return typeof value === 'object' && value !== null ? maskMembers(value as Record<string, unknown>) : value;
}

/** Whatever key of the deployment stands anywhere after all, such as in the address, is taken out by its value. */
function toShown({ origin, path, headers, body }: OutboundRequest, deployment: Deployment): ShownRequest {
  const shown: ShownRequest = {
    raw_request_api_base: origin + path,
    raw_request_body: bodyOf(body),
    raw_request_headers: headers,
  };
  const text = secretsOf(deployment).reduce((rest, secret) => rest.replaceAll(secret, mask), JSON.stringify(shown));
  return JSON.parse(text) as ShownRequest;
}

function bodyOf(body: OutboundRequest['body']): unknown {
  if (body === undefined) return null;
  const text = typeof body === 'string' ? body : Buffer.from(body).toString();
  try {
    return JSON.parse(text);
  } catch {
    // A form: its bytes are the client's own.
    return text;
  }
}
