/** The chat adapter of the engine: the hub's own dialect with a provider's departures from it. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletion } from '../../schema/openai/chat.js';
import type { ChatAdapter, ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import type { CatalogRow } from './catalog-row.js';
import { OpenAiChatStreamParser } from './chat-stream-parser.js';
import { normaliseFinishReason } from './finish-reason.js';
import { mapUsage } from './map-usage.js';
import { findReportedError, parseOpenAiError } from './parse-error.js';
import type { JsonObject } from './quirk.js';
import type { RequestBuilder } from './request-builder.js';

export function createChatAdapter(row: CatalogRow, requests: RequestBuilder): ChatAdapter {
  return {
    supportedParams: () => requests.supported,
    passesUnknownParams: true,
    buildRequest: (call) => requests.request(call, requests.serialise(call, requests.prepareBody(call))),
    parseResponse: (response, call) => parseResponse(row, response, call),
    createStreamParser: (call) => new OpenAiChatStreamParser(row.id, row.quirks ?? [], call),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

function parseResponse(row: CatalogRow, response: InboundResponse, call: ChatCall): ParsedChatResponse {
  const { completion, usage } = readCompletion(row, new TextDecoder().decode(response.body));
  const received = completion as unknown as ChatCompletion;
  return {
    completion: {
      ...received,
      id: received.id ?? call.responseId,
      object: 'chat.completion',
      created: received.created ?? call.created,
      model: received.model ?? call.model,
      choices: received.choices.map(normaliseFinishReason),
    },
    usage,
  };
}

/**
 * Parses a whole answer, quirks undone; `changed` says whether they had anything to do.
 * Throws what a 200 with an error in it reports, and `upstream_invalid_response` for what is no completion.
 */
export function readCompletion(
  row: CatalogRow,
  text: string,
): { completion: JsonObject; usage: Usage | undefined; changed: boolean } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw invalid(row, 'a body that is not JSON', cause);
  }
  const reported = findReportedError(parsed, row.id, 'upstream_internal');
  if (reported) throw reported;
  if (typeof parsed !== 'object' || parsed === null) throw invalid(row, 'a body that is no JSON object');
  const received = parsed as JsonObject;
  const choices = received['choices'];
  if (!Array.isArray(choices)) throw invalid(row, 'a completion without choices');
  for (const choice of choices as ({ message?: unknown } | null)[]) {
    if (typeof choice?.message !== 'object' || choice.message === null)
      throw invalid(row, 'a choice without a message');
  }
  let completion = received;
  let counts = received['usage'];
  for (const quirk of row.quirks ?? []) {
    completion = quirk.answer?.(completion) ?? completion;
    counts ??= quirk.usage?.(received);
  }
  return {
    completion,
    usage: mapUsage(counts, received['service_tier'], row.quirks),
    changed: completion !== received,
  };
}

function invalid(row: CatalogRow, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', { facts: { reason }, provider: row.id, cause });
}
