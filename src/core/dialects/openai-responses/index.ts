/** OpenAI's Responses API as a client's dialect. */
import type { ClientDialect } from '../client-dialect.js';
import { ResponsesFormat } from './format.js';
import { parseResponsesRequest } from './parse-request.js';
import { toHubRequest } from './to-hub.js';

export const openAiResponses: ClientDialect<'openai-responses'> = {
  name: 'openai-responses',
  read: (bytes, path) => parseResponsesRequest(bytes, path?.model),
  toHub: toHubRequest,
  format: (context) => new ResponsesFormat(context),
};
