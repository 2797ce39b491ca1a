/** Counts the tokens of a prompt in this process. */
import type { ChatCompletionRequest } from '../../core/schema/openai/chat.js';
import { countPromptTokens, countTextTokens } from '../../core/tokens/count-tokens.lazy.js';

/** What is counted: messages with their tools, or a text that stands alone. */
export type CountedPrompt = Pick<ChatCompletionRequest, 'messages' | 'tools'> | string;

export interface CountedHere {
  readonly tokens: number;
  /** As LiteLLM names it; `estimate` where the model's own tokenizer is not public, or the prompt is very long. */
  readonly tokenizer: 'openai_tokenizer' | 'estimate';
}

/** Some 250,000 tokens. What is beyond them is estimated: nobody needs it exactly, and tokenizing takes time. */
const mostLength = 1024 * 1024;

/** @param isOver true once nobody waits for it any more: the count ends early then, and is worth nothing */
export async function countHere(model: string, prompt: CountedPrompt, isOver: () => boolean): Promise<CountedHere> {
  const limits = { mostLength, isOver };
  const { tokens, isExact } =
    typeof prompt === 'string'
      ? await countTextTokens(model, prompt, limits)
      : await countPromptTokens(model, prompt, limits);
  return { tokens, tokenizer: isExact ? 'openai_tokenizer' : 'estimate' };
}
