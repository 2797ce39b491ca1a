/** The library's verb for Anthropic's Messages API, over the models of every provider. */
import { planFor, type CallOptions } from './call-options.js';
import { anthropicMessages } from './dialects/anthropic-messages/index.js';
import { streamedDialogue, wholeDialogue, type EventStream } from './dialogue-verb.js';
import type { AnthropicMessage } from './schema/anthropic/messages.js';
import type { MessagesRequest } from './schema/anthropic/messages-request.js';

/**
 * Asks a model in Anthropic's dialect: `messages({ model: 'openai/gpt-4o', max_tokens: 200, messages })`. Claude's own
 * providers get the request as it is; for others it is translated. A stream gives Anthropic's events.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function messages(request: MessagesRequest & { readonly stream: true }, options?: CallOptions): EventStream;
export function messages(
  request: MessagesRequest & { readonly stream?: false | null },
  options?: CallOptions,
): Promise<AnthropicMessage>;
export function messages(request: MessagesRequest, options?: CallOptions): Promise<AnthropicMessage> | EventStream;
export function messages(request: MessagesRequest, options: CallOptions = {}): Promise<AnthropicMessage> | EventStream {
  if (request?.stream === true)
    return streamedDialogue(anthropicMessages, () => planFor(request.model, options), request, options);
  return askWhole(request, options);
}

async function askWhole(request: MessagesRequest, options: CallOptions): Promise<AnthropicMessage> {
  return wholeDialogue(anthropicMessages, planFor(request?.model, options), request, options);
}
