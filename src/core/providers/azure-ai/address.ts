/** Where the models of Microsoft Foundry lie: behind a resource of many models, or on a host of their own. */
// https://learn.microsoft.com/en-us/azure/foundry/foundry-models/concepts/endpoints
import { azurePath, isAzureOpenAi } from '../azure/address.js';
import { messagesPath } from '../anthropic/claude-host.js';
import type { RequestTarget } from '../openai-compatible/index.js';

type Endpoint = RequestTarget['endpoint'];

const defaultInferenceVersion = '2024-05-01-preview';
/** What users paste after the resource's own address. */
const service = /\/(?:models|anthropic|openai|providers|api\/projects)(?:\/.*)?$/;

/** True for hosts that serve many models of a resource; each of the others serves one deployment. */
export function isResource(origin: string): boolean {
  return /\.(?:services\.ai|openai|cognitiveservices)\.azure\.(?:com|us|cn)$/.test(origin);
}

/** Path and query of an OpenAI-shaped endpoint, such as `/chat/completions`. */
export function foundryPath(endpointPath: string, call: RequestTarget): string {
  const { endpoint } = call;
  if (isAzureOpenAi(endpoint)) return azurePath(endpointPath, call);
  if (endpointPath === '/images/generations' && isResource(endpoint.origin))
    return azurePath(endpointPath, atRoot(call));
  return `${inferencePath(endpoint, endpointPath)}${queryOf(call)}`;
}

/** Cohere's models: a path of their own below a resource. */
export function rerankPath(call: RequestTarget): string {
  const { endpoint } = call;
  if (/\/rerank$/.test(endpoint.basePath)) return endpoint.basePath;
  if (isResource(endpoint.origin)) return `${rootOf(endpoint)}/providers/cohere/v2/rerank`;
  return `${endpoint.basePath.replace(/\/v[12]$/, '')}/v2/rerank`;
}

/** https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry */
export function claudePath({ endpoint }: Pick<RequestTarget, 'endpoint'>): string {
  return messagesPath(`${rootOf(endpoint)}/anthropic`);
}

/** True where the Azure AI Model Inference API answers, which judges parameters by itself unless it is told not to. */
export function isInference({ endpoint }: RequestTarget): boolean {
  return !isAzureOpenAi(endpoint);
}

function inferencePath({ origin, basePath }: Endpoint, endpointPath: string): string {
  if (basePath.endsWith(endpointPath)) return basePath;
  if (isResource(origin) && !basePath.endsWith('/models'))
    return `${rootOf({ origin, basePath })}/models${endpointPath}`;
  return `${basePath}${endpointPath}`;
}

function queryOf({ endpoint, parameters: { provider } }: RequestTarget): string {
  const given = provider['api_version'];
  const configured = typeof given === 'string' && given !== '' ? given : undefined;
  const version = configured ?? (isResource(endpoint.origin) ? defaultInferenceVersion : undefined);
  return version === undefined ? '' : `?api-version=${encodeURIComponent(version)}`;
}

function rootOf({ basePath }: Endpoint): string {
  return basePath.replace(service, '');
}

function atRoot(call: RequestTarget): RequestTarget {
  return { ...call, endpoint: { ...call.endpoint, basePath: rootOf(call.endpoint) } };
}
