/** The schema of `router_settings`: how deployments are chosen, retried, left alone, and replaced by others. */
import { z } from 'zod';
import { routerBudgetSettings } from './budgets.schema.js';
import { failureClasses } from '../../core/router/failure-class.js';
import { routingStrategies, type RoutingStrategy } from '../../core/router/routing-rules.js';
import { amount, described, flag, positive, text, textList, wholeNumber } from './fields.js';
import { redisSettings } from './redis.schema.js';

const aliasTarget = z.union(
  [z.string().min(1), z.looseObject({ model: z.string().min(1), hidden: z.boolean().default(false) })],
  {
    error: 'expected the name of a model',
  },
);

const fallbackNames = z.union([z.array(text()), text().transform((name) => [name])], {
  error: 'expected a list of names of models',
});

/** LiteLLM's form, a list of maps with one group each; one map of all is taken too. */
function fallbackMap(): z.ZodType<Record<string, string[]>> {
  const one = z.record(z.string().min(1), fallbackNames, { error: 'expected `group: [other, ...]`' });
  return z.preprocess((value) => (Array.isArray(value) ? mergedMaps(value) : value), one);
}

function mergedMaps(list: readonly unknown[]): unknown {
  const isMap = (item: unknown): boolean => typeof item === 'object' && item !== null && !Array.isArray(item);
  return list.every(isMap) ? Object.assign({}, ...list) : list;
}

/** By the names of LiteLLM's exceptions: `RateLimitErrorRetries`, `RateLimitErrorAllowedFails`. */
export function byFailure(suffix: string): z.ZodType<Partial<Record<string, number>>> {
  const members = failureClasses.map((kind) => {
    const description = `For failures of the kind ${kind}.`;
    return [`${kind}Error${suffix}`, described(wholeNumber().optional(), { description, example: 3 })] as const;
  });
  return z.strictObject(Object.fromEntries(members), {
    error: `expected a map with some of ${members.map(([name]) => name).join(', ')}`,
  });
}

const fallbacksExample = [{ 'gpt-4o': ['claude-sonnet', 'gemini-pro'] }];

/** These stand in `litellm_settings` too; `router_settings` goes before. */
export const fallbackSettings = {
  fallbacks: described(fallbackMap().optional(), {
    description:
      'Model groups that stand in for one that has failed after its retries, in this order. A key is a group, or a pattern such as `openai/*`. A key is never led to a model that it may not use.',
    example: fallbacksExample,
  }),
  default_fallbacks: described(fallbackNames.optional(), {
    description: 'Model groups that stand in for every group that has no `fallbacks` of its own.',
    example: ['gpt-4o-mini'],
  }),
  context_window_fallbacks: described(fallbackMap().optional(), {
    description: 'As `fallbacks`, asked first where the prompt is too long for the model.',
    example: [{ 'gpt-4o': ['gemini-pro'] }],
  }),
  content_policy_fallbacks: described(fallbackMap().optional(), {
    description:
      "As `fallbacks`, asked first where the provider's content policy refuses, an answer that it has cut off included.",
    example: fallbacksExample,
  }),
  allowed_fails: described(wholeNumber().optional(), {
    description:
      'Failures a minute that are put up with before a deployment is left alone. Without it: up to two in a row and up to half of five and more; none of a 429, 401, 403 or 404.',
    example: 3,
  }),
  cooldown_time: described(positive().optional(), {
    description:
      'Seconds for which a deployment is left alone (5 without it); then one request finds out whether it is back. Each failure of that request, and a failure within a minute of being back, doubles the time, up to 30 seconds. `retry-after` of the provider makes it longer.',
    example: 30,
  }),
} as const;

export const defaultStrategy: RoutingStrategy = 'power-of-two-choices';
/** LiteLLM's word for `simple-shuffle` with budgets of providers, which hold whatever the strategy. */
export const providerBudgetRouting = 'provider-budget-routing';

export const routerSettingsSchema = z.looseObject({
  routing_strategy: described(text().default(defaultStrategy), {
    description: `How a deployment is chosen among those of one \`model_name\`: ${routingStrategies.map((name) => `\`${name}\``).join(', ')}; docs/routing.md describes each. \`${providerBudgetRouting}\` is \`simple-shuffle\`: budgets hold with every strategy.`,
    example: 'latency-based-routing',
  }),
  routing_strategy_args: described(
    z
      .looseObject({
        ttl: described(positive().optional(), { description: 'Seconds for which a latency counts.', example: 600 }),
        lowest_latency_buffer: described(amount().optional(), {
          description: 'How far above the lowest latency one may be and still be chosen, as a part of it.',
          example: 0.2,
        }),
      })
      .prefault({}),
    {
      description:
        'For `latency-based-routing`: `ttl`, the seconds for which a latency counts (3600), and `lowest_latency_buffer`, how far above the lowest one may be and still be chosen, as a part of it (0).',
      example: { ttl: 600, lowest_latency_buffer: 0.2 },
    },
  ),
  num_retries: described(wholeNumber().optional(), {
    description: 'Attempts after the first. Without it `litellm_settings.num_retries`, then 2.',
    example: 2,
  }),
  retry_after: described(amount().default(0), {
    description: 'The least seconds to wait before another attempt.',
    example: 1,
  }),
  retry_policy: described(byFailure('Retries').prefault({}), {
    description: 'Attempts after the first by kind of failure, instead of `num_retries`.',
    example: { RateLimitErrorRetries: 3, TimeoutErrorRetries: 0 },
  }),
  model_group_retry_policy: described(z.record(z.string(), byFailure('Retries')).default({}), {
    description: 'The same for single model groups.',
    example: { 'gpt-4o': { RateLimitErrorRetries: 5 } },
  }),
  timeout: described(positive().optional(), {
    description: 'Seconds for a whole request where the deployment sets none.',
    example: 600,
  }),
  stream_timeout: described(positive().optional(), {
    description: 'Seconds until the first byte of a stream, and between its chunks, where the deployment sets none.',
    example: 30,
  }),
  first_token_timeout: described(positive().optional(), {
    description:
      'Seconds until the first token of a stream, where the deployment sets none: a slower one is ended and another deployment is asked.',
    example: 20,
  }),
  model_group_alias: described(z.record(z.string(), aliasTarget).default({}), {
    description:
      'Other names for models: `{gpt-4: gpt-4o}`, or `{gpt-4: {model: gpt-4o, hidden: true}}` to leave it out of the list of models.',
    example: { 'gpt-4': 'gpt-4o' },
  }),
  ...fallbackSettings,
  max_fallbacks: described(wholeNumber().default(5), {
    description: 'Model groups that are asked after the first.',
    example: 5,
  }),
  allowed_fails_policy: described(byFailure('AllowedFails').prefault({}), {
    description:
      'Failures a minute that are put up with by kind, before `allowed_fails`. Requests that a provider refuses (400, content policy) never count.',
    example: { RateLimitErrorAllowedFails: 10 },
  }),
  disable_cooldowns: described(flag().default(false), {
    description: 'No deployment is left alone, however often it fails.',
    example: true,
  }),
  enable_pre_call_checks: described(flag().default(false), {
    description:
      'Leave out deployments whose context window is too short for the prompt (estimated), that are not in `allowed_model_region`, or that do not support a parameter of the request.',
    example: true,
  }),
  enable_health_check_routing: described(flag().default(false), {
    description:
      'Leave out deployments that the last background check (`general_settings.background_health_checks`) found not to answer, as long as another one does.',
    example: true,
  }),
  optional_pre_call_checks: described(textList().default([]), {
    description:
      '`prompt_caching` sends long prompts that begin alike to the same deployment, `session_affinity` the requests of one `x-litellm-session-id`, `deployment_affinity` those of one key; `enforce_model_rate_limits` holds deployments to their `rpm` and `tpm`. `router_budget_limiting` changes nothing: budgets of deployments and providers always hold.',
    example: ['session_affinity'],
  }),
  enable_tag_filtering: described(flag().default(false), {
    description:
      'Requests with tags go to deployments with one of them, others to those tagged `default` where there are any.',
    example: true,
  }),
  tag_filtering_match_any: described(flag().default(true), {
    description: 'False: a deployment needs all tags of the request.',
    example: false,
  }),
  enforce_fallback_model_access: described(flag().default(true), {
    description: 'Always so: a fallback never leads a key to a model that it may not use.',
    example: true,
  }),
  default_max_parallel_requests: described(wholeNumber(1).optional(), {
    description:
      'Requests at once on a deployment that sets no `max_parallel_requests`; further ones wait for a place.',
    example: 100,
  }),
  max_queued_requests: described(wholeNumber().default(100), {
    description: 'Requests that may wait for a place on one deployment; beyond it they get 429.',
    example: 1000,
  }),
  slow_stream_guard: described(
    z
      .looseObject({
        grace_seconds: described(amount().default(5), {
          description: 'Seconds that every stream has until its first token.',
          example: 5,
        }),
        prompt_tokens_per_second: described(positive().default(1_000), {
          description: 'At this rate a prompt must be read; the time for it is added.',
          example: 1_000,
        }),
      })
      .optional(),
    {
      description:
        'A stream whose first token takes longer is ended, and another deployment or fallback is asked. Not where none is left: a slow answer is better than none.',
      example: { grace_seconds: 5, prompt_tokens_per_second: 1_000 },
    },
  ),
  enable_mid_stream_fallback_continuation: described(flag().default(false), {
    description:
      'A stream that breaks off within a plain text (no tools, one answer) is continued, by a deployment of the group or of a fallback whose `model_info.supports_assistant_prefill` is true. Streams are translated then, not passed through.',
    example: true,
  }),
  enable_weighted_failover: described(flag().default(true), {
    description:
      'Always so: an attempt after a failure goes to another deployment of the group, drawn by the weights of those that are left.',
    example: true,
  }),
  default_priority: described(wholeNumber().optional(), {
    description:
      'Who waits with a lower number goes first, 0 to 255; requests set it by `priority` or `x-litellm-priority`.',
    example: 100,
  }),
  ...routerBudgetSettings,
  ...redisSettings,
});

export type WireRouterSettings = z.output<typeof routerSettingsSchema>;
