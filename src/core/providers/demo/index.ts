/** The built-in demo: answers chat without a network or a key, so that a new installation can be tried at once. */
import type { ChatMessage } from '../../schema/openai/chat.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { localAnswer } from './local-answer.js';

const longestQuote = 200;
/** The usual estimate where no tokenizer is at hand. */
const bytesPerToken = 4;

export const demo: ProviderDefinition = {
  id: 'demo',
  displayName: 'Built-in demo',
  env: {},
  needsApiKey: false,
  authenticate: (request) => request,
  local: {
    answer(call) {
      const text =
        `Hello from the built-in demo, which answers as ${call.model} without calling any provider. ` +
        `You said: "${shortened(lastUserText(call.body.messages))}"`;
      return localAnswer(call, text, {
        promptTokens: tokensOf(call.body.messages.map(({ content }) => textOf(content)).join('\n')),
        completionTokens: tokensOf(text),
      });
    },
  },
};

function lastUserText(messages: readonly ChatMessage[]): string {
  return textOf(messages.findLast(({ role }) => role === 'user')?.content);
}

function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join(' ');
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= longestQuote ? text : `${characters.slice(0, longestQuote).join('')}…`;
}

function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / bytesPerToken));
}
