/** OpenAI's text completions, the endpoint that was before chat. */
// https://platform.openai.com/docs/api-reference/completions
import type { ChatUsage, FinishReason } from './chat.js';

export interface CompletionRequest {
  readonly model: string;
  /** A text, several, or token ids. */
  readonly prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly echo?: boolean | null;
  readonly max_tokens?: number | null;
  readonly n?: number | null;
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
  readonly suffix?: string | null;
  readonly [param: string]: unknown;
}

export interface CompletionChoice {
  readonly index: number;
  readonly text: string;
  readonly logprobs: unknown;
  readonly finish_reason: FinishReason | null;
}

/** A whole answer, or a chunk of a streamed one. */
export interface TextCompletion {
  readonly id: string;
  readonly object: 'text_completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly CompletionChoice[];
  readonly usage?: ChatUsage;
}
