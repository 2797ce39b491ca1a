/** The library's router: names of the caller's own, each over one or more deployments that stand in for each other. */
import { askEndpoint, streamSound } from './call-endpoint.js';
import { deploymentFor, invalid, type CallOptions, type RunOptions } from './call-options.js';
import { streamedChat, wholeChat, type CompletionStream } from './chat-verb.js';
import { anthropicMessages } from './dialects/anthropic-messages/index.js';
import { openAiResponses } from './dialects/openai-responses/index.js';
import { streamedDialogue, wholeDialogue, type EventStream } from './dialogue-verb.js';
import type { LibraryPlan } from './library-plan.js';
import { FallbackChain, noFallbacks, type FallbackMap, type FallbackRules } from './router/fallbacks.js';
import { DeploymentRouter } from './router/router.js';
import { plainRules, routingStrategies, type RoutingRules, type RoutingStrategy } from './router/routing-rules.js';
import type { AnthropicMessage } from './schema/anthropic/messages.js';
import type { MessagesRequest } from './schema/anthropic/messages-request.js';
import type { SpeechRequest, Transcription, TranscriptionRequest } from './schema/openai/audio.js';
import type { ChatCompletion, ChatCompletionRequest } from './schema/openai/chat.js';
import type { EmbeddingRequest, EmbeddingResponse } from './schema/openai/embeddings.js';
import type { ImageRequest, ImageResponse } from './schema/openai/images.js';
import type { ModerationRequest, ModerationResponse } from './schema/openai/moderations.js';
import type { ResponseObject, ResponsesRequest } from './schema/openai/responses.js';
import type { RerankRequest, RerankResponse } from './schema/rerank.js';
import type { SoundStream } from './speech.js';
import type { ClientCache, Deployment, ResponseCache, SpeechAudio } from './spec/index.js';

/** One deployment; `model` names its provider: `azure/gpt-4o`. What else may be said is what a single call may say. */
export interface RouterModel extends Omit<
  CallOptions,
  'signal' | 'clientCache' | 'timeoutMs' | 'streamTimeoutMs' | 'cache' | 'cacheTtlMs' | 'cacheNamespace'
> {
  /** What requests ask for. Entries with the same name share its requests. */
  readonly modelName: string;
  readonly model: string;
  /** How often it is chosen beside its siblings. Default: by `rpm`, then `tpm`, then evenly. */
  readonly weight?: number;
  /** Requests and tokens a minute that it may take, as weights. */
  readonly rpm?: number;
  readonly tpm?: number;
  /** Members of a request that does not bring them. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

export interface RouterOptions {
  readonly modelList: readonly RouterModel[];
  /** Attempts besides the first, over all deployments of a name together. Default: 2. */
  readonly numRetries?: number;
  /** The least wait before another attempt on a deployment that has just failed, milliseconds. Default: 0. */
  readonly retryAfterMs?: number;
  /** How a deployment is chosen among those of a name. Default: `power-of-two-choices`. */
  readonly routingStrategy?: RoutingStrategy;
  /** Names that stand in for one that has failed: `{ smart: ['cheap', 'local'] }`; `*` in a name stands for any text. */
  readonly fallbacks?: NamedFallbacks;
  /** Asked first where a prompt is too long. */
  readonly contextWindowFallbacks?: NamedFallbacks;
  /** Asked first where a content policy has refused. */
  readonly contentPolicyFallbacks?: NamedFallbacks;
  /** For names that have no fallbacks of their own. */
  readonly defaultFallbacks?: readonly string[];
  /** Names that are asked after the first. Default: 5. */
  readonly maxFallbacks?: number;
  /** How long a deployment is left alone once it has failed too often, milliseconds; longer where it fails again. Default: 5,000. */
  readonly cooldownMs?: number;
  /** Failures a minute that are put up with. Default: up to 2 in a row and up to half of 5 and more; none of a 429, 401 or 404. */
  readonly allowedFails?: number;
  /** Further names: `{ 'gpt-4': 'gpt-4o' }`. */
  readonly modelGroupAlias?: Readonly<Record<string, string>>;
  /** Where connections come from. Default: the one cache of all calls. */
  readonly clientCache?: ClientCache;
  /** For each whole request, retries included, milliseconds. Default: 600,000. */
  readonly timeoutMs?: number;
  /** Where answers are kept, and asked for before a model is. Default: nowhere. */
  readonly cache?: ResponseCache;
  /** How long an answer is kept, milliseconds. Default: 3,600,000. */
  readonly cacheTtlMs?: number;
}

/** By the name that has failed. */
export type NamedFallbacks = Readonly<Record<string, readonly string[]>>;

/** What one request may say beside its body. */
export type RequestOptions = Pick<
  RunOptions,
  'signal' | 'streamTimeoutMs' | 'timeoutMs' | 'cacheTtlMs' | 'cacheNamespace'
> & {
  /** `false`: the answer is neither taken from the router's cache nor kept in it. */
  readonly cache?: ResponseCache | false;
};

type Streamed = { readonly stream: true };

/**
 * `const router = new Router({ modelList: [{ modelName: 'smart', model: 'openai/gpt-4o' }, ...] })`, then the verbs of the
 * library as its methods. A request that fails before its client has got anything is tried on the next deployment.
 */
export class Router {
  private readonly groups = new Map<string, Deployment[]>();
  private readonly router = new DeploymentRouter(Math.random);
  private readonly rules: RoutingRules;
  private readonly fallbacks: FallbackRules;

  /** @throws GatewayError `invalid_request` for an entry that leads nowhere */
  constructor(private readonly options: RouterOptions) {
    // Callers in plain JavaScript get no help from the types.
    const modelList = (options as Partial<RouterOptions> | undefined)?.modelList;
    if (!modelList?.length) throw invalid('`modelList` must be a non-empty list.', 'modelList');
    modelList.forEach((entry, index) => this.add(entry, index));
    this.rules = rulesOf(options);
    this.fallbacks = fallbacksOf(options);
  }

  get modelNames(): readonly string[] {
    return [...this.groups.keys()];
  }

  completion(request: ChatCompletionRequest & Streamed, options?: RequestOptions): CompletionStream;
  completion(
    request: ChatCompletionRequest & { readonly stream?: false | null },
    options?: RequestOptions,
  ): Promise<ChatCompletion>;
  completion(request: ChatCompletionRequest, options: RequestOptions = {}): Promise<ChatCompletion> | CompletionStream {
    const run = this.runOptions(options);
    if (request?.stream === true) return streamedChat(() => this.planFor(request.model), request, run);
    return this.planned(request?.model, (plan) => wholeChat(plan, request, run));
  }

  messages(request: MessagesRequest & Streamed, options?: RequestOptions): EventStream;
  messages(
    request: MessagesRequest & { readonly stream?: false | null },
    options?: RequestOptions,
  ): Promise<AnthropicMessage>;
  messages(request: MessagesRequest, options: RequestOptions = {}): Promise<AnthropicMessage> | EventStream {
    const run = this.runOptions(options);
    if (request?.stream === true)
      return streamedDialogue(anthropicMessages, () => this.planFor(request.model), request, run);
    return this.planned(request?.model, (plan) => wholeDialogue(anthropicMessages, plan, request, run));
  }

  responses(request: ResponsesRequest & Streamed, options?: RequestOptions): EventStream;
  responses(
    request: ResponsesRequest & { readonly stream?: false | null },
    options?: RequestOptions,
  ): Promise<ResponseObject>;
  responses(request: ResponsesRequest, options: RequestOptions = {}): Promise<ResponseObject> | EventStream {
    const run = this.runOptions(options);
    if (request?.stream === true)
      return streamedDialogue(openAiResponses, () => this.planFor(request.model), request, run);
    return this.planned(request?.model, (plan) => wholeDialogue(openAiResponses, plan, request, run));
  }

  embedding(request: EmbeddingRequest, options: RequestOptions = {}): Promise<EmbeddingResponse> {
    return this.planned(request?.model, (plan) => askEndpoint('embeddings', plan, request, this.runOptions(options)));
  }

  rerank(request: RerankRequest, options: RequestOptions = {}): Promise<RerankResponse> {
    return this.planned(request?.model, (plan) => askEndpoint('rerank', plan, request, this.runOptions(options)));
  }

  imageGeneration(request: ImageRequest, options: RequestOptions = {}): Promise<ImageResponse> {
    return this.planned(request?.model, (plan) => askEndpoint('images', plan, request, this.runOptions(options)));
  }

  transcription(request: TranscriptionRequest, options: RequestOptions = {}): Promise<Transcription> {
    return this.planned(request?.model, (plan) =>
      askEndpoint('transcription', plan, request, this.runOptions(options)),
    );
  }

  speech(request: SpeechRequest, options: RequestOptions = {}): Promise<SpeechAudio> {
    return this.planned(request?.model, (plan) => askEndpoint('speech', plan, request, this.runOptions(options)));
  }

  speechStream(request: SpeechRequest, options: RequestOptions = {}): SoundStream {
    return streamSound(() => this.planFor(request?.model), request, this.runOptions(options));
  }

  moderation(request: ModerationRequest, options: RequestOptions = {}): Promise<ModerationResponse> {
    return this.planned(request?.model, (plan) => askEndpoint('moderations', plan, request, this.runOptions(options)));
  }

  private add(entry: RouterModel, index: number): void {
    const { modelName, model, weight, rpm, tpm, defaults = {}, ...call } = entry;
    if (typeof modelName !== 'string' || modelName === '')
      throw invalid(`\`modelList[${index}].modelName\` must be a non-empty string.`, 'modelList');
    const deployment: Deployment = {
      ...deploymentFor(model, call),
      id: `${modelName}#${index}`,
      modelGroup: modelName,
      defaults,
      weight,
      rpm,
      tpm,
    };
    const group = this.groups.get(modelName) ?? [];
    group.push(deployment);
    this.groups.set(modelName, group);
  }

  private planFor(requested: unknown): LibraryPlan {
    if (typeof requested !== 'string') throw invalid('`model` must be a string: a name of the `modelList`.', 'model');
    const { numRetries = 2, retryAfterMs = 0 } = this.options;
    const { rules } = this;
    const first = this.groupNamed(requested);
    return {
      requested: first.modelGroup,
      router: this.router,
      chain: new FallbackChain(first.modelGroup, this.fallbacks, (model) => this.groups.has(model)),
      deployments: first.deployments,
      planFor: ({ model }, hasFallback, stream) => ({
        ...(model === first.modelGroup ? first : this.groupNamed(model)),
        maxRetries: numRetries,
        retryAfterMs,
        rules,
        stream,
        hasFallback,
      }),
    };
  }

  private groupNamed(requested: string): { modelGroup: string; deployments: readonly Deployment[] } {
    const { modelGroupAlias = {} } = this.options;
    const modelGroup = Object.hasOwn(modelGroupAlias, requested)
      ? (modelGroupAlias[requested] ?? requested)
      : requested;
    const deployments = this.groups.get(modelGroup);
    if (deployments) return { modelGroup, deployments };
    const known = this.modelNames.join(', ');
    throw invalid(`There is no model "${requested}" in this router. It knows ${known}.`, 'model');
  }

  /** Nothing is thrown past the promise. */
  private async planned<Answer>(model: unknown, ask: (plan: LibraryPlan) => Promise<Answer>): Promise<Answer> {
    return ask(this.planFor(model));
  }

  private runOptions(options: RequestOptions): RunOptions {
    const { clientCache, timeoutMs, cache, cacheTtlMs } = this.options;
    const { cache: asked = cache, ...own } = options;
    return {
      ...(clientCache && { clientCache }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(cacheTtlMs !== undefined && { cacheTtlMs }),
      ...own,
      ...(asked && { cache: asked }),
    };
  }
}

function rulesOf({ routingStrategy = 'power-of-two-choices', cooldownMs, allowedFails }: RouterOptions): RoutingRules {
  if (!routingStrategies.includes(routingStrategy)) {
    throw invalid(`\`routingStrategy\` must be one of ${routingStrategies.join(', ')}.`, 'routingStrategy');
  }
  const cooldown = { ...plainRules.cooldown, ...(cooldownMs !== undefined && { cooldownMs }), allowedFails };
  const rateLimits = routingStrategy.startsWith('usage-based');
  return { ...plainRules, strategy: routingStrategy, cooldown, checks: { ...plainRules.checks, rateLimits } };
}

function fallbacksOf(options: RouterOptions): FallbackRules {
  return {
    general: toFallbackMap(options.fallbacks),
    contextWindow: toFallbackMap(options.contextWindowFallbacks),
    contentPolicy: toFallbackMap(options.contentPolicyFallbacks),
    defaults: (options.defaultFallbacks ?? []).map((model) => ({ model })),
    most: options.maxFallbacks ?? noFallbacks.most,
  };
}

function toFallbackMap(named: NamedFallbacks = {}): FallbackMap {
  return new Map(Object.entries(named).map(([name, models]) => [name, models.map((model) => ({ model }))]));
}
