/** Answers of the library's verbs out of a cache where they are in one, and into it where they are not. */
import { hash } from 'node:crypto';
import type { RunOptions } from './call-options.js';
import type { LibraryPlan } from './library-plan.js';
import { answerKey, type KeyedRequest } from './response-cache/answer-key.js';
import { AnswerRecorder } from './response-cache/answer-recorder.js';
import { canonicalJson } from './response-cache/canonical-json.js';
import { EmbeddingLookup } from './response-cache/embedding-lookup.js';
import { servedBy } from './response-cache/served-by.js';
import type { EmbeddingResponse } from './schema/openai/embeddings.js';
import { systemClock, type AnswerKind, type ResponseCache } from './spec/index.js';

export interface AskedVerb {
  readonly kind: AnswerKind;
  readonly body: object;
  readonly plan: LibraryPlan;
  readonly options: RunOptions;
}

const defaultTtlMs = 3_600_000;
const mostBytes = 8 * 1_048_576;

interface Place {
  readonly cache: ResponseCache;
  readonly key: string;
}

export async function cachedWhole<Whole>(asked: AskedVerb, ask: () => Promise<Whole>): Promise<Whole> {
  const place = await placeOf(asked, false);
  if (place === undefined) return ask();
  const kept = await place.cache.get(place.key);
  // Each caller gets objects of its own, which it may change.
  if (kept?.form === 'whole' && kept.parts[0]) return JSON.parse(Buffer.from(kept.parts[0]).toString()) as Whole;
  const answer = await ask();
  const recorder = new AnswerRecorder(mostBytes);
  recorder.whole(JSON.stringify(answer));
  await keep(place, recorder, asked.options);
  return answer;
}

/** An answer is kept once it has ended well and been read to its end. */
export async function* cachedStream<Part>(
  asked: AskedVerb,
  ask: () => AsyncGenerator<Part, void, undefined>,
): AsyncGenerator<Part, void, undefined> {
  const place = await placeOf(asked, true);
  if (place === undefined) {
    yield* ask();
    return;
  }
  const kept = await place.cache.get(place.key);
  if (kept?.form === 'stream') {
    for (const part of kept.parts) yield JSON.parse(Buffer.from(part).toString()) as Part;
    return;
  }
  const recorder = new AnswerRecorder(mostBytes);
  for await (const part of ask()) {
    recorder.part(JSON.stringify(part));
    yield part;
  }
  await keep(place, recorder, asked.options);
}

/** @param kind undefined for an endpoint whose answers are not kept */
export async function cachedEndpoint<Body extends object, Answer>(
  kind: AnswerKind | undefined,
  asked: Omit<AskedVerb, 'kind'> & { readonly body: Body },
  ask: (body: Body) => Promise<Answer>,
): Promise<Answer> {
  const { cache } = asked.options;
  if (kind === undefined || cache === undefined) return ask(asked.body);
  if (kind !== 'embeddings') return cachedWhole({ ...asked, kind }, () => ask(asked.body));
  const lookup = await EmbeddingLookup.open(cache, keyed({ ...asked, kind }, false));
  if (lookup === undefined) return ask(asked.body);
  // The verb names the endpoint together with the shapes that the contract gives it.
  if (lookup.isComplete) return lookup.complete() as Answer;
  const answer = await ask(lookup.remaining(asked.body));
  const joined = lookup.join(answer as EmbeddingResponse, timesOf(asked.options));
  await Promise.all(joined.entries.map((entry) => cache.set(entry.key, entry.answer)));
  return joined.answer as Answer;
}

async function placeOf(asked: AskedVerb, stream: boolean): Promise<Place | undefined> {
  const { cache } = asked.options;
  if (cache === undefined) return undefined;
  const key = await answerKey(keyed(asked, stream));
  return key === undefined ? undefined : { cache, key };
}

function keyed({ kind, body, plan, options }: AskedVerb, stream: boolean): KeyedRequest {
  const { deployments, requested } = plan;
  // Those who call with another account get answers of that account.
  const accounts = canonicalJson(deployments.map(({ credentials }) => credentials)) ?? '';
  return {
    tenant: hash('sha256', accounts),
    namespace: options.cacheNamespace ?? '',
    modelGroup: requested,
    servedBy: servedBy(deployments),
    kind,
    stream,
    body: body as Readonly<Record<string, unknown>>,
  };
}

async function keep({ cache, key }: Place, recorder: AnswerRecorder, options: RunOptions): Promise<void> {
  const { storedAtMs, expiresAtMs } = timesOf(options);
  const answer = recorder.finish({ usage: undefined }, storedAtMs, expiresAtMs - storedAtMs);
  if (answer) await cache.set(key, answer);
}

function timesOf({ cacheTtlMs = defaultTtlMs }: RunOptions): { storedAtMs: number; expiresAtMs: number } {
  const storedAtMs = systemClock.now();
  return { storedAtMs, expiresAtMs: storedAtMs + cacheTtlMs };
}
