/** The one public door of the library. */
export { closeAll } from './call-connections.js';
export type { CallOptions } from './call-options.js';
export { InMemoryClientCache, type ClientCacheOptions } from './client-cache/in-memory-client-cache.js';
export type { CompletionStream } from './chat-verb.js';
export { completion } from './completion.js';
export type { DialogueEvent, EventStream } from './dialogue-verb.js';
export { embedding } from './embedding.js';
export { errorCatalog, type ErrorCode, type ErrorRow } from './errors/catalog.js';
export { GatewayError, type ErrorFacts } from './errors/gateway-error.js';
export { imageGeneration } from './image-generation.js';
export { messages } from './messages.js';
export { Router, type RequestOptions, type RouterModel, type RouterOptions } from './model-router.js';
export { moderation } from './moderation.js';
export { compilePrices, type CompiledPrices } from './pricing/compile-prices.js';
export { costNanos, estimateNanos, type RequestSize } from './pricing/cost.js';
export { effectivePrices } from './pricing/effective-prices.js';
export { nanosFromUsd, usdFromNanos } from './pricing/money.js';
export {
  findBaseModelFacts,
  findModelFacts,
  findProviderOfBareModel,
  priceTableOrigin,
  warmPriceTable,
  type Capability,
  type ModelFacts,
  type PriceTableOrigin,
} from './pricing/price-table.js';
export { providerRegistry } from './providers/registry.js';
export { rerank } from './rerank.js';
export { InMemoryResponseCache, type InMemoryResponseCacheOptions } from './response-cache/in-memory-response-cache.js';
export { responses } from './responses.js';
export type { AnthropicMessage } from './schema/anthropic/messages.js';
export type { MessagesBlock, MessagesRequest } from './schema/anthropic/messages-request.js';
export type * from './schema/openai/audio.js';
export type * from './schema/openai/chat.js';
export type * from './schema/openai/embeddings.js';
export type * from './schema/openai/images.js';
export type * from './schema/openai/moderations.js';
export type * from './schema/openai/responses.js';
export type * from './schema/rerank.js';
export type * from './schema/uploaded-file.js';
export { speech, speechStream, type SoundStream } from './speech.js';
export type * from './spec/index.js';
export { countPromptTokens, countTextTokens, type TokenCount } from './tokens/count-tokens.lazy.js';
export { transcription } from './transcription.js';
export { estimateTokens } from './tokens/estimate-tokens.js';
