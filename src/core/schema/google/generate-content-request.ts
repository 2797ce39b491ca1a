/** A generateContent request as clients write it: members in camelCase or, as Google reads them too, in snake_case. */
// https://ai.google.dev/api/generate-content
import type { GeminiContent } from './generate-content.js';

export interface GenerateContentRequest {
  /** From the path. */
  readonly model: string;
  readonly contents: readonly GeminiContent[];
  readonly [member: string]: unknown;
}
