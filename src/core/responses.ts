/** The library's verb for OpenAI's Responses API, over the models of every provider. */
import { planFor, type CallOptions } from './call-options.js';
import { openAiResponses } from './dialects/openai-responses/index.js';
import { streamedDialogue, wholeDialogue, type EventStream } from './dialogue-verb.js';
import type { ResponseObject, ResponsesRequest } from './schema/openai/responses.js';

/**
 * Asks a model in the dialect of the Responses API: `responses({ model: 'anthropic/claude-sonnet-4-5', input: 'Hello' })`.
 * OpenAI gets the request as it is; for others it is translated, and nothing is kept between two requests. A stream gives
 * the API's events.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function responses(request: ResponsesRequest & { readonly stream: true }, options?: CallOptions): EventStream;
export function responses(
  request: ResponsesRequest & { readonly stream?: false | null },
  options?: CallOptions,
): Promise<ResponseObject>;
export function responses(request: ResponsesRequest, options?: CallOptions): Promise<ResponseObject> | EventStream;
export function responses(request: ResponsesRequest, options: CallOptions = {}): Promise<ResponseObject> | EventStream {
  if (request?.stream === true)
    return streamedDialogue(openAiResponses, () => planFor(request.model, options), request, options);
  return askWhole(request, options);
}

async function askWhole(request: ResponsesRequest, options: CallOptions): Promise<ResponseObject> {
  return wholeDialogue(openAiResponses, planFor(request?.model, options), request, options);
}
