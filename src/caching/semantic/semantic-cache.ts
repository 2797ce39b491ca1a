/** Finds an answer to a prompt that means the same: a vector by any configured model, and the nearest one that is near enough. */
import { bucketKey, type KeyedRequest } from '../../core/response-cache/answer-key.js';
import { isKept } from '../../core/response-cache/key-members.js';
import type { CallAccount, Deployment, ModelCaller } from '../../core/spec/index.js';
import { promptOf } from './prompt-text.js';
import { normalized, type Match, type VectorIndex } from './vector-index.js';

/** On whose behalf a prompt's vector is made, and how. */
export interface EmbeddingContext {
  readonly models: ModelCaller;
  /** The deployments of a model group as it is served now. */
  readonly deploymentsOf: (modelGroup: string) => readonly Deployment[];
  readonly account: CallAccount;
  readonly requestId: string;
  readonly signal?: AbortSignal;
}

export interface SemanticPolicy {
  readonly threshold: number;
  readonly timeoutMs: number;
}

/** One prompt, where it may be compared with others. */
export interface PlacedPrompt {
  readonly bucket: string;
  readonly vector: Float32Array;
}

export class SemanticCache {
  constructor(
    private readonly index: VectorIndex,
    private readonly embeddingModel: string,
  ) {}

  open(): void {
    this.index.open();
  }

  close(): Promise<void> {
    return this.index.close();
  }

  clear(): Promise<void> {
    return this.index.clear();
  }

  /** Undefined for a request that is not compared, and where its vector cannot be had. Never rejects. */
  async place(request: KeyedRequest, context: EmbeddingContext, timeoutMs: number): Promise<PlacedPrompt | undefined> {
    if (!isKept(request.kind, request.body)) return undefined;
    const prompt = promptOf(request.kind, request.body);
    const bucket = prompt && bucketKey({ ...request, body: prompt.rest });
    if (prompt === undefined || bucket === undefined) return undefined;
    const vector = await this.embed(prompt.text, context, timeoutMs);
    return vector && { bucket, vector };
  }

  find({ bucket, vector }: PlacedPrompt, threshold: number): Promise<Match | undefined> {
    return this.index.find(bucket, vector, threshold);
  }

  /** Its answer is there. Never rejects. */
  add({ bucket, vector }: PlacedPrompt, key: string): Promise<void> {
    return this.index.add(bucket, key, vector);
  }

  remove({ bucket }: PlacedPrompt, key: string): Promise<void> {
    return this.index.remove(bucket, key);
  }

  private async embed(text: string, context: EmbeddingContext, timeoutMs: number): Promise<Float32Array | undefined> {
    const { models, deploymentsOf, account, requestId, signal } = context;
    const [deployment] = deploymentsOf(this.embeddingModel);
    if (deployment === undefined) return undefined;
    try {
      const { answer } = await models.call({
        mode: 'embedding',
        body: { input: text, encoding_format: 'float' },
        deployment,
        account,
        timeoutMs,
        parentRequestId: requestId,
        ...(signal && { signal }),
      });
      return vectorIn(typeof answer === 'string' ? answer : Buffer.from(answer).toString());
    } catch {
      // The call has left its own row, which says why: the request does without.
      return undefined;
    }
  }
}

function vectorIn(text: string): Float32Array | undefined {
  const { data } = JSON.parse(text) as { readonly data?: readonly { readonly embedding?: unknown }[] };
  const numbers = data?.[0]?.embedding;
  if (!Array.isArray(numbers) || !numbers.every((each) => typeof each === 'number')) return undefined;
  return normalized(numbers);
}
