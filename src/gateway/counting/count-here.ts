/** Counts the tokens of a prompt in this process, in turns, so that a long one keeps no other request waiting. */
import { setImmediate } from 'node:timers/promises';
import type { ChatCompletionRequest, ChatMessage, ContentPart } from '../../core/schema/openai/chat.js';
import { countPromptTokens, countTextTokens } from '../../core/tokens/count-tokens.lazy.js';
import { estimateTokens } from '../../core/tokens/estimate-tokens.js';

/** What is counted: messages with their tools, or a text that stands alone. */
export type CountedPrompt = Pick<ChatCompletionRequest, 'messages' | 'tools'> | string;

export interface CountedHere {
  readonly tokens: number;
  /** As LiteLLM names it; `estimate` where the model's own tokenizer is not public, or the prompt is very long. */
  readonly tokenizer: 'openai_tokenizer' | 'estimate';
}

/** A multiple of the pieces that the tokenizer itself cuts a text into, so that the sum is the same. */
const turnLength = 16_384;
/** Beyond this the estimate is as good as anybody needs. */
const mostCountedLength = 4 * 1024 * 1024;

/** @param isOver asked between turns: counting for nobody ends early, with whatever has been counted */
export async function countHere(model: string, prompt: CountedPrompt, isOver: () => boolean): Promise<CountedHere> {
  const long: string[] = [];
  const short = typeof prompt === 'string' ? (long.push(prompt), undefined) : withoutLongTexts(prompt, long);
  const length = long.reduce((sum, text) => sum + text.length, 0);
  const start = short ? await countPromptTokens(model, short) : { tokens: 0, isExact: true };
  if (length > mostCountedLength) {
    const bytes = long.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    return { tokens: start.tokens + estimateTokens(bytes), tokenizer: 'estimate' };
  }
  let { tokens, isExact } = start;
  for (const text of long) {
    for (let at = 0; at < text.length && !isOver(); at += turnLength) {
      const piece = await countTextTokens(model, text.slice(at, at + turnLength));
      tokens += piece.tokens;
      isExact &&= piece.isExact;
      await setImmediate();
    }
  }
  return { tokens, tokenizer: isExact ? 'openai_tokenizer' : 'estimate' };
}

/** Texts that are longer than a turn are moved to `long`. */
function withoutLongTexts(
  { messages, tools }: Exclude<CountedPrompt, string>,
  long: string[],
): Exclude<CountedPrompt, string> {
  const shortened = (text: string): string => {
    if (text.length <= turnLength) return text;
    long.push(text);
    return '';
  };
  const ofPart = (part: ContentPart): ContentPart =>
    part.type === 'text' && typeof part.text === 'string' ? { ...part, text: shortened(part.text) } : part;
  const ofMessage = (message: ChatMessage): ChatMessage => {
    const { content } = message;
    if (typeof content === 'string') return { ...message, content: shortened(content) };
    return Array.isArray(content) ? { ...message, content: content.map(ofPart) } : message;
  };
  return { messages: messages.map(ofMessage), ...(tools && { tools }) };
}
