/** The engine: makes a whole provider from one row of facts about an OpenAI-compatible API. */
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import type { CatalogRow } from './catalog-row.js';
import { createChatAdapter } from './chat-adapter.js';
import { createNativeAdapter } from './native-adapter.js';
import { RequestBuilder } from './request-builder.js';

export type { CatalogRow } from './catalog-row.js';
export type { JsonObject, Quirk } from './quirk.js';

export function openAiCompatible(row: CatalogRow): ProviderDefinition {
  const requests = new RequestBuilder(row);
  return {
    id: row.id,
    displayName: row.displayName,
    env: row.env,
    defaultBaseUrl: row.defaultBaseUrl,
    needsApiKey: row.needsApiKey ?? true,
    authenticate: withBearerKey,
    chat: createChatAdapter(row, requests),
    native: { 'openai-chat': createNativeAdapter(row, requests) },
  };
}

function withBearerKey(request: OutboundRequest, { apiKey }: Credentials): OutboundRequest {
  return apiKey ? { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } } : request;
}
