/** The schemas of the settings sections. */
import { z } from 'zod';
import { accessFields } from './access.schema.js';
import { cacheSettings } from './cache.schema.js';
import { customProviderSchema } from './custom-provider.schema.js';
import { identitySettings, passwordSettings } from './identity.schema.js';
import { keySettings } from './key-settings.schema.js';
import { Egress, type EgressPolicy } from '../../core/transport/egress.js';
import { alertSettings } from './alerting.schema.js';
import { tokenAuthFields } from './token-auth.schema.js';
import { generalBudgetSettings, litellmBudgetSettings } from './budgets.schema.js';
import { fallbackSettings, routerSettingsSchema } from './routing.schema.js';
import { defaultTeamParams } from './team.schema.js';
import { amount, anyMap, choice, described, flag, positive, price, text, wholeNumber } from './fields.js';
import { passThroughEndpoints } from './pass-through.schema.js';
import { spendLogSettings } from './spend-log.schema.js';

/** A part of a price as an exact decimal, at most `most`. */
function part(most: number): z.ZodType<string, number | string> {
  return price().refine((text) => Number(text) <= most, `expected a number from 0 to ${most}`);
}

/** More than ten times the price is a percentage that was meant as a fraction. */
const mostMargin = 10;
const margin = z.union(
  [part(mostMargin), z.looseObject({ percentage: part(mostMargin).optional(), fixed_amount: price().optional() })],
  { error: 'expected a part of the price such as `0.1`, or `{percentage: 0.1, fixed_amount: 0.001}`' },
);

export const litellmSettingsSchema = z.looseObject({
  drop_params: described(flag().default(false), {
    description: 'Drop request parameters that a provider does not support instead of refusing the request.',
    example: true,
  }),
  modify_params: described(flag().default(false), {
    description: 'Messages that a provider would refuse may be repaired.',
    example: true,
  }),
  num_retries: described(wholeNumber().optional(), {
    description: 'Attempts after the first; `router_settings.num_retries` goes before it.',
    example: 2,
  }),
  cost_discount_config: described(z.record(z.string(), part(1)).default({}), {
    description: 'By provider: the part of its listed prices that is not paid, from 0 to 1.',
    example: { vertex_ai: 0.05 },
  }),
  cost_margin_config: described(z.record(z.string(), margin).default({}), {
    description:
      'By provider, or `global` for all that are not named: the part of the price that is added (`0.1`), an amount in USD for each request, or both.',
    example: { global: 0.05, openai: { percentage: 0.1, fixed_amount: 0.001 } },
  }),
  custom_providers: described(z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), customProviderSchema).default({}), {
    description:
      'OpenAI-compatible providers of your own, by the name that stands before the slash in `model`; docs/custom-providers.md has every member.',
    example: { acme: { base_url: 'https://api.acme.example/v1', api_key_env: 'ACME_API_KEY' } },
  }),
  turn_off_message_logging: described(flag().default(false), {
    description: 'Prompts and answers are kept nowhere, whatever `store_prompts_in_spend_logs` says.',
    example: true,
  }),
  request_timeout: described(positive().default(6000), {
    description: 'Seconds for a whole request where neither the deployment nor the router sets a `timeout`.',
    example: 600,
  }),
  default_team_params: described(defaultTeamParams.optional(), {
    description: 'What a new team gets where its request says nothing of it.',
    example: { max_budget: 100, budget_duration: '30d' },
  }),
  ...cacheSettings,
  ...keySettings,
  store_audit_logs: described(flag().default(true), {
    description: 'The audit log is always kept: `false` changes nothing, and a warning says so. See docs/audit.md.',
    example: true,
  }),
  ...litellmBudgetSettings,
  ...fallbackSettings,
  ...identitySettings,
});

const clientCacheSchema = z.looseObject({
  max_size: described(wholeNumber(1).default(200), {
    description: 'How many clients are kept.',
    example: 200,
    startOnly: true,
  }),
  ttl_seconds: described(positive().default(3600), {
    description: 'Seconds after which a client is made anew. The old one is never closed under a running request.',
    example: 3600,
    startOnly: true,
  }),
});

const fsyncModes = ['none', 'interval', 'always'] as const;
type FsyncMode = (typeof fsyncModes)[number];

/** `true` and `false` are `always` and `none`. */
function fsyncMode(): z.ZodType<FsyncMode> {
  const modeOf = (value: unknown): unknown => (typeof value === 'boolean' ? (value ? 'always' : 'none') : value);
  return z.preprocess(modeOf, choice(fsyncModes));
}

/** `file:...` or `postgresql://...`. */
export function isDatabaseUrl(url: string): boolean {
  return /^(file:.|postgres(ql)?:\/\/.)/.test(url);
}

function isEgressPolicy(policy: Partial<EgressPolicy>): boolean {
  try {
    return new Egress({ allowedHosts: [], allowedCidrs: [], ...policy }).id !== '';
  } catch {
    // What is wrong is said by the schema.
    return false;
  }
}

const privateHost = text().refine(
  (host) => isEgressPolicy({ allowedHosts: [host] }),
  'expected a host name such as `llm.internal` or `*.corp.example`',
);
const addressRange = text().refine(
  (cidr) => isEgressPolicy({ allowedCidrs: [cidr] }),
  'expected an address range such as `10.20.0.0/16`',
);

const egressSchema = z.looseObject({
  allowed_hosts: described(z.array(privateHost).default([]), {
    description:
      'Host names that addresses from the database or from a request may lead to although they resolve to a private address.',
    example: ['llm.internal'],
  }),
  allowed_cidrs: described(z.array(addressRange).default([]), {
    description:
      'Address ranges that addresses from the database or from a request may lead to although they are private.',
    example: ['10.20.0.0/16'],
  }),
});

/** A hundred years: dates have an end. */
const mostRetentionDays = 36_500;

export const generalSettingsSchema = z.looseObject({
  master_key: described(text().optional(), {
    description:
      "The administrator's key: at least 32 characters, not a published one. Without it the environment's `TOLLGATE_MASTER_KEY`, then `LITELLM_MASTER_KEY`.",
    example: 'os.environ/LITELLM_MASTER_KEY',
    startOnly: true,
  }),
  database_url: described(
    text().refine(isDatabaseUrl, 'expected `file:...` (SQLite) or `postgresql://...` (PostgreSQL)').optional(),
    {
      description:
        "`file:...` for SQLite, `postgresql://...` for PostgreSQL. Without it the environment's `DATABASE_URL`, then `file:./.tollgate/gateway.db`.",
      example: 'postgresql://user:password@host:5432/tollgate',
      startOnly: true,
    },
  ),
  database_connection_pool_limit: described(wholeNumber(1).default(10), {
    description: 'Database connections of one process (PostgreSQL).',
    example: 10,
    startOnly: true,
  }),
  database_connection_timeout: described(positive().default(5), {
    description:
      'Seconds that one attempt to connect to the database may take. A database that is away is tried again.',
    example: 5,
    startOnly: true,
  }),
  store_model_in_db: described(flag().optional(), {
    description: "Models of the database are served too. Without it the environment's `STORE_MODEL_IN_DB`, then false.",
    example: true,
    startOnly: true,
  }),
  max_request_size_mb: described(positive().default(32), {
    description: 'The largest request body, in MiB.',
    example: 32,
    startOnly: true,
  }),
  max_response_size_mb: described(positive().default(64), {
    description: 'The largest answer of a provider that is not a stream, in MiB.',
    example: 64,
  }),
  max_file_size_mb: described(positive().default(512), {
    description: 'The largest file that is taken at `/v1/files`, in MiB. It is held on the disk, never in memory.',
    example: 200,
  }),
  proxy_batch_polling_interval: described(positive().default(300), {
    description: 'Seconds after which a batch that is not finished is looked at again, for its cost.',
    example: 300,
  }),
  client_cache: described(clientCacheSchema.prefault({}), {
    description: 'The cache of HTTP clients.',
    startOnly: true,
  }),
  egress: described(egressSchema.prefault({}), {
    description: 'Which private addresses may be reached. Addresses written into this file are always allowed.',
  }),
  journal_dir: described(text().default('./.tollgate/journal'), {
    description: 'The folder of the spend journal, relative to the working directory. It must outlive the process.',
    example: '/var/lib/tollgate/journal',
    startOnly: true,
  }),
  journal_max_bytes: described(wholeNumber(1_048_576).default(1_073_741_824), {
    description: 'The most bytes of journal that wait for the database; beyond it requests get 503.',
    example: 1073741824,
    startOnly: true,
  }),
  journal_fsync: described(fsyncMode().default('none'), {
    description:
      'When journal records are forced to the disk, so that spend survives a power cut too: `none`, `interval` or `always`, at the price of speed.',
    example: 'interval',
    startOnly: true,
  }),
  default_reserve_output_tokens: described(wholeNumber().default(1000), {
    description: 'Output tokens that are reserved for a request without `max_tokens`.',
    example: 1000,
  }),
  proxy_batch_write_at: described(positive().default(0.5), {
    description: 'Seconds that a spend row waits for its batch at most.',
    example: 0.5,
    startOnly: true,
  }),
  spend_writer_max_rows_per_second: described(positive().optional(), {
    description:
      'The most spend rows that one process writes in a second, to leave the database to others; none without it.',
    example: 500,
    startOnly: true,
  }),
  allow_requests_on_db_unavailable: described(flag().default(true), {
    description: 'Known keys are served while the database is away.',
    example: false,
    startOnly: true,
  }),
  stale_key_max_seconds: described(amount().default(3600), {
    description: 'How long a key that was read from the database is trusted while the database is away.',
    example: 3600,
    startOnly: true,
  }),
  user_api_key_cache_ttl: described(positive().default(60), {
    description: 'Seconds after which a cached key is read again. Changes of keys do not wait for it.',
    example: 60,
    startOnly: true,
  }),
  user_api_key_cache_max_size: described(wholeNumber(1).default(10_000), {
    description: 'How many keys are cached.',
    example: 10000,
    startOnly: true,
  }),
  stored_responses_retention_days: described(
    wholeNumber()
      .refine((days) => days <= mostRetentionDays, `expected at most ${mostRetentionDays} days`)
      .default(30),
    {
      description:
        'Days after its last turn for which a conversation of the Responses API is kept, for models whose provider keeps none; 0 keeps nothing.',
      example: 7,
    },
  ),
  ...spendLogSettings,
  background_health_checks: described(flag().default(false), {
    description: 'Each process asks every model for a short answer now and then; `GET /health` shows the last result.',
    example: true,
  }),
  health_check_interval: described(positive().default(300), {
    description: 'Seconds between the end of a round of background health checks and the next one.',
    example: 300,
  }),
  health_check_details: described(flag().default(true), {
    description: 'False leaves nothing but the names of models in what `GET /health` shows.',
    example: false,
  }),
  health_check_concurrency: described(wholeNumber(1).default(10), {
    description: 'How many health checks run at once in a process.',
    example: 10,
  }),
  ...alertSettings,
  fail_closed_rate_limit_enforcement: described(flag().default(false), {
    description: 'With Redis: while it cannot be reached nothing is admitted that has a rate limit, with 503. Without it each process goes by its own counts.', // prettier-ignore
    example: true,
  }),
  pass_through_endpoints: described(passThroughEndpoints.default([]), {
    description: 'Paths that lead to APIs of your own choice; docs/pass-through.md has every member.',
    example: [{ path: '/my-api', target: 'https://api.example.com/v1', include_subpath: true }],
  }),
  ...tokenAuthFields,
  ...accessFields,
  disable_auto_add_proxy_admin_to_teams: described(flag().default(false), {
    description: 'A proxy admin who makes a team does not become its admin.',
    example: true,
  }),
  disable_custom_api_keys: described(flag().default(false), {
    description: 'Keys are always made by the gateway: nobody chooses the value of one.',
    example: true,
  }),
  ...generalBudgetSettings,
  litellm_key_header_name: described(text().optional(), {
    description: 'One more header in which a key may come.',
    example: 'x-my-key',
    startOnly: true,
  }),
  ...passwordSettings,
});

/** The whole file; `model_list` is checked entry by entry. */
export const sectionSchemas = {
  litellm_settings: litellmSettingsSchema,
  router_settings: routerSettingsSchema,
  general_settings: generalSettingsSchema,
} as const;

export const environmentVariablesSchema = anyMap();

export type WireLitellmSettings = z.output<typeof litellmSettingsSchema>;
export type WireGeneralSettings = z.output<typeof generalSettingsSchema>;
