/** Claude on Vertex AI: the Messages API by rawPredict. */
// https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
import type { ChatAdapter } from '../../spec/chat-adapter.js';
import { buildRequest } from '../anthropic/build-request.js';
import type { ClaudeHost } from '../anthropic/claude-host.js';
import { modelTraits, supportedParams } from '../anthropic/model-traits.js';
import { parseError } from '../anthropic/parse-error.js';
import { parseResponse } from '../anthropic/parse-response.js';
import { AnthropicStreamParser } from '../anthropic/parse-stream.js';
import { remoteAddresses, withFetchedMedia } from '../anthropic/remote-media.js';
import { methodPath } from './address.js';
import { readModel } from './model-family.js';
import { providerId } from './provider-id.js';

const host: ClaudeHost = {
  provider: providerId,
  bodyVersion: 'vertex-2023-10-16',
  path: ({ endpoint, model, stream }) =>
    methodPath(endpoint.basePath, readModel(model).resource, stream ? 'streamRawPredict' : 'rawPredict'),
  // Structured outputs are off until an organization's policy allows them, so JSON is asked for by a tool; who has them sends `output_config`.
  // https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/structured_outputs
  traits: (model) => ({ ...modelTraits(model), structuredOutput: false }),
};

export const claude: ChatAdapter = {
  supportedParams,
  passesUnknownParams: true,
  // Sources of the type `url` are Anthropic's own alone: https://platform.claude.com/docs/en/build-with-claude/vision
  remoteMedia: (call) => remoteAddresses(call.body),
  buildRequest: (call) => buildRequest(withFetchedMedia(call), host),
  parseResponse: (response, call) => parseResponse(response, call, host),
  createStreamParser: (call) => new AnthropicStreamParser(call, host),
  parseError: (response) => parseError(response, providerId),
};
