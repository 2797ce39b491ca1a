/** Which tokens are let in, as the authenticator reads it: from the file, and from the environment for one issuer. */
import { errorAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { originOf, type LocatedMap } from './located.js';
import { toMs } from './schema/fields.js';
import { tokenAlgorithms, type jwtIssuerSchema, type WireJwtAuth } from './schema/jwt.schema.js';
import type { z } from 'zod';

export type TokenAlgorithm = (typeof tokenAlgorithms)[number];
export type UnregisteredBehavior = 'fallback_team_mapping' | 'reject' | 'auto_register';

/** Paths of claims. */
export interface ClaimPaths {
  readonly userId: string | undefined;
  readonly userEmail: string | undefined;
  readonly teamId: string | undefined;
  readonly teamIds: string | undefined;
  readonly organizationId: string | undefined;
  readonly endUserId: string | undefined;
  readonly virtualKey: string | undefined;
}

export interface JwtIssuer {
  readonly issuer: string;
  /** Tried in this order; none: the issuer's OpenID configuration says where its keys are. */
  readonly jwksUrls: readonly string[];
  /** Undefined where the operator has turned the check off. */
  readonly audience: readonly string[] | undefined;
  readonly algorithms: readonly TokenAlgorithm[];
  readonly claims: ClaimPaths;
  readonly unregistered: UnregisteredBehavior;
}

export interface JwtSettings {
  readonly issuers: readonly JwtIssuer[];
  readonly adminScope: string;
  readonly adminRoutes: readonly string[];
  readonly teamRoutes: readonly string[];
  readonly publicRoutes: readonly string[];
  readonly teamAlias: string | undefined;
  readonly organizationAlias: string | undefined;
  readonly defaultTeamId: string | undefined;
  readonly makesTeams: boolean;
  readonly makesUsers: boolean;
  /** Lower case. */
  readonly emailDomain: string | undefined;
  readonly userRoles: string | undefined;
  readonly allowedUserRoles: readonly string[] | undefined;
  readonly roles: string | undefined;
  readonly objectId: string | undefined;
  readonly roleMappings: ReadonlyMap<string, 'proxy_admin' | 'team' | 'internal_user' | 'customer'>;
  readonly userRoleMap: readonly { readonly pattern: string; readonly role: UserRole }[];
  readonly syncsRolesAndTeams: boolean;
  readonly scopeMappings: readonly {
    readonly scope: string;
    readonly models: readonly string[];
    readonly routes: readonly string[];
  }[];
  readonly enforcesScopes: boolean;
  readonly enforcesRoles: boolean;
  readonly needsTeamForModels: boolean;
  readonly mappingTtlMs: number;
  readonly keyTtlMs: number;
  readonly keyStaleMs: number;
}

export type UserRole = 'proxy_admin' | 'proxy_admin_viewer' | 'internal_user' | 'internal_user_viewer';

export function toJwtSettings(wire: WireJwtAuth, environment: Environment): JwtSettings {
  const fromEnvironment = issuerOfEnvironment(wire, environment);
  return {
    issuers: [...wire.issuers.map((issuer) => toIssuer(issuer, wire)), ...(fromEnvironment ? [fromEnvironment] : [])],
    adminScope: wire.admin_jwt_scope,
    adminRoutes: wire.admin_allowed_routes,
    teamRoutes: wire.team_allowed_routes,
    publicRoutes: wire.public_allowed_routes,
    teamAlias: wire.team_alias_jwt_field,
    organizationAlias: wire.org_alias_jwt_field,
    defaultTeamId: wire.team_id_default,
    makesTeams: wire.team_id_upsert,
    makesUsers: wire.user_id_upsert,
    emailDomain: wire.user_allowed_email_domain?.toLowerCase().replace(/^@/, ''),
    userRoles: wire.user_roles_jwt_field,
    allowedUserRoles: wire.user_allowed_roles,
    roles: wire.roles_jwt_field,
    objectId: wire.object_id_jwt_field,
    roleMappings: new Map(wire.role_mappings.map(({ role, internal_role }) => [role, internal_role])),
    userRoleMap: wire.jwt_litellm_role_map.map(({ jwt_role: pattern, litellm_role: role }) => ({ pattern, role })),
    syncsRolesAndTeams: wire.sync_user_role_and_teams,
    scopeMappings: wire.scope_mappings,
    enforcesScopes: wire.enforce_scope_based_access,
    enforcesRoles: wire.enforce_rbac,
    needsTeamForModels: wire.enforce_team_based_model_access,
    mappingTtlMs: toMs(wire.virtual_key_mapping_cache_ttl),
    keyTtlMs: toMs(wire.public_key_ttl),
    keyStaleMs: toMs(wire.public_key_stale_ttl),
  };
}

/** What would let in more than anybody meant, or nobody. */
export function checkJwt(
  root: LocatedMap,
  wire: WireJwtAuth,
  environment: Environment,
  problems: ConfigProblem[],
): void {
  const at = originOf(root, ['general_settings', 'litellm_jwtauth']);
  const fault = (message: string): unknown => problems.push(errorAt(at, message));
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_PUBLIC_KEY_URL: url } = environment;
  if (wire.issuers.length === 0 && !isSet(issuer) && !isSet(audience) && !isSet(url)) {
    fault(
      '`enable_jwt_auth` is set and no issuer is named. Write `issuers` with `issuer` and `audience`, or set JWT_ISSUER and JWT_AUDIENCE.',
    );
  } else if ((isSet(url) || isSet(issuer) || isSet(audience)) && !(isSet(issuer) && isSet(audience))) {
    fault('a token must name its issuer and its audience: set both JWT_ISSUER and JWT_AUDIENCE in the environment.');
  }
  const seen = new Set<string>();
  for (const { issuer: name, audience: expected, disable_audience_validation: unchecked } of wire.issuers) {
    if (expected === undefined && !unchecked)
      fault(
        `the issuer ${name} has no \`audience\`: tokens that it gives to anybody would be let in. Write the audience of this gateway.`,
      );
    if (expected !== undefined && unchecked)
      fault(`the issuer ${name} has an \`audience\`, and \`disable_audience_validation\`. Remove one of them.`);
    if (seen.has(name)) fault(`the issuer ${name} is named twice. Write it once.`);
    seen.add(name);
  }
  if ((wire.user_roles_jwt_field === undefined) !== (wire.user_allowed_roles === undefined)) {
    fault('`user_roles_jwt_field` and `user_allowed_roles` need each other. Write both, or none.');
  }
  if (wire.object_id_jwt_field !== undefined && wire.role_mappings.length === 0) {
    fault('`object_id_jwt_field` needs `role_mappings`: they say whether it names a user or a team.');
  }
  if (wire.role_mappings.length > 0 && wire.roles_jwt_field === undefined) {
    fault('`role_mappings` needs `roles_jwt_field`: the claim that holds the roles.');
  }
  if (wire.enforce_scope_based_access && wire.scope_mappings.length === 0) {
    fault('`enforce_scope_based_access` needs `scope_mappings`: without them no token would open anything.');
  }
}

function issuerOfEnvironment(wire: WireJwtAuth, environment: Environment): JwtIssuer | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_PUBLIC_KEY_URL: urls = '' } = environment;
  if (!isSet(issuer) || !isSet(audience) || wire.issuers.some((known) => known.issuer === issuer)) return undefined;
  return {
    issuer,
    jwksUrls: listOf(urls),
    audience: listOf(audience),
    algorithms: wire.algorithms ?? tokenAlgorithms,
    claims: claimsOf(wire, wire),
    unregistered: wire.unregistered_jwt_client_behavior ?? 'fallback_team_mapping',
  };
}

type WireIssuer = z.output<typeof jwtIssuerSchema>;

function toIssuer(issuer: WireIssuer, wire: WireJwtAuth): JwtIssuer {
  return {
    issuer: issuer.issuer,
    jwksUrls: issuer.jwks_url === undefined ? [] : [issuer.jwks_url],
    audience: issuer.audience === undefined ? undefined : [issuer.audience].flat(),
    algorithms: issuer.algorithms ?? wire.algorithms ?? tokenAlgorithms,
    claims: claimsOf(issuer, wire),
    unregistered:
      issuer.unregistered_jwt_client_behavior ?? wire.unregistered_jwt_client_behavior ?? 'fallback_team_mapping',
  };
}

type WireClaims = Pick<
  WireIssuer,
  | 'user_id_jwt_field'
  | 'user_email_jwt_field'
  | 'team_id_jwt_field'
  | 'team_ids_jwt_field'
  | 'org_id_jwt_field'
  | 'end_user_id_jwt_field'
  | 'virtual_key_claim_field'
>;

function claimsOf(own: WireClaims, general: WireClaims): ClaimPaths {
  return {
    userId: own.user_id_jwt_field ?? general.user_id_jwt_field,
    userEmail: own.user_email_jwt_field ?? general.user_email_jwt_field,
    teamId: own.team_id_jwt_field ?? general.team_id_jwt_field,
    teamIds: own.team_ids_jwt_field ?? general.team_ids_jwt_field,
    organizationId: own.org_id_jwt_field ?? general.org_id_jwt_field,
    endUserId: own.end_user_id_jwt_field ?? general.end_user_id_jwt_field,
    virtualKey: own.virtual_key_claim_field ?? general.virtual_key_claim_field,
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
