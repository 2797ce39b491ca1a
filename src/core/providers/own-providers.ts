/** The registry with a user's own providers beside ours. */
import type { CustomProvider } from '../spec/custom-provider.js';
import type { ProviderDefinition, ProviderRegistry } from '../spec/provider.js';
import { customRow } from './openai-compatible/custom-row.js';
import { openAiCompatible } from './openai-compatible/index.js';

/** A provider of `registry` stays what it is where a user's own has its name. */
export function withOwnProviders(registry: ProviderRegistry, own: readonly CustomProvider[]): ProviderRegistry {
  if (own.length === 0) return registry;
  const added = new Map<string, ProviderDefinition>(
    own.map((provider) => [provider.id, openAiCompatible(customRow(provider))]),
  );
  return {
    find: (id) => registry.find(id) ?? added.get(id) ?? null,
    ids: [...new Set([...registry.ids, ...added.keys()])].sort(),
  };
}
