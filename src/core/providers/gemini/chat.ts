/** Gemini's chat adapter, for every host that serves it. */
import type { ChatAdapter } from '../../spec/chat-adapter.js';
import { remoteMedia } from './build-contents.js';
import { buildRequest, supportedParams } from './build-request.js';
import type { GeminiHost } from './gemini-host.js';
import { parseError } from './parse-error.js';
import { parseResponse } from './parse-response.js';
import { GeminiStreamParser } from './parse-stream.js';

export function geminiChat(host: GeminiHost): ChatAdapter {
  return {
    supportedParams: () => supportedParams,
    passesUnknownParams: true,
    remoteMedia: (call) => remoteMedia(call, host),
    buildRequest: (call) => buildRequest(call, host),
    parseResponse: (response, call) => parseResponse(response, call, host),
    createStreamParser: (call) => new GeminiStreamParser(call, host),
    parseError: (response) => parseError(response, host.provider),
  };
}
