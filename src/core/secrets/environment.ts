/** Reads provider keys and addresses from the environment: the only place of core that does. */
import type { ProviderDefinition } from '../spec/provider.js';

export interface ProviderEnvironment {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
}

/** What the environment says of a provider: the first of its variables that is set to something. */
export function readProviderEnvironment(
  provider: Pick<ProviderDefinition, 'env'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProviderEnvironment {
  const first = (names: readonly string[] = []): string | undefined =>
    names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== '');
  return { apiKey: first(provider.env.apiKey), baseUrl: first(provider.env.baseUrl) };
}
