/** The chat of Vertex AI: each model in the dialect of its maker. */
import type { ChatAdapter } from '../../spec/chat-adapter.js';
import { claude } from './claude.js';
import { gemini } from './gemini.js';
import { readModel, type ModelFamily } from './model-family.js';
import { ai21, mistral, openModels } from './open-models.js';
import { parseError } from './parse-error.js';

const adapters: Readonly<Record<ModelFamily, ChatAdapter>> = { gemini, claude, mistral, ai21, open: openModels };

function adapterOf(model: string): ChatAdapter {
  return adapters[readModel(model).family];
}

export const chat: ChatAdapter = {
  supportedParams(model) {
    return adapterOf(model).supportedParams(model);
  },
  passesUnknownParams: true,
  remoteMedia: (call) => adapterOf(call.model).remoteMedia?.(call) ?? [],
  buildRequest: (call) => adapterOf(call.model).buildRequest(call),
  parseResponse: (response, call) => adapterOf(call.model).parseResponse(response, call),
  createStreamParser: (call) => adapterOf(call.model).createStreamParser(call),
  parseError,
};
