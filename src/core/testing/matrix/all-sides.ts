/** The columns and tables of the matrix. */
import { chatClient } from './clients/chat.js';
import { geminiClient } from './clients/gemini.js';
import { messagesClient } from './clients/messages.js';
import { responsesClient } from './clients/responses.js';
import { anthropicUpstream } from './providers/anthropic.js';
import { bedrockUpstream } from './providers/bedrock.js';
import { cohereUpstream } from './providers/cohere.js';
import { geminiUpstream } from './providers/gemini.js';
import { mistralUpstream } from './providers/mistral.js';
import { ollamaUpstream } from './providers/ollama.js';
import { openaiUpstream } from './providers/openai.js';
import type { Client, Provider } from './sides.js';

export const clients: readonly Client[] = [chatClient, responsesClient, messagesClient, geminiClient];

export const providers: readonly Provider[] = [
  openaiUpstream,
  anthropicUpstream,
  geminiUpstream,
  bedrockUpstream,
  cohereUpstream,
  mistralUpstream,
  ollamaUpstream,
];
