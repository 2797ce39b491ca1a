/** The injection token of core's `ProviderRegistry`. */
export const PROVIDER_REGISTRY = Symbol('PROVIDER_REGISTRY');
