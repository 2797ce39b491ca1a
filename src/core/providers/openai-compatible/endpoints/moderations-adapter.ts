/** The moderation of the engine: which categories of harm a text or picture falls into. */
// https://platform.openai.com/docs/api-reference/moderations
import type { ModerationResponse, ModerationResult } from '../../../schema/openai/moderations.js';
import type { EndpointCall, ModerationAdapter, ParsedAnswer } from '../../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import type { CatalogRow } from '../catalog-row.js';
import { EndpointRequests } from './endpoint-requests.js';
import { mapUsage } from '../map-usage.js';
import { moderationVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import type { JsonObject } from '../quirk.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../read-answer.js';

export function createModerationAdapter(row: CatalogRow): ModerationAdapter {
  const requests = new EndpointRequests(row, 'moderations', moderationVocabulary);
  return {
    supportedParams: () => requests.supported,
    buildRequest: (call) =>
      requests.post(call, { path: '/moderations', body: JSON.stringify(requests.prepareBody(call)) }),
    parseResponse: (response, call) => parseModeration(row.id, response, call),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

/** Reads an answer in OpenAI's shape; throws `upstream_invalid_response` for one that is none. */
function parseModeration(
  provider: string,
  response: InboundResponse,
  call: EndpointCall<unknown>,
): ParsedAnswer<ModerationResponse> {
  const received = readJsonAnswer(response.body, provider);
  const { results, id, model } = received;
  if (!Array.isArray(results)) throw invalidAnswer(provider, 'a moderation without results');
  return {
    answer: {
      ...received,
      id: typeof id === 'string' ? id : call.responseId,
      model: typeof model === 'string' ? model : call.model,
      results: results.map((result: unknown) => readResult(provider, objectOf(result))),
    },
    usage: mapUsage(received['usage']),
  };
}

/** Mistral leaves it to the reader what the categories amount to. */
function readResult(provider: string, result: JsonObject): ModerationResult {
  const { categories, flagged } = result;
  if (typeof categories !== 'object' || categories === null)
    throw invalidAnswer(provider, 'a moderation without categories');
  const isFlagged = typeof flagged === 'boolean' ? flagged : Object.values(categories).includes(true);
  return { ...(result as unknown as ModerationResult), flagged: isFlagged };
}
