/** Finds out which provider a configured model name means, as LiteLLM reads such names. */
import type { ProviderDefinition, ProviderRegistry } from '../core/spec/provider.js';
import { litellmProviders } from './foreign-providers.js';
import { findNearestName } from '../config/nearest-name.js';

export interface ResolvedModel {
  readonly provider: ProviderDefinition;
  /** The provider's name of the model. */
  readonly model: string;
}

/** Why a name leads to no provider. */
export interface UnresolvedModel {
  /** Known to LiteLLM, not served by this version; else a mistake. */
  readonly knownToLitellm: boolean;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** A model name that names no provider is OpenAI's. */
const bareProvider = 'openai';

/**
 * `groq/llama-3.3-70b` is groq's `llama-3.3-70b`. With `customProvider` the name may leave the provider out, and may hold
 * slashes of its own: `openrouter` + `meta-llama/llama-3`.
 */
export function resolveProvider(
  name: string,
  customProvider: string | undefined,
  registry: ProviderRegistry,
): ResolvedModel | UnresolvedModel {
  const slash = name.indexOf('/');
  const prefix = slash === -1 ? undefined : name.slice(0, slash);
  if (customProvider !== undefined) {
    const provider = registry.find(customProvider);
    if (provider === null) return unknownProvider(customProvider, registry);
    const prefixed = prefix !== undefined && (prefix === customProvider || prefix === provider.id);
    return { provider, model: prefixed ? name.slice(slash + 1) : name };
  }
  const provider = registry.find(prefix ?? bareProvider);
  if (provider === null) return unknownProvider(prefix ?? bareProvider, registry);
  const model = name.slice(slash + 1);
  if (model !== '') return { provider, model };
  return { knownToLitellm: false, message: `\`${name}\` names no model. Write for example \`${prefix}/*\`.` };
}

export function isResolved(found: ResolvedModel | UnresolvedModel): found is ResolvedModel {
  return 'provider' in found;
}

function unknownProvider(id: string, registry: ProviderRegistry): UnresolvedModel {
  if (litellmProviders.has(id)) {
    return { knownToLitellm: true, message: `the provider \`${id}\` is known to LiteLLM, not served by this version.` };
  }
  const nearest = findNearestName(id, registry.ids);
  const advice =
    nearest === null
      ? 'Set `custom_llm_provider` for a model whose name holds a slash.'
      : `Did you mean \`${nearest}\`?`;
  return { knownToLitellm: false, message: `there is no provider \`${id}\`. ${advice}` };
}
