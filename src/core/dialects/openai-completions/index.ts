/** OpenAI's text completions as a client's dialect. */
import type { ClientDialect } from '../client-dialect.js';
import { TextCompletionFormat } from './format.js';
import { parseCompletionRequest } from './parse-request.js';
import { toHubRequest } from './to-hub.js';

export const openAiCompletions: ClientDialect<'openai-completions'> = {
  name: 'openai-completions',
  read: (bytes, path) => parseCompletionRequest(bytes, path?.model),
  toHub: toHubRequest,
  format: ({ body }) => new TextCompletionFormat(body),
};
