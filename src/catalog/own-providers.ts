/** The providers that a configuration brings itself: what is wrong with them, and the registry that has them. */
import { errorAt, type ConfigProblem } from '../config/config-problem.js';
import type { CustomProviderEntry, GatewayConfig } from '../config/gateway-config.js';
import { findNearestName } from '../config/nearest-name.js';
import { namedQuirks } from '../core/providers/openai-compatible/named-quirks.js';
import { withOwnProviders } from '../core/providers/own-providers.js';
import type { ProviderRegistry } from '../core/spec/provider.js';

/** A registry belongs to one configuration, so that its providers stay the same objects while that is in force. */
const registries = new WeakMap<readonly CustomProviderEntry[], ProviderRegistry>();

export function registryFor({ customProviders }: GatewayConfig, registry: ProviderRegistry): ProviderRegistry {
  let found = registries.get(customProviders);
  if (found === undefined) {
    found = withOwnProviders(registry, customProviders);
    registries.set(customProviders, found);
  }
  return found;
}

export function checkOwnProviders(own: readonly CustomProviderEntry[], registry: ProviderRegistry): ConfigProblem[] {
  return own.flatMap(({ id, origin, quirks }) => {
    if (registry.find(id) !== null)
      return errorAt(
        origin,
        `\`${id}\` is a provider already. Give yours another name, or set \`api_base\` in \`litellm_params\`.`,
      );
    return quirks
      .filter((name) => !namedQuirks.has(name))
      .map((name) => {
        const nearest = findNearestName(name, [...namedQuirks.keys()]);
        const advice = nearest ? `Did you mean \`${nearest}\`?` : `There are ${[...namedQuirks.keys()].join(', ')}.`;
        return errorAt({ ...origin, path: `${origin.path}.quirks` }, `there is no quirk \`${name}\`. ${advice}`);
      });
  });
}
