/** Anthropic's token counting, at Anthropic itself and at the clouds that offer it. Nowhere is it billed. */
// https://platform.claude.com/docs/en/build-with-claude/token-counting
import { GatewayError } from '../../errors/gateway-error.js';
import type { InboundResponse } from '../../spec/outbound.js';
import type { NativeTokenCount, TokenCountAdapter, TokenCountCall } from '../../spec/token-count-adapter.js';
import { readJsonAnswer } from '../openai-compatible/read-answer.js';
import { anthropicHost, type ClaudeHost } from './claude-host.js';
import { messagesHeaders } from './native-messages.js';
import { parseError } from './parse-error.js';

/** Members of a Messages request that say how it is answered: the count does not depend on them, and is refused with them. */
const answering: ReadonlySet<string> = new Set([
  ...['max_tokens', 'stream', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'metadata', 'service_tier'],
]);

export interface CountingHost extends Pick<ClaudeHost, 'provider' | 'betaHere'> {
  readonly tokenizer: string;
  readonly accepts: TokenCountAdapter['accepts'];
  readonly path: (call: TokenCountCall) => string;
  /** What goes into the body beside the client's members. */
  readonly members: (call: TokenCountCall) => Readonly<Record<string, unknown>>;
}

export const anthropicCounts: TokenCountAdapter = countMessages({
  provider: anthropicHost.provider,
  tokenizer: 'anthropic_api',
  accepts: () => true,
  path: (call) => `${anthropicHost.path({ ...call, stream: false })}/count_tokens`,
  members: ({ model }) => ({ model }),
});

export function countMessages(host: CountingHost): TokenCountAdapter {
  const { provider, tokenizer, accepts, path, members, betaHere } = host;
  return {
    tokenizer,
    accepts,
    buildRequest: (call) => ({
      method: 'POST',
      origin: call.endpoint.origin,
      path: path(call),
      headers: messagesHeaders(call, { ...(betaHere && { betaHere }) }),
      body: JSON.stringify({ ...countedMembers(call), ...members(call) }),
    }),
    parseResponse: ({ body }) => ({ answer: readCount(body, 'input_tokens', provider), usage: undefined }),
    parseError: (response) => parseError(response, provider),
  };
}

/** The client's members without the model, which each host names in a place of its own. */
export function countedMembers({ body, parameters }: TokenCountCall): Readonly<Record<string, unknown>> {
  const { alwaysDrop } = parameters;
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name]) => name !== 'model' && !answering.has(name) && (name === 'messages' || !alwaysDrop.includes(name)),
    ),
  );
}

/** @throws GatewayError `upstream_invalid_response` for an answer without the number */
export function readCount(body: InboundResponse['body'], member: string, provider: string): NativeTokenCount {
  const original = readJsonAnswer(body, provider);
  const tokens = original[member];
  if (typeof tokens === 'number' && Number.isInteger(tokens) && tokens >= 0) return { tokens, original };
  throw new GatewayError('upstream_invalid_response', { facts: { reason: `it has no ${member}` }, provider });
}
