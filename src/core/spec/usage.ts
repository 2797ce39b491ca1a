/** Token counts of one answer in one shape, whatever the provider calls them. */

/** All counts are whole tokens where nothing else is said. `promptTokens` includes cached and cache-creation tokens; `completionTokens` includes reasoning. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt: read from the provider's prompt cache. */
  readonly cachedTokens?: number;
  /** Of the prompt: written to the provider's prompt cache (5-minute lifetime, or where the provider names none). */
  readonly cacheCreationTokens?: number;
  /** Of the prompt: written to the cache with a one-hour lifetime; not part of `cacheCreationTokens`. */
  readonly cacheCreation1hTokens?: number;
  readonly reasoningTokens?: number;
  readonly audioPromptTokens?: number;
  readonly audioCompletionTokens?: number;
  readonly imagePromptTokens?: number;
  readonly imageCompletionTokens?: number;
  /** Pictures that were made. */
  readonly images?: number;
  /** Seconds of sound that were read, with fractions. */
  readonly inputSeconds?: number;
  /** Characters that were spoken or read, where the provider bills by them. */
  readonly inputCharacters?: number;
  /** Rerank queries as the provider counts them. */
  readonly searchUnits?: number;
  /** Searches that the provider ran and bills by the piece. */
  readonly webSearchRequests?: number;
  /** Where the provider bills other counts than those that the model read and wrote: what costs are computed from. */
  readonly billed?: { readonly promptTokens: number; readonly completionTokens: number };
  /** What the provider says the answer costs: USD as exact decimal text. */
  readonly reportedUsd?: string;
  /** The tier that the provider says it billed, such as `flex` or `priority`. */
  readonly serviceTier?: string;
}
