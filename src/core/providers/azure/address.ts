/** Where Azure OpenAI's requests go: deployments with a dated version, or the v1 API, below whatever address users give. */
// https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle
import { encodeModel } from '../openai-compatible/request-address.js';
import type { RequestTarget } from '../openai-compatible/quirk.js';

/** Where a deployment names none: the version that LiteLLM takes, so that nobody's requests change. */
const defaultVersion = '2025-02-01-preview';
/** From this version on the Responses API lies below the dated paths too. */
const firstWithResponses = '2025-03-01';
const undated: ReadonlySet<string> = new Set(['v1', 'latest', 'preview']);
/** Routes of LiteLLM's that say what a deployment with a name of its own is. */
const series = /^(?:o_series|gpt5_series|responses)\//;

/** The name of the deployment, which is what Azure knows a model by. */
export function deploymentOf({ model }: Pick<RequestTarget, 'model'>): string {
  return model.replace(series, '');
}

/** Path and query of `endpointPath`, such as `/chat/completions`. */
export function azurePath(endpointPath: string, call: RequestTarget): string {
  const { root, rest } = readBase(call.endpoint.basePath);
  const version = versionOf(call);
  if (isV1(rest, version)) return v1Path(root, endpointPath, version);
  const named = /^\/deployments\/([^/]+)/.exec(rest)?.[1] ?? encodeModel(deploymentOf(call)).replaceAll('/', '%2F');
  return `${root}/openai/deployments/${named}${endpointPath}?api-version=${encodeURIComponent(version)}`;
}

/** The Responses API has the model in the body, and no place below a deployment. */
export function responsesPath(call: RequestTarget): string {
  const { root, rest } = readBase(call.endpoint.basePath);
  const version = versionOf(call);
  if (isV1(rest, version) || version < firstWithResponses) return v1Path(root, '/responses', version);
  return `${root}/openai/responses?api-version=${encodeURIComponent(version)}`;
}

/** What belongs to the account, such as its files: below no deployment. */
export function resourcePath(endpointPath: string, call: RequestTarget): string {
  const { root, rest } = readBase(call.endpoint.basePath);
  const version = versionOf(call);
  if (isV1(rest, version)) return v1Path(root, endpointPath, version);
  return `${root}/openai${endpointPath}?api-version=${encodeURIComponent(version)}`;
}

/** True for addresses that lie below `/openai`, or belong to a host that has nothing else. */
export function isAzureOpenAi({ origin, basePath }: RequestTarget['endpoint']): boolean {
  return /\/openai(?:\/|$)/.test(basePath) || /\.(?:openai|cognitiveservices)\.azure\.(?:com|us|cn)$/.test(origin);
}

function readBase(basePath: string): { readonly root: string; readonly rest: string } {
  const at = /\/openai(?=\/|$)/.exec(basePath)?.index;
  return at === undefined
    ? { root: basePath, rest: '' }
    : { root: basePath.slice(0, at), rest: basePath.slice(at + '/openai'.length) };
}

function versionOf({ parameters: { provider } }: RequestTarget): string {
  const version = provider['api_version'];
  // YAML reads `2024-10-21` as a date where it is not quoted.
  if (version instanceof Date) return version.toISOString().slice(0, 10);
  return typeof version === 'string' && version !== '' ? version : defaultVersion;
}

function isV1(rest: string, version: string): boolean {
  return /^\/v1(?:\/|$)/.test(rest) || (undated.has(version) && !rest.startsWith('/deployments/'));
}

function v1Path(root: string, endpointPath: string, version: string): string {
  const query = version === 'preview' || version === 'latest' ? '?api-version=preview' : '';
  return `${root}/openai/v1${endpointPath}${query}`;
}
