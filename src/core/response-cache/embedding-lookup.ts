/** Looks up the inputs of one embedding request one by one, so that a provider is asked for the missing ones alone. */
import { GatewayError } from '../errors/gateway-error.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../schema/openai/embeddings.js';
import type { RecordedAnswer, ResponseCache } from '../spec/index.js';
import { inputKeys, type KeyedRequest } from './answer-key.js';
import {
  inputsOf,
  joinedEmbeddings,
  keptEmbeddings,
  readKept,
  usageOf,
  type KeptEmbedding,
} from './embedding-answers.js';
import { isKept } from './key-members.js';

/** What is to be kept of an answer, each under its input's key. */
export type NewEntries = readonly { readonly key: string; readonly answer: RecordedAnswer }[];

export class EmbeddingLookup {
  private constructor(
    private readonly inputs: readonly unknown[],
    private readonly keys: readonly string[],
    /** By key. */
    private readonly found: Map<string, KeptEmbedding>,
  ) {}

  /**
   * Undefined for a request whose inputs are not kept.
   *
   * @param isFresh false for what is too old for this request
   */
  static async open(
    cache: Pick<ResponseCache, 'getMany'>,
    request: KeyedRequest,
    isFresh: (answer: RecordedAnswer) => boolean = () => true,
  ): Promise<EmbeddingLookup | undefined> {
    if (!isKept(request.kind, request.body)) return undefined;
    const inputs = inputsOf(request.body['input'] as EmbeddingRequest['input']);
    const keys = inputKeys(request, inputs);
    if (inputs.length === 0 || !keys.every((key) => key !== undefined)) return undefined;
    const found = new Map<string, KeptEmbedding>();
    for (const [place, answer] of (await cache.getMany(keys)).entries()) {
      const kept = answer?.parts[0] && isFresh(answer) ? readKept(answer.parts[0]) : null;
      if (kept) found.set(keys[place] ?? '', kept);
    }
    return new EmbeddingLookup(inputs, keys, found);
  }

  get firstKey(): string {
    return this.keys[0] ?? '';
  }

  /** Inputs of the request, each as often as it stands in it. */
  get counts(): { readonly found: number; readonly missing: number } {
    const found = this.keys.filter((key) => this.found.has(key)).length;
    return { found, missing: this.keys.length - found };
  }

  get isComplete(): boolean {
    return this.counts.missing === 0;
  }

  /** The request for what is missing, each input once; the request as it is where that is all of it. */
  remaining<Body extends object>(body: Body): Body {
    const places = this.missingPlaces();
    return places.length === this.inputs.length ? body : { ...body, input: places.map((place) => this.inputs[place]) };
  }

  /** Where nothing is missing. */
  complete(): EmbeddingResponse {
    return joinedEmbeddings(this.keys.map((key) => this.foundAt(key)));
  }

  /**
   * The answer to the whole request out of what was found and the answer to what was missing.
   *
   * @throws GatewayError `upstream_invalid_response` where that has not one vector for each input, and some were found
   */
  join(
    answer: EmbeddingResponse,
    times: Pick<RecordedAnswer, 'storedAtMs' | 'expiresAtMs'>,
  ): { readonly answer: EmbeddingResponse; readonly entries: NewEntries } {
    const places = this.missingPlaces();
    const isWhole = places.length === this.inputs.length;
    const kept = keptEmbeddings(
      places.map((place) => this.inputs[place]),
      answer,
    );
    if (kept === undefined) {
      if (isWhole) return { answer, entries: [] };
      const reason = 'it has not one vector for each input';
      throw new GatewayError('upstream_invalid_response', { facts: { reason } });
    }
    const entries = kept.map((each, order) => {
      const key = this.keys[places[order] ?? 0] ?? '';
      this.found.set(key, each);
      return { key, answer: { ...recorded(each), ...times } };
    });
    return { answer: isWhole ? answer : this.complete(), entries };
  }

  private missingPlaces(): number[] {
    const seen = new Set<string>();
    const places: number[] = [];
    for (const [place, key] of this.keys.entries()) {
      if (this.found.has(key) || seen.has(key)) continue;
      seen.add(key);
      places.push(place);
    }
    return places;
  }

  private foundAt(key: string): KeptEmbedding {
    const kept = this.found.get(key);
    if (kept === undefined)
      throw new GatewayError('internal', { detail: 'an embedding that was not found is asked for' });
    return kept;
  }
}

function recorded(kept: KeptEmbedding): Pick<RecordedAnswer, 'form' | 'parts' | 'usage'> {
  return { form: 'whole', parts: [Buffer.from(JSON.stringify(kept))], usage: usageOf(kept) };
}
