/** The fields of a key in the bodies of requests, by LiteLLM's names: those that are enforced, and those that may only ask for nothing. */
import { z } from 'zod';
import { cacheControlNames } from '../../caching/cache-controls.js';
import { passThroughPathPattern } from '../../auth/routes/pass-through-path.js';
import { isAllowedRoute, routeGroupNames } from '../../auth/scope/route-containment.js';
import { limitFields, usd } from '../limit-fields/limit-fields.js';
import { isDuration } from './duration.js';

/** PostgreSQL has no such character in its texts. */
const hasNoNul = (text: string): boolean => !text.includes('\u0000');
const noNul = 'must not hold the character U+0000';

export const name = z.string().min(1).max(256).refine(hasNoNul, noNul);
/** A key, or its hash. */
export const keyOrHash = z.string().min(1).max(1_024);

export const customKey = z
  .string()
  .regex(/^sk-[\w-]{20,509}$/, 'must start with sk- and go on with 20 to 509 letters, digits, - or _');

const durationHint = 'must be a whole number with a unit: 30s, 30m, 30h, 30d, 2w or 1mo';
/** `-1`: for ever. */
const lifetime = z.string().refine((text) => text === '-1' || isDuration(text), `${durationHint}; -1 means for ever`);
export const duration = z.string().refine(isDuration, durationHint);

export const keyTypes = ['default', 'llm_api', 'management', 'read_only'] as const;
export type KeyType = (typeof keyTypes)[number];

/** What each type may call; the default what its owner's role may. */
export const routesOfType: Readonly<Record<KeyType, readonly string[]>> = {
  default: [],
  llm_api: ['llm_api_routes'],
  management: ['management_routes'],
  read_only: ['info_routes'],
};

/** Fields that LiteLLM has and nothing here would enforce. */
const unenforced = [
  ...['mcp_rpm_limit', 'agent_id', 'guardrails', 'policies', 'prompts', 'disable_global_guardrails', 'config'],
  'object_permission',
  ...['permissions', 'access_group_ids', 'router_settings', 'send_invite_email', 'allowed_vector_store_indexes'],
  ...['enable_prompt_caching', 'end_user_budget_id', 'default_estimated_output_tokens'],
  'default_estimated_output_tokens_per_model',
] as const;
/** Without a secret manager nobody would learn the new key. */
const needsSecretManager = ['auto_rotate', 'rotation_interval'] as const;

const nothing = (reason: string): z.ZodOptional =>
  z
    .union([z.null(), z.literal(false), z.array(z.unknown()).max(0), z.strictObject({})], { error: reason })
    .optional()
    .describe(`Only a value that asks for nothing: it ${reason}.`);

const fieldsThatAskForNothing = Object.fromEntries([
  ...unenforced.map((field) => [field, nothing('is not enforced by this version, so it is not taken')]),
  ...needsSecretManager.map((field) => [
    field,
    nothing(
      'needs a secret manager that hands the new key to whoever uses it, and there is none; call /key/regenerate with `grace_period`',
    ),
  ]),
]) as Record<(typeof unenforced)[number] | (typeof needsSecretManager)[number], z.ZodOptional>;

const passThroughPaths = z
  .array(z.string().regex(passThroughPathPattern, 'expected a path such as `/openai` or `/openai/v1/files`'))
  .max(200)
  .nullish();

export const keyFields = {
  key_alias: name.nullish().describe('A name of its own; no other key has it.'),
  key_type: z.enum(keyTypes).nullish().describe('Stands for `allowed_routes`; `default` for none.'),
  duration: lifetime
    .nullish()
    .describe('How long the key works: `30s`, `30m`, `30h`, `30d`, `2w`, `1mo`; -1 or null for ever.'),
  models: z.array(name).max(1_000).nullish().describe('Names, patterns and access groups; empty for all.'),
  tags: z.array(name).max(100).nullish().describe('Added to those of each request.'),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((metadata) => !JSON.stringify(metadata).includes('\\u0000'), noNul)
    .nullish(),
  user_id: name.nullish(),
  team_id: name.nullish(),
  organization_id: name.nullish(),
  project_id: name.nullish(),
  blocked: z.boolean().nullish(),
  aliases: z.record(name, name).nullish().describe('By a name that requests give: the model that is meant.'),
  enforced_params: z
    .array(name)
    .max(100)
    .nullish()
    .describe('What each request has to say, such as `user` or `metadata.generation_name`.'),
  allowed_cache_controls: z
    .array(z.enum(cacheControlNames))
    .max(cacheControlNames.length)
    .nullish()
    .describe('What its requests may say in `cache`; empty for all of it.'),
  allowed_routes: z
    .array(z.string())
    .max(200)
    .refine(
      (routes) => routes.every(isAllowedRoute),
      `each must be a path that begins with a slash, or one of ${routeGroupNames.join(', ')}`,
    )
    .nullish()
    .describe('Route groups and paths; empty for what the role of its user may call.'),
  allowed_passthrough_routes: passThroughPaths.describe(
    'The paths that it may call by pass-through, each with all that lies below it; empty for all.',
  ),
  denied_passthrough_routes: passThroughPaths.describe('Those that it may not, whatever else is allowed.'),
  spend: usd.nullish().describe('What counts as spent already, in USD. Administrators only.'),
  ...limitFields,
  ...fieldsThatAskForNothing,
} as const;

/** For whatever else a body holds; for the OpenAPI document it is no additional property at all. */
export const notAField = z
  .unknown()
  .refine(() => false, 'is not a field of a key')
  .meta({ not: {} });
