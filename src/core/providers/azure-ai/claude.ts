/** Claude in Microsoft Foundry: Anthropic's Messages API behind Azure's address and identities. */
// https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry
import type { ChatAdapter } from '../../spec/chat-adapter.js';
import { buildRequest } from '../anthropic/build-request.js';
import type { ClaudeHost } from '../anthropic/claude-host.js';
import { modelTraits, supportedParams } from '../anthropic/model-traits.js';
import { countMessages } from '../anthropic/count-tokens.js';
import { parseError } from '../anthropic/parse-error.js';
import { parseResponse } from '../anthropic/parse-response.js';
import { AnthropicStreamParser } from '../anthropic/parse-stream.js';
import { claudePath } from './address.js';
import { providerId } from './provider-id.js';

export const isClaude = ({ model }: { readonly model: string }): boolean => /^claude(?:-|$)/.test(model);

export const claudeHost: ClaudeHost = { provider: providerId, path: claudePath, traits: modelTraits };

export const claudeCounts = countMessages({
  provider: providerId,
  tokenizer: 'azure_ai_anthropic',
  accepts: isClaude,
  path: (call) => `${claudePath(call)}/count_tokens`,
  members: ({ model }) => ({ model }),
});

export const claude: ChatAdapter = {
  supportedParams,
  passesUnknownParams: true,
  buildRequest: (call) => buildRequest(call, claudeHost),
  parseResponse: (response, call) => parseResponse(response, call, claudeHost),
  createStreamParser: (call) => new AnthropicStreamParser(call, claudeHost),
  parseError: (response) => parseError(response, providerId),
};
