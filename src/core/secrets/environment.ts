/** What the environment says of a provider: the first of the variables for each fact that is set to something. */
import type { ProviderDefinition } from '../spec/provider.js';

export interface ProviderEnvironment {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  /** By wire name: `aws_region_name`. Only what is set. */
  readonly settings: Readonly<Record<string, string>>;
  /** By the name that the provider knows: `awsSecretAccessKey`. Only what is set. */
  readonly credentials: Readonly<Record<string, string>>;
}

export function readProviderEnvironment(
  { env }: Pick<ProviderDefinition, 'env'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProviderEnvironment {
  const first = (names: readonly string[] = []): string | undefined =>
    names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== '');
  const all = (variables: Readonly<Record<string, readonly string[]>> = {}): Record<string, string> => {
    const found = Object.entries(variables).map(([name, names]) => [name, first(names)] as const);
    return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
  };
  return {
    apiKey: first(env.apiKey),
    baseUrl: first(env.baseUrl),
    settings: all(env.settings),
    credentials: all(env.credentials),
  };
}
