/** One list of vectors of several answers, for providers that take one input in a request. */
import type { EmbeddingResponse } from '../../../schema/openai/embeddings.js';

/** @param answers at least one, in the order of the inputs */
export function joinEmbeddings(answers: readonly EmbeddingResponse[]): EmbeddingResponse {
  const [first] = answers;
  if (!first) throw new TypeError('There is no answer to join.');
  const data = answers.flatMap((answer) => answer.data).map((embedding, index) => ({ ...embedding, index }));
  const tokens = answers.reduce((sum, { usage }) => sum + (usage?.prompt_tokens ?? 0), 0);
  if (!first.usage) return { ...first, data };
  return { ...first, data, usage: { ...first.usage, prompt_tokens: tokens, total_tokens: tokens } };
}
