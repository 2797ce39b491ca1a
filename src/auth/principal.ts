/** Who is calling: what authentication has established about the bearer of a key or a token. */
import type { ErrorCode } from '../core/errors/catalog.js';

export const roles = [
  'proxy_admin',
  'proxy_admin_viewer',
  'org_admin',
  'internal_user',
  'internal_user_viewer',
  'team',
  'customer',
] as const;

/** Of the whole proxy; being an admin of an organization or a team is a membership, which the access scope knows. */
export type Role = (typeof roles)[number];

export type ModelDenial = Extract<ErrorCode, `${string}model_access_denied`>;

/** Somebody beside the key who narrows which models it may use. */
export interface ModelAccessLevel {
  /** What a model that is not listed is refused with. */
  readonly denial: ModelDenial;
  /** The list of the team itself, which does not speak of the team's own models. */
  readonly isTeams?: boolean;
  /** Never empty: who does not narrow has no level. */
  readonly models: readonly string[];
}

/** The paths that it may call by pass-through, beyond what its routes allow. */
export interface PassThroughRoutes {
  /** Empty for all. */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

export interface Principal {
  readonly role: Role;
  /** True for the master key alone. */
  readonly isMaster?: boolean;
  /** SHA-256 of the clear key, hex: identifies the key in the ledger and nowhere grants anything. */
  readonly keyHash: string;
  readonly keyAlias: string | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  /** The customer for whom all of its requests are made, whatever they say themselves. */
  readonly endUserId?: string | undefined;
  /** The names, patterns and groups of the models it may use itself; empty for all. */
  readonly models: readonly string[];
  /** Its team, user and others, as far as they narrow the models further. */
  readonly modelLevels?: readonly ModelAccessLevel[];
  /** Other names that its key or its team has given to models. */
  readonly modelAliases?: Readonly<Record<string, string>>;
  /** Members that each of its model requests must have. */
  readonly enforcedParams?: readonly string[];
  /** What its requests may say of the cache (empty: all), and what holds where they say nothing: its team's word, then its own. */
  readonly cacheControls?: { readonly allowed: readonly string[]; readonly defaults: readonly unknown[] };
  /** The addresses that it may call from; absent for all. */
  readonly allowedAddresses?: { holds(address: string): boolean };
  /** Guardrails that look at each of its requests, by name. */
  readonly guardrails?: readonly string[];
  /** Exempt from the guardrails that apply to all. */
  readonly withoutDefaultGuardrails?: boolean;
  /** Added to those of each of its requests. */
  readonly tags: readonly string[];
  /** The route groups and paths it may call; absent or empty for all that its role may. */
  readonly allowedRoutes?: readonly string[];
  readonly passThroughRoutes?: PassThroughRoutes;
}
