/** Embeddings are kept input by input: takes a request apart, and puts kept and new vectors together in the request's order. */
import type { Embedding, EmbeddingRequest, EmbeddingResponse } from '../schema/openai/embeddings.js';
import type { Usage } from '../spec/index.js';

/** One input's vector as it is kept. */
export interface KeptEmbedding {
  readonly embedding: readonly number[] | string;
  /** The model as the answer named it. */
  readonly model: string;
  /** This input's part of the prompt's tokens. */
  readonly tokens: number;
}

/** A list of token ids is one input, as a text is. */
export function inputsOf(input: EmbeddingRequest['input']): readonly unknown[] {
  if (!Array.isArray(input)) return [input];
  return input.length > 0 && typeof input[0] === 'number' ? [input] : input;
}

/** What is kept of an answer, in the order of its inputs; undefined where it has not one vector for each. */
export function keptEmbeddings(
  inputs: readonly unknown[],
  answer: EmbeddingResponse,
): readonly KeptEmbedding[] | undefined {
  const vectors = inOrder(inputs.length, answer.data);
  if (vectors === undefined) return undefined;
  const tokens = shares(answer.usage?.prompt_tokens ?? 0, inputs.map(weightOf));
  return vectors.map(({ embedding }, place) => ({ embedding, model: answer.model, tokens: tokens[place] ?? 0 }));
}

/** The answer to all inputs, as if they had been asked for together. */
export function joinedEmbeddings(kept: readonly KeptEmbedding[]): EmbeddingResponse {
  const tokens = kept.reduce((sum, each) => sum + each.tokens, 0);
  return {
    object: 'list',
    data: kept.map(({ embedding }, index) => ({ object: 'embedding', index, embedding })),
    model: kept[0]?.model ?? '',
    usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens },
  };
}

/** The usage of a single input, for the answer that is kept of it. */
export function usageOf({ tokens }: KeptEmbedding): Usage {
  return { promptTokens: tokens, completionTokens: 0 };
}

/** Null for what is no such record. */
export function readKept(bytes: Uint8Array): KeptEmbedding | null {
  let read: Partial<Record<keyof KeptEmbedding, unknown>> | null;
  try {
    read = JSON.parse(Buffer.from(bytes).toString()) as typeof read;
  } catch {
    return null;
  }
  const { embedding, model, tokens } = read ?? {};
  if (typeof model !== 'string' || typeof tokens !== 'number') return null;
  if (typeof embedding !== 'string' && !Array.isArray(embedding)) return null;
  return { embedding: embedding as KeptEmbedding['embedding'], model, tokens };
}

function inOrder(count: number, data: readonly Embedding[]): readonly Embedding[] | undefined {
  const places: (Embedding | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const each of data) {
    if (!(each.index in places) || places[each.index] !== undefined) return undefined;
    places[each.index] = each;
  }
  return data.length === count ? (places as readonly Embedding[]) : undefined;
}

/** Providers count a request's tokens together: each input's part goes by its length. */
function weightOf(input: unknown): number {
  if (typeof input === 'string') return Math.max(1, Buffer.byteLength(input));
  return Array.isArray(input) ? Math.max(1, input.length) : Math.max(1, JSON.stringify(input)?.length ?? 1);
}

/** Whole numbers by weight whose sum is `total`. */
function shares(total: number, weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let weighed = 0;
  let given = 0;
  return weights.map((weight) => {
    weighed += weight;
    const share = Math.round((total * weighed) / all) - given;
    given += share;
    return share;
  });
}
