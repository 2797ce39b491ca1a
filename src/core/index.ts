/** The one public door of the library. */
export { InMemoryClientCache, type ClientCacheOptions } from './client-cache/in-memory-client-cache.js';
export { closeAll, completion, type CompletionOptions, type CompletionStream } from './completion.js';
export { errorCatalog, type ErrorCode, type ErrorRow } from './errors/catalog.js';
export { GatewayError, type ErrorFacts } from './errors/gateway-error.js';
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
export type * from './schema/openai/chat.js';
export type * from './spec/index.js';
export { countPromptTokens, countTextTokens, type TokenCount } from './tokens/count-tokens.lazy.js';
export { estimateTokens } from './tokens/estimate-tokens.js';
