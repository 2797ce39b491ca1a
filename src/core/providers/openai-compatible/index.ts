/** The engine: makes a whole provider from one row of facts about an OpenAI-compatible API. */
import type { ProviderDefinition } from '../../spec/provider.js';
import type { CatalogRow } from './catalog-row.js';
import { createChatAdapter } from './chat-adapter.js';
import { endpointsOf } from './endpoints/endpoints-of.js';
import { nativeCompletions } from './endpoints/native-completions.js';
import { createNativeAdapter } from './native-adapter.js';
import { objectsOf } from './objects/objects-of.js';
import { RequestBuilder } from './request-builder.js';

export type { CatalogRow, EndpointFacts, RowEndpoint } from './catalog-row.js';
export { objectAdapters } from './objects/objects-of.js';
export type { JsonObject, Quirk, RequestTarget } from './quirk.js';

export function openAiCompatible(row: CatalogRow): ProviderDefinition {
  const { id, displayName, env, defaultBaseUrl, locate } = row;
  return {
    id,
    displayName,
    env,
    ...(defaultBaseUrl !== undefined && { defaultBaseUrl }),
    ...(locate && { locate }),
    needsApiKey: row.needsApiKey ?? true,
    authenticate: withKey(row),
    ...(row.chat !== false && chatOf(row)),
    ...endpointsOf(row),
    ...objectsOf(row),
  };
}

/** The key in the row's header. A request without a key goes out without the header. */
function withKey({ keyHeader }: CatalogRow): ProviderDefinition['authenticate'] {
  const { name, prefix = '' } = keyHeader ?? { name: 'authorization', prefix: 'Bearer ' };
  return (request, { apiKey }) =>
    apiKey ? { ...request, headers: { ...request.headers, [name]: `${prefix}${apiKey}` } } : request;
}

function chatOf(row: CatalogRow): Pick<ProviderDefinition, 'chat' | 'native'> {
  const requests = new RequestBuilder(row);
  const completions = row.completesTexts && { 'openai-completions': nativeCompletions(row, row.completesTexts) };
  const native = { 'openai-chat': createNativeAdapter(row, requests), ...completions };
  return { chat: createChatAdapter(row, requests), native };
}
