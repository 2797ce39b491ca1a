/** The schema of `general_settings.litellm_jwtauth`: which tokens of identity providers are let in, and what their claims mean. */
import { z } from 'zod';
import { amount, choice, described, flag, positive, text } from './fields.js';

/** A claim, `realm_access.roles` for one within another. */
function claim(what: string, example: string): z.ZodOptional<ReturnType<typeof text>> {
  return described(text().optional(), {
    description: `The claim that holds ${what}; a dot leads into an object.`,
    example,
  });
}

/** HMAC algorithms are not among them: whoever could check such a token could also make one. */
export const tokenAlgorithms = [
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const),
] as const;

export const unregisteredBehaviors = ['fallback_team_mapping', 'reject', 'auto_register'] as const;

const audience = z.union([text(), z.array(text()).min(1)], { error: 'expected a text or a list of them' });

const claimFields = {
  user_id_jwt_field: claim("the user's id", 'sub'),
  user_email_jwt_field: claim("the user's email address", 'email'),
  team_id_jwt_field: claim("the team's id", 'client_id'),
  team_ids_jwt_field: claim('the ids of several teams, as a list', 'groups'),
  org_id_jwt_field: claim("the organization's id", 'org_id'),
  end_user_id_jwt_field: claim('the customer on whose behalf requests are made', 'customer_id'),
  virtual_key_claim_field: claim('what a mapping leads from to a virtual key', 'sub'),
} as const;

const unregistered = described(choice(unregisteredBehaviors).optional(), {
  description:
    'What becomes of a token whose `virtual_key_claim_field` has no mapping: it is judged by its other claims, refused, or gets a new key.',
  example: 'reject',
});

export const jwtIssuerSchema = z.looseObject({
  issuer: described(text(), {
    description: 'What `iss` must be, to the letter.',
    example: 'https://login.example.com',
  }),
  jwks_url: described(text().optional(), {
    description: "Where the issuer's keys are; without it the issuer's OpenID configuration says it.",
    example: 'https://login.example.com/keys',
  }),
  audience: described(audience.optional(), { description: 'What `aud` must have one of.', example: 'tollgate' }),
  disable_audience_validation: described(flag().default(false), {
    description: 'For an issuer that cannot name an audience: every token that it gives to anybody is then let in.',
    example: true,
  }),
  algorithms: described(z.array(choice(tokenAlgorithms)).min(1).optional(), {
    description: "The signatures that are taken from this issuer; all of RSA's and ECDSA's without it.",
    example: ['RS256'],
  }),
  unregistered_jwt_client_behavior: unregistered,
  ...claimFields,
});

const internalRoles = ['proxy_admin', 'team', 'internal_user', 'customer'] as const;
const userRoles = ['proxy_admin', 'proxy_admin_viewer', 'internal_user', 'internal_user_viewer'] as const;
const names = z.array(text());

const roleMapping = z.looseObject({
  role: described(text(), { description: 'As the provider names it.', example: 'admins' }),
  internal_role: described(choice(internalRoles), { description: 'What it is here.', example: 'proxy_admin' }),
});
const userRoleMapping = z.looseObject({
  jwt_role: described(text(), { description: 'As the provider names it.', example: 'ADMIN' }),
  litellm_role: described(choice(userRoles), { description: 'The role of the user.', example: 'proxy_admin' }),
});
const scopeMapping = z.looseObject({
  scope: described(text(), { description: 'As the token has it.', example: 'chat' }),
  models: described(names.default([]), {
    description: 'The models that it opens; all without it.',
    example: ['gpt-4o'],
  }),
  routes: described(names.default([]), { description: 'The routes that it opens.', example: ['llm_api_routes'] }),
});

export const jwtAuthSchema = z.looseObject({
  issuers: described(z.array(jwtIssuerSchema).default([]), {
    description:
      'The issuers whose tokens are let in, beside the one of `JWT_ISSUER`, `JWT_AUDIENCE` and `JWT_PUBLIC_KEY_URL`.',
    example: [{ issuer: 'https://login.example.com', audience: 'tollgate' }],
  }),
  algorithms: described(z.array(choice(tokenAlgorithms)).min(1).optional(), {
    description: 'The signatures that are taken from issuers that set no other.',
    example: ['RS256'],
  }),
  ...claimFields,
  unregistered_jwt_client_behavior: unregistered,
  virtual_key_mapping_cache_ttl: described(amount().default(300), {
    description: 'Seconds that a mapping to a virtual key is remembered; changes do not wait for it.',
    example: 300,
  }),
  admin_jwt_scope: described(text().default('litellm_proxy_admin'), {
    description: 'The scope that makes the bearer of a token a proxy admin.',
    example: 'litellm_proxy_admin',
  }),
  admin_allowed_routes: described(
    names.default(['management_routes', 'spend_tracking_routes', 'global_spend_tracking_routes', 'info_routes']),
    { description: 'What such an admin may call.', example: ['management_routes', 'llm_api_routes'] },
  ),
  team_allowed_routes: described(names.default(['llm_api_routes', 'info_routes']), {
    description: 'What a token of a team without a user may call.',
    example: ['openai_routes'],
  }),
  public_allowed_routes: described(names.default(['public_routes']), {
    description: 'What a token that leads to no user and no team may call.',
    example: ['info_routes'],
  }),
  team_alias_jwt_field: claim("the team's alias", 'team'),
  team_id_default: described(text().optional(), {
    description: 'The team of tokens that name none.',
    example: 'everybody',
  }),
  team_id_upsert: described(flag().default(false), {
    description: 'A team that a token names and that does not exist is made.',
    example: true,
  }),
  org_alias_jwt_field: claim("the organization's alias", 'org'),
  user_id_upsert: described(flag().default(false), {
    description: 'A user whom a token names and who does not exist is made.',
    example: true,
  }),
  user_allowed_email_domain: described(text().optional(), {
    description: 'Only users with an email address of this domain are let in.',
    example: 'example.com',
  }),
  custom_validate: described(text().optional(), {
    description:
      'A JavaScript module of your own that has the last word on a verified token, relative to this file; its function `validate`, or the one named after a `#`, is given the claims. Anything but `true` refuses the token.',
    example: './tokens.mjs#validate',
  }),
  user_roles_jwt_field: claim('the roles of a user', 'resource_access.gateway.roles'),
  user_allowed_roles: described(names.optional(), {
    description: 'Of `user_roles_jwt_field`: a token needs one of them.',
    example: ['gateway_user'],
  }),
  roles_jwt_field: claim('the roles that `role_mappings` speaks of', 'roles'),
  object_id_jwt_field: claim('the id of the user or the team, whichever the role says', 'sub'),
  role_mappings: described(z.array(roleMapping).default([]), {
    description: "What the provider's roles are here.",
    example: [{ role: 'admins', internal_role: 'proxy_admin' }],
  }),
  jwt_litellm_role_map: described(z.array(userRoleMapping).default([]), {
    description:
      "What the provider's roles make of a user, with `sync_user_role_and_teams`; a `*` stands for anything.",
    example: [{ jwt_role: 'ADMIN', litellm_role: 'proxy_admin' }],
  }),
  sync_user_role_and_teams: described(flag().default(false), {
    description: "A user's role and teams follow what each token says.",
    example: true,
  }),
  scope_mappings: described(z.array(scopeMapping).default([]), {
    description: 'Which models and routes a scope opens.',
    example: [{ scope: 'chat', models: ['gpt-4o'], routes: ['llm_api_routes'] }],
  }),
  enforce_scope_based_access: described(flag().default(false), {
    description: 'A token opens nothing but what its scopes do by `scope_mappings`.',
    example: true,
  }),
  enforce_rbac: described(flag().default(false), {
    description: 'A token without a role of `role_mappings` is refused.',
    example: true,
  }),
  enforce_team_based_model_access: described(flag().default(false), {
    description: 'A token that leads to no team may use no model.',
    example: true,
  }),
  public_key_ttl: described(positive().default(600), {
    description: "Seconds for which an issuer's keys are trusted without looking again.",
    example: 600,
  }),
  public_key_stale_ttl: described(amount().default(3600), {
    description:
      'Seconds for which they are trusted beyond that while the issuer cannot be reached; 0 refuses at once.',
    example: 3600,
  }),
});

export type WireJwtAuth = z.output<typeof jwtAuthSchema>;
