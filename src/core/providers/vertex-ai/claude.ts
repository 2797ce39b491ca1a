/** Claude on Vertex AI: the Messages API by rawPredict. */
// https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { ChatAdapter, NativeAdapter } from '../../spec/chat-adapter.js';
import { cloudBetas } from '../anthropic/betas.js';
import { buildRequest } from '../anthropic/build-request.js';
import type { ClaudeHost } from '../anthropic/claude-host.js';
import { modelTraits, supportedParams } from '../anthropic/model-traits.js';
import { nativeMessages } from '../anthropic/native-messages.js';
import { parseError } from '../anthropic/parse-error.js';
import { parseResponse } from '../anthropic/parse-response.js';
import { AnthropicStreamParser } from '../anthropic/parse-stream.js';
import { remoteAddresses, withFetchedMedia } from '../anthropic/remote-media.js';
import { methodPath } from './address.js';
import { readModel } from './model-family.js';
import { providerId } from './provider-id.js';

export const claudeHost: ClaudeHost = {
  provider: providerId,
  bodyVersion: 'vertex-2023-10-16',
  path: ({ endpoint, model, stream }) =>
    methodPath(endpoint.basePath, readModel(model).resource, stream ? 'streamRawPredict' : 'rawPredict'),
  // Named in a header, as at Anthropic; others are answered with "Unexpected value(s) ... for the `anthropic-beta` header".
  betaHere: cloudBetas([
    ...['computer-use-2024-10-22', 'computer-use-2025-01-24', 'computer-use-2025-11-24', 'context-1m-2025-08-07'],
    ...['interleaved-thinking-2025-05-14', 'context-management-2025-06-27', 'compact-2026-01-12', 'compact-2026-09-04'],
    ...['web-search-2025-03-05', 'per-turn-control-2026-07-01', 'thinking-binding-controls-2026-08-01'],
    ...['thinking-display-updates-2026-08-18', 'dangerous-tool-use-2026-09-03'],
  ]),
  takesAddresses: false,
  // Structured outputs are off until an organization's policy allows them, so JSON is asked for by a tool; who has them sends `output_config`.
  // https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/structured_outputs
  traits: (model) => ({ ...modelTraits(model), structuredOutput: false }),
};

const native = nativeMessages(claudeHost);

/** For Claude alone. */
export const nativeClaude: NativeAdapter<MessagesRequest> = {
  ...native,
  accepts: (call) => readModel(call.model).family === 'claude' && native.accepts(call),
};

export const claude: ChatAdapter = {
  supportedParams,
  passesUnknownParams: true,
  // Sources of the type `url` are Anthropic's own alone: https://platform.claude.com/docs/en/build-with-claude/vision
  remoteMedia: (call) => remoteAddresses(call.body),
  buildRequest: (call) => buildRequest(withFetchedMedia(call), claudeHost),
  parseResponse: (response, call) => parseResponse(response, call, claudeHost),
  createStreamParser: (call) => new AnthropicStreamParser(call, claudeHost),
  parseError: (response) => parseError(response, providerId),
};
