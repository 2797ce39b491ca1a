/** The door of the room: looks up what a request asks for, and takes down what it gets. */
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { CachePolicy } from '../config/cache-settings.js';
import { CLOCK } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import { answerKey, type KeyedRequest } from '../core/response-cache/answer-key.js';
import { AnswerRecorder, type AnswerFacts } from '../core/response-cache/answer-recorder.js';
import { EmbeddingLookup } from '../core/response-cache/embedding-lookup.js';
import { servedBy } from '../core/response-cache/served-by.js';
import type { EmbeddingResponse } from '../core/schema/openai/embeddings.js';
import type { Clock } from '../core/spec/clock.js';
import type { RecordedAnswer } from '../core/spec/response-cache.js';
import { readCacheControls, type CacheControls, type ControlSources } from './cache-controls.js';
import { CacheCounters, type CacheCounts } from './cache-counters.js';
import type { CacheableRequest, CacheHit, CacheLookup, CacheMiss, CachePartial, Recording } from './cache-lookup.js';
import type { CacheStores } from './open-stores.lazy.js';
import { RunningAnswers, type Settle } from './running-answers.js';
import type { PlacedPrompt } from './semantic/semantic-cache.js';
import { tenantOf } from './tenant.js';
import { waitFor } from './wait-for.js';

/** The injection token of `CacheStores`, or of undefined where there is no cache. */
export const CACHE_STORES = Symbol('CACHE_STORES');

const bypass = { outcome: 'bypass' } as const;

interface AskedKey {
  readonly key: string;
  readonly keyed: KeyedRequest;
  /** Tells those who wait for the same answer what has come of it; undefined where nobody may. */
  readonly settle: Settle | undefined;
}

@Injectable()
export class ResponseCacheService implements OnModuleInit, OnApplicationShutdown {
  private readonly running = new RunningAnswers();
  private readonly counters = new CacheCounters();

  constructor(
    @Inject(CACHE_STORES) private readonly stores: CacheStores | undefined,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.stores?.guard?.open();
    this.stores?.semantic?.open();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.stores?.guard?.close(), this.stores?.semantic?.close()]);
  }

  /** False where the configuration has no cache: nothing else here need be called. */
  get isOn(): boolean {
    return this.stores !== undefined;
  }

  counts(): CacheCounts {
    return this.counters.read();
  }

  /** @throws GatewayError `invalid_request` as `readCacheControls` */
  controls(given: unknown, sources: Omit<ControlSources, 'isDefaultOn'> = {}): CacheControls {
    return readCacheControls(given, { ...sources, isDefaultOn: this.policy.isDefaultOn });
  }

  /** Never rejects for a reason of the cache: what cannot be looked up is not there. */
  async lookup(request: CacheableRequest): Promise<CacheLookup> {
    const { stores, policy } = this;
    const { controls, callType } = request;
    if (stores === undefined || !(controls.reads || controls.stores) || !isServed(policy, callType)) return bypass;
    const keyed = keyedRequest(request, policy);
    if (request.kind === 'embeddings') return this.lookupInputs(stores, request, keyed);
    // A file that cannot be read is told of where it is sent.
    const key = await answerKey(keyed).catch(() => undefined);
    if (key === undefined) return bypass;
    const running = this.isShared(request) ? this.running.find(key) : undefined;
    const shared = running && (await waitFor(running, request.waitMs, request.signal));
    if (shared && this.isFresh(shared, request)) {
      this.counters.add('shared');
      return this.hit(key, shared);
    }
    // Where nobody was running nothing was waited for: nobody else can have begun meanwhile.
    const isFirst = this.isShared(request) && this.running.find(key) === undefined;
    const settle = isFirst ? this.running.begin(key) : undefined;
    try {
      const found = await this.findOrRecord(stores, request, { key, keyed, settle });
      // Those who wait for an answer to the same prompt find one to a similar prompt by themselves, and say how similar it is.
      if (found.outcome === 'hit') settle?.(found.similarity === undefined ? found.answer : undefined);
      return found;
    } catch (error) {
      settle?.(undefined);
      throw error;
    }
  }

  private get policy(): CachePolicy {
    return this.settings.current().cache.policy;
  }

  private isShared({ controls }: CacheableRequest): boolean {
    return this.policy.singleFlight && controls.reads && controls.stores;
  }

  private async findOrRecord(
    stores: CacheStores,
    request: CacheableRequest,
    asked: AskedKey,
  ): Promise<CacheHit | CacheMiss> {
    const { controls } = request;
    const { key, keyed } = asked;
    const answer = controls.reads ? await stores.cache.get(key) : undefined;
    if (answer && this.isFresh(answer, request)) return this.hit(key, answer);
    const prompt = await this.place(stores, request, keyed);
    const similar = prompt && controls.reads ? await this.findSimilar(stores, request, prompt) : undefined;
    if (similar) return similar;
    this.counters.add('misses');
    return { outcome: 'miss', key, recording: this.record(stores, request, asked, prompt) };
  }

  private async place(
    { semantic }: CacheStores,
    { embedding }: CacheableRequest,
    keyed: KeyedRequest,
  ): Promise<PlacedPrompt | undefined> {
    if (semantic === undefined || embedding === undefined) return undefined;
    return semantic.place(keyed, embedding, this.policy.embeddingTimeoutMs);
  }

  private async findSimilar(
    { semantic, cache }: CacheStores,
    request: CacheableRequest,
    prompt: PlacedPrompt,
  ): Promise<CacheHit | undefined> {
    const match = await semantic?.find(prompt, this.policy.similarityThreshold);
    if (match === undefined) return undefined;
    const answer = await cache.get(match.key);
    if (answer === undefined) {
      await semantic?.remove(prompt, match.key);
      return undefined;
    }
    if (!this.isFresh(answer, request)) return undefined;
    this.counters.add('semanticHits');
    return { ...this.hit(match.key, answer), similarity: match.similarity };
  }

  private hit(key: string, answer: RecordedAnswer): CacheHit {
    this.counters.add('hits');
    return { outcome: 'hit', key, answer };
  }

  private isFresh({ storedAtMs }: RecordedAnswer, { controls }: CacheableRequest): boolean {
    return controls.maxAgeMs === undefined || this.clock.now() - storedAtMs <= controls.maxAgeMs;
  }

  private record(
    stores: CacheStores,
    request: CacheableRequest,
    { key, settle }: AskedKey,
    prompt: PlacedPrompt | undefined,
  ): Recording {
    const recorder = new AnswerRecorder(stores.settings.entryBytes);
    if (!request.controls.stores) recorder.drop();
    const ttlMs = request.controls.ttlMs ?? this.policy.ttlMs;
    return {
      whole: (answer) => recorder.whole(answer),
      part: (part) => recorder.part(part),
      commit: (facts: AnswerFacts) => {
        const answer = recorder.finish(facts, this.clock.now(), ttlMs);
        settle?.(answer);
        if (answer) void this.keep(stores, key, answer, prompt);
      },
      drop: () => {
        recorder.drop();
        settle?.(undefined);
      },
    };
  }

  private async keep(
    { cache, semantic }: CacheStores,
    key: string,
    answer: RecordedAnswer,
    prompt: PlacedPrompt | undefined,
  ): Promise<void> {
    if (answer.expiresAtMs <= this.clock.now()) return;
    await cache.set(key, answer);
    this.counters.add('stored');
    if (prompt) await semantic?.add(prompt, key);
  }

  private async lookupInputs(
    stores: CacheStores,
    request: CacheableRequest,
    keyed: KeyedRequest,
  ): Promise<CacheLookup> {
    const isFresh = (answer: RecordedAnswer): boolean => request.controls.reads && this.isFresh(answer, request);
    const lookup = await EmbeddingLookup.open(stores.cache, keyed, isFresh);
    if (lookup === undefined) return bypass;
    const { found, missing } = lookup.counts;
    this.counters.add('inputsFound', found);
    this.counters.add('inputsMissing', missing);
    const key = lookup.firstKey;
    if (lookup.isComplete) return this.hit(key, wholeAnswer(lookup.complete(), this.clock.now()));
    this.counters.add('misses');
    const body = lookup.remaining(request.body);
    return { outcome: 'partial', key, body, found, missing, complete: this.completion(stores, request, lookup) };
  }

  private completion(
    { cache }: CacheStores,
    { controls }: CacheableRequest,
    lookup: EmbeddingLookup,
  ): CachePartial['complete'] {
    return (given) => {
      const bytes = Buffer.from(given);
      const storedAtMs = this.clock.now();
      const expiresAtMs = storedAtMs + (controls.ttlMs ?? this.policy.ttlMs);
      const answer = JSON.parse(bytes.toString()) as EmbeddingResponse;
      const joined = lookup.join(answer, { storedAtMs, expiresAtMs });
      if (controls.stores && expiresAtMs > storedAtMs) {
        for (const entry of joined.entries) void cache.set(entry.key, entry.answer);
        this.counters.add('stored', joined.entries.length);
      }
      return joined.answer === answer ? bytes : Buffer.from(JSON.stringify(joined.answer));
    };
  }
}

function keyedRequest(request: CacheableRequest, policy: CachePolicy): KeyedRequest {
  const { kind, stream, modelGroup, deployments, body, headers, owner, controls } = request;
  return {
    // Whoever gets a response may go on from it by its id, and only the key that it was made for may do that.
    tenant: tenantOf(owner, isNamedLater(request) ? { ...policy, scope: 'key' } : policy),
    namespace: controls.namespace ?? '',
    modelGroup,
    servedBy: servedBy(deployments),
    kind,
    stream,
    body,
    ...(headers && { headers }),
  };
}

/** A response that is kept, as the Responses API does where nothing else is said. */
function isNamedLater({ kind, body }: CacheableRequest): boolean {
  return kind === 'openai-responses' && body['store'] !== false;
}

/** LiteLLM's synchronous names mean the same. */
function isServed({ callTypes }: CachePolicy, callType: string): boolean {
  return callTypes === undefined || callTypes.some((name) => name === callType || `a${name}` === callType);
}

function wholeAnswer(response: EmbeddingResponse, now: number): RecordedAnswer {
  const tokens = response.usage?.prompt_tokens ?? 0;
  return {
    form: 'whole',
    parts: [Buffer.from(JSON.stringify(response))],
    usage: { promptTokens: tokens, completionTokens: 0 },
    storedAtMs: now,
    expiresAtMs: now,
  };
}
