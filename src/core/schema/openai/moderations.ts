/** The OpenAI moderation wire shapes. */
// https://platform.openai.com/docs/api-reference/moderations

export interface ModerationRequest {
  readonly model: string;
  /** Texts, or content parts. */
  readonly input: string | readonly string[] | readonly Readonly<Record<string, unknown>>[];
  readonly [param: string]: unknown;
}

export interface ModerationResult {
  readonly flagged: boolean;
  readonly categories: Readonly<Record<string, boolean | null>>;
  /** From 0 to 1. */
  readonly category_scores: Readonly<Record<string, number>>;
  readonly category_applied_input_types?: Readonly<Record<string, readonly string[]>>;
}

export interface ModerationResponse {
  readonly id: string;
  readonly model: string;
  readonly results: readonly ModerationResult[];
}
