/** How many tokens some text has, roughly, where no tokenizer may run. */

/** English text and JSON have about four bytes of UTF-8 to a token. */
const bytesPerToken = 4;

/** Tokens in `bytes` bytes of UTF-8 text; at least 1 where there is any. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}
