/** Where a request below a provider's prefix goes: to the account's own host, at the path that the client wrote. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Deployment } from '../../core/spec/index.js';
import type { NativePrefix } from './native-prefixes.js';

export interface NativeAddress {
  readonly origin: string;
  readonly path: string;
}

/**
 * @param rest what stands below the prefix, still encoded
 * @throws GatewayError `invalid_request` for a place that no host name can have
 */
export function nativeAddress({ place }: NativePrefix, deployment: Deployment, rest: string): NativeAddress {
  const { origin, basePath } = deployment.endpoint;
  if (place === 'vertex') return vertexAddress(deployment, rest);
  if (place === 'bedrock') return { origin: bedrockOrigin(origin, rest), path: basePath + rest };
  if (place === 'azure') return { origin, path: basePath.replace(/\/openai(?:\/.*)?$/, '') + rest };
  return { origin, path: joinVersioned(basePath, rest) };
}

const versionAtEnd = /\/v\d+(?:(?:alpha|beta)\d*)?$/;
const versioned = /^\/(?:upload\/|download\/)?v\d+(?:(?:alpha|beta)\d*)?(?:\/|$)/;

/** Clients write the API's version, or leave it to the address: `/openai/v1/models` and `/openai/models` are the same. */
function joinVersioned(basePath: string, rest: string): string {
  if (rest === basePath || rest.startsWith(`${basePath}/`)) return rest;
  return versioned.test(rest) ? basePath.replace(versionAtEnd, '') + rest : basePath + rest;
}

// https://cloud.google.com/vertex-ai/docs/reference/rest#service-endpoint
const publicVertexHost = /^https:\/\/(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com$/;
const locationInPath = /\/locations\/([^/]+)(?:\/|$)/;
const locationName = /^[a-z]+(?:-[a-z]+)*\d{0,2}$/;

/** Google has a host for each location: the one that the path names, as a project's resources lie there. */
function vertexAddress({ endpoint, parameters }: Deployment, rest: string): NativeAddress {
  const root = endpoint.basePath.replace(/\/v\d.*$/, '');
  const path = root + (versioned.test(rest) ? rest : `/v1${rest}`);
  if (!publicVertexHost.test(endpoint.origin)) return { origin: endpoint.origin, path };
  const configured = parameters.provider['vertex_location'];
  const location = locationInPath.exec(rest)?.[1] ?? (typeof configured === 'string' ? configured : 'global');
  if (!locationName.test(location)) {
    const reason =
      'The path names a location that Google Cloud does not have. Write one such as `us-central1` or `global`.';
    throw new GatewayError('invalid_request', { facts: { reason } });
  }
  const host = location === 'global' ? 'aiplatform' : `${location}-aiplatform`;
  return { origin: `https://${host}.googleapis.com`, path };
}

// https://docs.aws.amazon.com/general/latest/gr/bedrock.html
const publicBedrockHost = /^https:\/\/bedrock-runtime\./;
const ofAgents = /^\/(?:agents|knowledgebases|flows|retrieveAndGenerate|retrieveAndGenerateStream|sessions|rerank|generateQuery|optimize-prompt)(?:\/|$)/; // prettier-ignore
const ofModels = /^\/(?:model|guardrail|async-invoke)(?:\/|$)/;

/** AWS keeps models, agents and everything else at three hosts. */
function bedrockOrigin(origin: string, rest: string): string {
  if (ofModels.test(rest) || !publicBedrockHost.test(origin)) return origin;
  return origin.replace('//bedrock-runtime.', ofAgents.test(rest) ? '//bedrock-agent-runtime.' : '//bedrock.');
}
