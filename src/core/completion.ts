/** The library's chat verb: one request to one provider's model, whole or streamed, without a server. */
import { randomUUID } from 'node:crypto';
import { AnswerReader } from './answer-reader.js';
import { InMemoryClientCache } from './client-cache/in-memory-client-cache.js';
import { usageChunk } from './dialects/openai-chat/format.js';
import { GatewayError } from './errors/gateway-error.js';
import { findProviderOfBareModel } from './pricing/price-table.js';
import { providerRegistry } from './providers/registry.js';
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest } from './schema/openai/chat.js';
import { readProviderEnvironment } from './secrets/environment.js';
import {
  systemClock,
  type AnswerFormat,
  type ClientCache,
  type Deployment,
  type Endpoint,
  type NativeCall,
  type ProviderDefinition,
  type RunningCall,
} from './spec/index.js';
import { Egress } from './transport/egress.js';
import { ProviderCall } from './transport/execute-call.js';
import { LocalCall } from './transport/local-call.js';
import { translate } from './transport/translation.js';
import { dispatcherFor, upstreamProfile, type UpstreamProfile } from './transport/upstream-pools.js';

export interface CompletionOptions {
  /** Default: the provider's environment variable, such as `GROQ_API_KEY`. */
  readonly apiKey?: string;
  /** Absolute, with the API's path: `https://api.groq.com/openai/v1`. Default: the environment, then the provider's own. */
  readonly apiBase?: string;
  /** Where connections come from. Default: one cache for all calls, which `closeAll` closes. */
  readonly clientCache?: ClientCache;
  /** For the whole request, a stream's included, milliseconds. Default: 600,000. */
  readonly timeoutMs?: number;
  /** Until the first byte of a stream, and between its chunks, milliseconds. Default: none. */
  readonly streamTimeoutMs?: number;
  /** Aborting it closes the connection to the provider; the call then fails with `client_closed`. */
  readonly signal?: AbortSignal;
  /** Leave out parameters that the provider does not support instead of failing. */
  readonly dropParams?: boolean;
  /** Parameters to leave out always; nested ones as `a.b`. */
  readonly additionalDropParams?: readonly string[];
  /** Parameters to send although the provider's list does not have them. */
  readonly allowedParams?: readonly string[];
  /** Let the adapter repair messages that the provider would refuse. */
  readonly modifyParams?: boolean;
  /** Lower-case names. */
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** Merged into the provider's body last. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** What else the provider's adapter knows: `organization`, `api_version`, ... */
  readonly providerSettings?: Readonly<Record<string, unknown>>;
}

type Chunks = readonly ChatCompletionChunk[];
/** Ends by itself, by `break`, or by an error; can be read once. The request is sent with the first read. */
export type CompletionStream = AsyncGenerator<ChatCompletionChunk, void, undefined>;

const defaultTimeoutMs = 600_000;
const maxResponseBytes = 100 * 1024 * 1024;

/**
 * Asks a model: `completion({ model: 'groq/llama-3.3-70b', messages })`. The part before the first slash is the provider;
 * well-known models (`gpt-4o`, `claude-sonnet-4-5`) need none.
 *
 * A stream carries a last chunk with the usage where `stream_options.include_usage` asks for it. Leaving its loop early
 * closes the connection to the provider.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function completion(
  request: ChatCompletionRequest & { readonly stream: true },
  options?: CompletionOptions,
): CompletionStream;
export function completion(
  request: ChatCompletionRequest & { readonly stream?: false | null },
  options?: CompletionOptions,
): Promise<ChatCompletion>;
export function completion(
  request: ChatCompletionRequest,
  options?: CompletionOptions,
): Promise<ChatCompletion> | CompletionStream;
export function completion(
  request: ChatCompletionRequest,
  options: CompletionOptions = {},
): Promise<ChatCompletion> | CompletionStream {
  return request?.stream === true ? streamAnswer(request, options) : wholeAnswer(request, options);
}

/**
 * Closes the connections that calls without an own `clientCache` have opened; running requests may end first, for at most
 * five seconds. Later calls open new ones.
 */
export async function closeAll(): Promise<void> {
  const closing = defaultClients;
  defaultClients = undefined;
  await closing?.close();
}

let defaultClients: InMemoryClientCache | undefined;
let defaultProfile: UpstreamProfile | undefined;

async function wholeAnswer(request: ChatCompletionRequest, options: CompletionOptions): Promise<ChatCompletion> {
  const reader = new AnswerReader();
  const call = startCall(request, options, reader);
  const ignoreSignal = onAbort(options.signal, (error) => call.abort(error));
  try {
    await call.run();
  } finally {
    ignoreSignal();
  }
  return reader.completion();
}

async function* streamAnswer(request: ChatCompletionRequest, options: CompletionOptions): CompletionStream {
  const reader = new AnswerReader();
  const call = startCall(request, options, reader);
  const ignoreSignal = onAbort(options.signal, (error) => {
    call.abort(error);
    reader.cancel(error);
  });
  call.run().then(
    () => reader.end(undefined),
    (error: unknown) => reader.end(error instanceof Error ? error : new GatewayError('internal', { cause: error })),
  );
  try {
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) yield chunk;
  } finally {
    ignoreSignal();
    // Without effect on a call that has ended.
    call.abort(new GatewayError('client_closed'));
  }
}

const objectFormat: AnswerFormat<ChatCompletion, Chunks> = {
  nativeDialect: undefined,
  whole: (answer) => answer,
  part: (chunks) => chunks,
  tail: (last, usage) => (last !== undefined && usage !== undefined ? [usageChunk(last, usage)] : []),
};

function startCall(request: ChatCompletionRequest, options: CompletionOptions, reader: AnswerReader): RunningCall {
  const deployment = deploymentFor(request, options);
  const call: NativeCall = {
    body: request,
    // Read by native adapters only, which serve clients that read bytes.
    bytes: Buffer.alloc(0),
    model: deployment.model,
    stream: request.stream === true,
    endpoint: deployment.endpoint,
    parameters: deployment.parameters,
    created: Math.floor(systemClock.now() / 1_000),
    responseId: `chatcmpl-${randomUUID()}`,
  };
  const { local } = deployment.provider;
  if (local !== undefined) return new LocalCall(local, call, objectFormat, reader, systemClock);
  const clients = options.clientCache ?? (defaultClients ??= new InMemoryClientCache());
  defaultProfile ??= upstreamProfile({ egress: new Egress(), egressProfile: 'operator' });
  return new ProviderCall(deployment, call.stream, translate(deployment, call, objectFormat), reader, {
    dispatcher: dispatcherFor(clients, deployment.endpoint.origin, defaultProfile),
    clock: systemClock,
    totalTimeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    idleTimeoutMs: call.stream ? options.streamTimeoutMs : undefined,
    maxResponseBytes,
  });
}

function deploymentFor(request: ChatCompletionRequest, options: CompletionOptions): Deployment {
  // Callers in plain JavaScript get no help from the types.
  const requested: unknown = request?.model;
  if (typeof requested !== 'string') throw invalid('`model` must be a string such as "openai/gpt-4o".', 'model');
  if (!Array.isArray(request.messages)) throw invalid('`messages` must be a list of messages.', 'messages');
  const { provider, model } = providerOf(requested);
  const environment = readProviderEnvironment(provider);
  const apiKey = options.apiKey ?? environment.apiKey;
  if (apiKey === undefined && provider.needsApiKey) throw keyMissing(provider);
  return {
    id: requested,
    modelGroup: requested,
    provider,
    model,
    endpoint: provider.local === undefined ? endpointOf(provider, options.apiBase ?? environment.baseUrl) : nowhere,
    egress: 'operator',
    credentials: apiKey === undefined ? {} : { apiKey },
    parameters: {
      dropUnsupported: options.dropParams ?? false,
      alwaysDrop: options.additionalDropParams ?? [],
      alsoAllowed: options.allowedParams ?? [],
      mayModify: options.modifyParams ?? false,
      extraBody: options.extraBody,
      extraHeaders: options.extraHeaders,
      provider: options.providerSettings ?? {},
    },
    defaults: {},
    clientSettable: [],
    timeoutMs: options.timeoutMs,
    streamTimeoutMs: options.streamTimeoutMs,
    weight: undefined,
    rpm: undefined,
    tpm: undefined,
    maxRetries: undefined,
    mockResponse: undefined,
    prices: undefined,
    baseModel: undefined,
    modelInfo: {},
  };
}

function providerOf(requested: string): { provider: ProviderDefinition; model: string } {
  const slash = requested.indexOf('/');
  const id = slash > 0 ? requested.slice(0, slash) : findProviderOfBareModel(requested);
  const provider = id === undefined ? null : providerRegistry.find(id);
  const model = requested.slice(slash + 1);
  if (provider !== null && model !== '') return { provider, model };
  throw invalid(
    `The model "${requested}" does not begin with a known provider. Write "<provider>/<model>", such as "openai/gpt-4o".`,
    'model',
  );
}

const nowhere: Endpoint = { origin: '', basePath: '' };

function endpointOf(provider: ProviderDefinition, configured: string | undefined): Endpoint {
  const base = configured ?? provider.defaultBaseUrl;
  const url = base === undefined ? null : URL.parse(base);
  if (url === null) throw invalid(`The provider ${provider.id} needs \`apiBase\`: an absolute URL.`, 'apiBase');
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

function keyMissing(provider: ProviderDefinition): GatewayError {
  const names = provider.env.apiKey ?? [];
  const otherwise = names.length > 0 ? ` or set ${names.join(' or ')}` : '';
  const message = `There is no API key for ${provider.displayName}. Pass \`apiKey\`${otherwise}.`;
  return new GatewayError('upstream_authentication', { message, provider: provider.id, param: 'apiKey' });
}

function invalid(reason: string, param: string): GatewayError {
  return new GatewayError('invalid_request', { facts: { reason }, param });
}

/**
 * Calls `abort` when the signal says so.
 *
 * @returns what ends the listening
 * @throws GatewayError `client_closed` where it has said so already
 */
function onAbort(signal: AbortSignal | undefined, abort: (error: GatewayError) => void): () => void {
  if (signal === undefined) return () => undefined;
  const listener = (): void => abort(new GatewayError('client_closed', { cause: signal.reason }));
  if (signal.aborted) throw new GatewayError('client_closed', { cause: signal.reason });
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
