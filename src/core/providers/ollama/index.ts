/** Ollama: models on the user's own machine, or in Ollama's cloud. */
import type { ChatAdapter, ChatCall } from '../../spec/chat-adapter.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { buildRequest } from './build-request.js';
import { embeddings } from './embeddings.js';
import { remoteImages } from './message-parts.js';
import { parseResponse } from './parse-response.js';
import { OllamaStreamParser } from './parse-stream.js';
import { supportedParams } from './supported-params.js';

/** LiteLLM's two names for one server: `ollama/` sends single prompts to `/api/generate`, `ollama_chat/` never does. */
export const ollama = definition('ollama', 'Ollama', 'generate');
export const ollamaChat = definition('ollama_chat', 'Ollama (chat endpoint)', 'chat');

function definition(id: string, displayName: string, preferred: 'generate' | 'chat'): ProviderDefinition {
  return {
    id,
    displayName,
    env: { apiKey: ['OLLAMA_API_KEY'], baseUrl: ['OLLAMA_API_BASE'] },
    defaultBaseUrl: 'http://localhost:11434',
    needsApiKey: false,
    // https://docs.ollama.com/cloud
    authenticate: (request, { apiKey }) =>
      apiKey ? { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } } : request,
    chat: chatOf(id, preferred),
    embeddings: embeddings(id),
  };
}

function chatOf(provider: string, preferred: 'generate' | 'chat'): ChatAdapter {
  return {
    supportedParams: () => supportedParams,
    passesUnknownParams: true,
    streamMediaTypes: ['application/x-ndjson', 'application/ndjson', 'application/json'],
    remoteMedia: (call: ChatCall) => remoteImages(call.body.messages),
    buildRequest: (call) => buildRequest(call, provider, preferred),
    parseResponse: (response, call) => parseResponse(response, call, provider),
    createStreamParser: (call) => new OllamaStreamParser(call, provider),
    parseError: (response) => parseOpenAiError(response, provider),
  };
}
