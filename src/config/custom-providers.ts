/** Reads the providers that a configuration brings itself. */
import type { CustomProvider } from '../core/spec/custom-provider.js';
import type { Origin } from './config-problem.js';
import type { CustomProviderEntry } from './gateway-config.js';
import type { customEndpoints } from './schema/custom-provider.schema.js';
import type { WireLitellmSettings } from './schema/settings.schema.js';

const endpoints: Readonly<Record<(typeof customEndpoints)[number], CustomProvider['serves'][number]>> = {
  '/v1/chat/completions': 'chat',
  '/v1/embeddings': 'embeddings',
  '/v1/rerank': 'rerank',
  '/v1/images/generations': 'images',
  '/v1/audio/transcriptions': 'transcription',
  '/v1/audio/speech': 'speech',
  '/v1/moderations': 'moderations',
  '/v1/batches': 'batches',
};

/** One that names no variable for its key answers without one, unless it says otherwise. */
export function toCustomProviders(
  { custom_providers: given }: WireLitellmSettings,
  originOf: (id: string) => Origin,
): readonly CustomProviderEntry[] {
  return Object.entries(given).map(([id, wire]) => ({
    id,
    origin: originOf(id),
    ...(wire.display_name !== undefined && { displayName: wire.display_name }),
    baseUrl: wire.base_url,
    apiKeyVariables: wire.api_key_env,
    baseUrlVariables: wire.api_base_env,
    needsApiKey: wire.needs_api_key ?? wire.api_key_env.length > 0,
    ...(wire.key_header && { keyHeader: wire.key_header }),
    headers: wire.headers,
    serves: wire.supported_endpoints.map((path) => endpoints[path]),
    renamed: wire.param_mappings,
    unsupported: wire.unsupported_params,
    asksForStreamUsage: wire.stream_usage,
    quirks: wire.quirks,
  }));
}
