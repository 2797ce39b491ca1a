/** The dialects in which clients ask how many tokens a request has: one row each. */
import { parseCountRequest } from '../../core/dialects/anthropic-messages/parse-request.js';
import { anthropicMessages } from '../../core/dialects/anthropic-messages/index.js';
import { geminiGenerateContent } from '../../core/dialects/gemini/index.js';
import { parseCountTokensRequest } from '../../core/dialects/gemini/parse-count-request.js';
import type { GenerateContentRequest } from '../../core/schema/google/generate-content-request.js';
import type { MessagesRequest } from '../../core/schema/anthropic/messages-request.js';
import { generateContent, messages } from '../chat/dialogue-kinds.js';
import type { ReadOperation } from '../operation.js';
import type { MemberMeaning, ModelRequest } from '../request-settings.js';
import { readCount, type CountKind } from './count-operation.js';

/** The prompt alone is counted: whatever a model supports beside it changes nothing. */
export const anyReceiver = { supported: new Set<string>() };

const countMessages: CountKind = {
  read(bytes) {
    const { body, reservedMembers } = parseCountRequest(bytes);
    return {
      body,
      bodyBytes: bytes.length,
      reservedMembers,
      dialect: 'anthropic-messages',
      prompt: (sent) => anthropicMessages.toHub(sent as unknown as MessagesRequest, anyReceiver),
    };
  },
  meaning: messages.meaning as MemberMeaning<ModelRequest>,
  ...(messages.clientHeaders && { clientHeaders: messages.clientHeaders }),
  format: ({ tokens, original }) =>
    JSON.stringify(typeof original?.['input_tokens'] === 'number' ? original : { input_tokens: tokens }),
};

export const readMessagesCount: ReadOperation = readCount(countMessages);

export function readGeminiCount(model: string): ReadOperation {
  return readCount({
    read(bytes) {
      const { body, reservedMembers } = parseCountTokensRequest(bytes, model);
      return {
        body,
        bodyBytes: bytes.length,
        reservedMembers,
        dialect: 'gemini-generate-content',
        prompt: (sent) => geminiGenerateContent.toHub(sent as unknown as GenerateContentRequest, anyReceiver),
      };
    },
    meaning: generateContent.meaning as MemberMeaning<ModelRequest>,
    format: ({ tokens, original }) => JSON.stringify(original ?? { totalTokens: tokens }),
  });
}
