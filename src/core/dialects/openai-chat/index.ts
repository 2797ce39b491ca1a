/** OpenAI's chat completions as a client's dialect: the hub's own. */
import type { ClientDialect } from '../client-dialect.js';
import { openAiChatFormat } from './format.js';
import { parseChatRequest } from './parse-request.js';

export const openAiChat: ClientDialect<'openai-chat'> = {
  name: 'openai-chat',
  read: (bytes, path) => parseChatRequest(bytes, path?.model),
  toHub: (body) => body,
  format: () => openAiChatFormat,
};
