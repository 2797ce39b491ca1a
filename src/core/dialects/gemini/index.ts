/** Google's generateContent as a client's dialect. */
import type { ClientDialect } from '../client-dialect.js';
import { GenerateContentFormat } from './format.js';
import { parseGenerateContentRequest } from './parse-request.js';
import { toHubRequest } from './to-hub.js';

export const geminiGenerateContent: ClientDialect<'gemini-generate-content'> = {
  name: 'gemini-generate-content',
  read: parseGenerateContentRequest,
  toHub: toHubRequest,
  format: (context) => new GenerateContentFormat(context),
};
