/** The OpenAI embeddings wire shapes. */
// https://platform.openai.com/docs/api-reference/embeddings
import type { ChatUsage } from './chat.js';

export interface EmbeddingRequest {
  readonly model: string;
  /** Texts, or token ids; some providers also take content parts (images). */
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[] | readonly unknown[];
  readonly dimensions?: number | null;
  readonly encoding_format?: 'float' | 'base64' | null;
  readonly user?: string | null;
  readonly [param: string]: unknown;
}

export interface Embedding {
  readonly object: 'embedding';
  readonly index: number;
  /** Numbers, or little-endian 32-bit floats in base64 where that was asked for. */
  readonly embedding: readonly number[] | string;
}

export interface EmbeddingResponse {
  readonly object: 'list';
  readonly data: readonly Embedding[];
  readonly model: string;
  readonly usage?: ChatUsage;
  readonly [member: string]: unknown;
}
