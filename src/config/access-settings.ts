/** Who may call from where, which routes there are for whom, and what every model request must say: as the rooms read it. */
import type { WireAccessSettings } from './schema/access.schema.js';

export interface AccessSettings {
  /** Addresses and ranges; empty for all. */
  readonly allowedIps: readonly string[];
  /** The only routes that are served, beside the public ones; empty for all. */
  readonly allowedRoutes: readonly string[];
  readonly adminOnlyRoutes: readonly string[];
  /** Routes of the data plane that are looked at without a key. */
  readonly publicRoutes: readonly string[];
}

/** What holds for each request to a model. */
export interface RequestRules {
  /** Members of the body; `metadata.generation_name` for one within another. */
  readonly enforcedParams: readonly string[];
  readonly mustNameUser: boolean;
  readonly refusesClientTags: boolean;
  /** Headers that name the end user, lower case, in the order in which they are looked at. */
  readonly endUserHeaders: readonly string[];
}

export function toAccessSettings(wire: WireAccessSettings): AccessSettings {
  return {
    allowedIps: wire.allowed_ips ?? [],
    allowedRoutes: wire.allowed_routes ?? [],
    adminOnlyRoutes: wire.admin_only_routes ?? [],
    publicRoutes: wire.public_routes,
  };
}

export function toRequestRules(wire: WireAccessSettings): RequestRules {
  const mapped = wire.user_header_mappings.map((mapping) => mapping.header_name.toLowerCase());
  return {
    enforcedParams: wire.enforced_params,
    mustNameUser: wire.enforce_user_param,
    refusesClientTags: wire.reject_clientside_metadata_tags,
    // The older setting counts where the newer one says nothing.
    endUserHeaders: mapped.length > 0 || !wire.user_header_name ? mapped : [wire.user_header_name.toLowerCase()],
  };
}
