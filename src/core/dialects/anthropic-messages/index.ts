/** Anthropic's Messages API as a client's dialect. */
import type { ClientDialect } from '../client-dialect.js';
import { MessagesFormat } from './format.js';
import { parseMessagesRequest } from './parse-request.js';
import { toHubRequest } from './to-hub.js';

export const anthropicMessages: ClientDialect<'anthropic-messages'> = {
  name: 'anthropic-messages',
  read: (bytes, path) => parseMessagesRequest(bytes, path?.model),
  toHub: toHubRequest,
  format: () => new MessagesFormat(),
};
