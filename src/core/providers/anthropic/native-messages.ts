/** The native pair for clients that speak Anthropic's Messages API: bytes through, the model's name changed in place. */
// https://platform.claude.com/docs/en/api/messages
import type { AnthropicMessage } from '../../schema/anthropic/messages.js';
import type { MessagesBlock, MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { NativeAdapter, NativeCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import { applySplices, scanTopLevel } from '../openai-compatible/json-splice.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { anthropicHost, inNameOf, type ClaudeHost } from './claude-host.js';
import { toUsage } from './map-usage.js';
import { MessagesStreamTap } from './messages-stream-tap.js';
import { invalidAnswer } from './parse-response.js';

const apiVersion = '2023-06-01';

/** @param host one that takes Anthropic's requests as they are, but for the address and the credentials */
export function nativeMessages(host: ClaudeHost = anthropicHost): NativeAdapter<MessagesRequest> {
  return {
    accepts: () => true,
    buildRequest: (call) => buildRequest(call, host),
    readResponse: ({ body }) => inNameOf(host.provider, () => ({ body, usage: readUsage(body) })),
    createStreamTap: () => new MessagesStreamTap(host.provider),
  };
}

function readUsage(body: Buffer): Usage | undefined {
  const answer = parse(body);
  const reported = findReportedError(answer, 'anthropic', 'upstream_internal');
  if (reported) throw reported;
  if (!Array.isArray(answer?.content)) throw invalidAnswer('it has no list of content blocks');
  return toUsage(answer.usage);
}

function buildRequest(call: NativeCall<MessagesRequest>, host: ClaudeHost): OutboundRequest {
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: host.path(call),
    headers: messagesHeaders(call),
    body: bodyOf(call),
  };
}

/** The client's bytes where only the model's name changes; written anew where the deployment adds or takes out members. */
function bodyOf(call: NativeCall<MessagesRequest>): Buffer | string {
  const { alwaysDrop, extraBody } = call.parameters;
  const dropped = alwaysDrop.filter((name) => name in call.body && name !== 'model' && name !== 'messages');
  const text = call.bytes.toString('latin1');
  const isForeign = unsigned.test(text);
  if (dropped.length === 0 && !extraBody && !isForeign) {
    const span = scanTopLevel(text, ['model'], call.body)?.spans.get('model');
    if (span && call.body.model === call.model) return call.bytes;
    if (span) return applySplices(text, [{ ...span, text: JSON.stringify(call.model) }]);
  }
  const kept = Object.entries(call.body).filter(([name]) => !dropped.includes(name));
  return JSON.stringify({
    ...Object.fromEntries(kept),
    ...(isForeign && { messages: withoutUnsigned(call.body.messages) }),
    ...extraBody,
    model: call.model,
  });
}

/** How thoughts of other providers' models reach a client: what Claude did not sign, it refuses. */
const unsigned = /"signature"\s*:\s*""/;

function withoutUnsigned(messages: MessagesRequest['messages']): MessagesRequest['messages'] {
  const kept = messages.map((message) => {
    if (message.role !== 'assistant' || typeof message.content === 'string') return message;
    return { ...message, content: message.content.filter((block) => !isUnsigned(block)) };
  });
  return kept.filter(({ content }, at) => content.length > 0 || messages[at]?.content.length === 0);
}

function isUnsigned({ type, signature }: MessagesBlock): boolean {
  return type === 'thinking' && signature === '';
}

/** The client's betas and the deployment's are both wanted. */
export function messagesHeaders({
  clientHeaders = {},
  parameters,
}: Pick<NativeCall, 'clientHeaders' | 'parameters'>): Record<string, string> {
  const { 'anthropic-beta': own, ...extra } = parameters.extraHeaders ?? {};
  const betas = [clientHeaders['anthropic-beta'], own].filter((beta) => beta !== undefined && beta !== '');
  return {
    'content-type': 'application/json',
    'anthropic-version': clientHeaders['anthropic-version'] ?? apiVersion,
    ...extra,
    ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
  };
}

function parse(body: Buffer): AnthropicMessage | null {
  try {
    return JSON.parse(body.toString()) as AnthropicMessage | null;
  } catch (cause) {
    throw invalidAnswer('it is not JSON', cause);
  }
}
