/** Claude on Bedrock in Anthropic's own words, by InvokeModel. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
import { cloudBetas } from '../anthropic/betas.js';
import type { ClaudeHost } from '../anthropic/claude-host.js';
import { modelTraits } from '../anthropic/model-traits.js';
import { invokePath } from './invoke-address.js';
import { readModel } from './model-id.js';
import { providerId } from './provider-id.js';

/** Others are answered with "invalid beta flag". */
const known = cloudBetas([
  ...['computer-use-2024-10-22', 'computer-use-2025-01-24', 'computer-use-2025-11-24', 'context-1m-2025-08-07'],
  ...['interleaved-thinking-2025-05-14', 'dev-full-thinking-2025-05-14', 'fine-grained-tool-streaming-2025-05-14'],
  ...['token-efficient-tools-2025-02-19', 'output-128k-2025-02-19', 'tool-examples-2025-10-29'],
  ...['context-management-2025-06-27', 'compact-2026-01-12', 'effort-2025-11-24', 'dangerous-tool-use-2026-09-03'],
  ...['thinking-binding-controls-2026-08-01', 'thinking-display-updates-2026-08-18'],
  ...['mid-conversation-output-config-2026-07-01', 'mid-conversation-tool-changes-2026-07-01'],
]);

export const claudeHost: ClaudeHost = {
  provider: providerId,
  bodyVersion: 'bedrock-2023-05-31',
  betasInBody: true,
  betaHere(beta, call) {
    // Models that take an effort without asking for it refuse the beta.
    const isPast =
      beta === 'effort-2025-11-24' &&
      modelTraits(readModel(call.model, call.parameters.provider).name).adaptiveThinking;
    return isPast ? undefined : known(beta, call);
  },
  streamInBody: false,
  takesAddresses: false,
  path: invokePath,
  traits: modelTraits,
};
