/** The library's chat verb: one request to one provider's model, whole or streamed, without a server. */
import { planFor, type CallOptions } from './call-options.js';
import { streamedChat, wholeChat, type CompletionStream } from './chat-verb.js';
import type { ChatCompletion, ChatCompletionRequest } from './schema/openai/chat.js';

/**
 * Asks a model: `completion({ model: 'groq/llama-3.3-70b', messages })`. The part before the first slash is the provider;
 * well-known models (`gpt-4o`, `claude-sonnet-4-5`) need none.
 *
 * A stream carries a last chunk with the usage where `stream_options.include_usage` asks for it. Leaving its loop early
 * closes the connection to the provider.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function completion(
  request: ChatCompletionRequest & { readonly stream: true },
  options?: CallOptions,
): CompletionStream;
export function completion(
  request: ChatCompletionRequest & { readonly stream?: false | null },
  options?: CallOptions,
): Promise<ChatCompletion>;
export function completion(
  request: ChatCompletionRequest,
  options?: CallOptions,
): Promise<ChatCompletion> | CompletionStream;
export function completion(
  request: ChatCompletionRequest,
  options: CallOptions = {},
): Promise<ChatCompletion> | CompletionStream {
  if (request?.stream === true) return streamedChat(() => planFor(request.model, options), request, options);
  return askWhole(request, options);
}

async function askWhole(request: ChatCompletionRequest, options: CallOptions): Promise<ChatCompletion> {
  return wholeChat(planFor(request?.model, options), request, options);
}
