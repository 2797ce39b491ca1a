/** A provider that a user describes, as a row of the catalog. */
import type { CustomProvider } from '../../spec/custom-provider.js';
import type { CatalogRow } from './catalog-row.js';
import { namedQuirks } from './named-quirks.js';

export function customRow(provider: CustomProvider): CatalogRow {
  const { id, displayName = id, baseUrl, keyHeader, serves } = provider;
  return {
    id,
    displayName,
    docs: baseUrl,
    defaultBaseUrl: baseUrl,
    env: { apiKey: provider.apiKeyVariables, baseUrl: provider.baseUrlVariables },
    needsApiKey: provider.needsApiKey,
    ...(keyHeader && { keyHeader: { ...keyHeader, name: keyHeader.name.toLowerCase() } }),
    ...(serves.includes('chat') ? undefined : { chat: false }),
    serves: serves.filter((endpoint) => endpoint !== 'chat' && endpoint !== 'batches'),
    filesAndBatches: serves.includes('batches'),
    headers: Object.fromEntries(Object.entries(provider.headers).map(([name, value]) => [name.toLowerCase(), value])),
    renamed: provider.renamed,
    unsupported: provider.unsupported,
    asksForStreamUsage: provider.asksForStreamUsage,
    quirks: provider.quirks.flatMap((name) => namedQuirks.get(name) ?? []),
  };
}
