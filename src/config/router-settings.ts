/** The router's settings as the rooms read them: how deployments are chosen, retried, left alone, and replaced by others. */
import { failureClasses, type ByFailureClass } from '../core/router/failure-class.js';
import { noFallbacks, type FallbackMap, type FallbackRules } from '../core/router/fallbacks.js';
import { plainRules, type RoutingRules, type RoutingStrategy } from '../core/router/routing-rules.js';
import type { Origin } from './config-problem.js';
import { toMs } from './schema/fields.js';
import { defaultStrategy, providerBudgetRouting, type WireRouterSettings } from './schema/routing.schema.js';
import type { WireLitellmSettings } from './schema/settings.schema.js';

export interface RouterSettings {
  readonly rules: RoutingRules;
  readonly fallbacks: FallbackRules;
  readonly fallbacksOrigin: Origin;
  /** Attempts after the first. */
  readonly numRetries: number;
  readonly retryAfterMs: number;
  /** Whole request, where the deployment sets none. */
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number | undefined;
  /** Until the first token of a stream, where the deployment sets none. */
  readonly firstTokenTimeoutMs: number | undefined;
  readonly tagFiltering: { readonly enabled: boolean; readonly matchAny: boolean };
  /** What keeps requests on one deployment. */
  readonly affinity: { readonly prompt: boolean; readonly session: boolean; readonly key: boolean };
  readonly defaultPriority: number | undefined;
  readonly aliases: readonly ModelAlias[];
}

export interface ModelAlias {
  readonly name: string;
  readonly target: string;
  /** Left out of the list of models. */
  readonly hidden: boolean;
  readonly origin: Origin;
}

/** As LiteLLM's router has it. */
const defaultRetries = 2;

export function toRouterSettings(
  wire: WireRouterSettings,
  litellm: WireLitellmSettings,
  originAt: (...path: readonly string[]) => Origin,
): RouterSettings {
  const checks = new Set(wire.optional_pre_call_checks);
  return {
    rules: toRules(wire, litellm, checks.has('enforce_model_rate_limits')),
    fallbacks: toFallbackRules(wire, litellm),
    fallbacksOrigin: wire.fallbacks
      ? originAt('router_settings', 'fallbacks')
      : originAt('litellm_settings', 'fallbacks'),
    numRetries: wire.num_retries ?? litellm.num_retries ?? defaultRetries,
    retryAfterMs: toMs(wire.retry_after),
    timeoutMs: toMs(wire.timeout ?? litellm.request_timeout),
    streamTimeoutMs: toMs(wire.stream_timeout),
    firstTokenTimeoutMs: toMs(wire.first_token_timeout),
    tagFiltering: { enabled: wire.enable_tag_filtering, matchAny: wire.tag_filtering_match_any },
    affinity: {
      prompt: checks.has('prompt_caching'),
      session: checks.has('session_affinity'),
      key: checks.has('deployment_affinity'),
    },
    defaultPriority: wire.default_priority,
    aliases: Object.entries(wire.model_group_alias).map(([name, target]) => ({
      name,
      ...(typeof target === 'string' ? { target, hidden: false } : { target: target.model, hidden: target.hidden }),
      origin: originAt('router_settings', 'model_group_alias', name),
    })),
  };
}

function toRules(wire: WireRouterSettings, litellm: WireLitellmSettings, rateLimits: boolean): RoutingRules {
  // Checked by name, where the line is known.
  const strategy =
    wire.routing_strategy === providerBudgetRouting ? 'simple-shuffle' : (wire.routing_strategy as RoutingStrategy);
  const { cooldown, latencyTtlMs } = plainRules;
  const groups = Object.entries(wire.model_group_retry_policy);
  const { slow_stream_guard: slow } = wire;
  return {
    strategy,
    latencyBuffer: wire.routing_strategy_args.lowest_latency_buffer ?? 0,
    latencyTtlMs: toMs(wire.routing_strategy_args.ttl) ?? latencyTtlMs,
    cooldown: {
      disabled: wire.disable_cooldowns,
      cooldownMs: toMs(wire.cooldown_time ?? litellm.cooldown_time) ?? cooldown.cooldownMs,
      allowedFails: wire.allowed_fails ?? litellm.allowed_fails,
      allowedFailsByClass: toFailureNumbers(wire.allowed_fails_policy),
    },
    retries: toFailureNumbers(wire.retry_policy),
    groupRetries: Object.fromEntries(groups.map(([name, policy]) => [name, toFailureNumbers(policy)])),
    checks: {
      fitness: wire.enable_pre_call_checks,
      rateLimits: rateLimits || strategy.startsWith('usage-based'),
      health: wire.enable_health_check_routing,
    },
    maxParallelRequests: wire.default_max_parallel_requests,
    maxQueuedRequests: wire.max_queued_requests,
    slowStreams: slow && { graceMs: toMs(slow.grace_seconds), promptTokensPerSecond: slow.prompt_tokens_per_second },
    continuesStreams: wire.enable_mid_stream_fallback_continuation,
  };
}

/** `RateLimitErrorRetries: 3` is `{RateLimit: 3}`. */
export function toFailureNumbers(policy: Partial<Record<string, number>> = {}): ByFailureClass {
  const entries = failureClasses.flatMap((kind) => {
    const value = policy[`${kind}ErrorRetries`] ?? policy[`${kind}ErrorAllowedFails`];
    return value === undefined ? [] : [[kind, value] as const];
  });
  return Object.fromEntries(entries);
}

function toFallbackRules(wire: WireRouterSettings, litellm: WireLitellmSettings): FallbackRules {
  return {
    general: toFallbackMap(wire.fallbacks ?? litellm.fallbacks),
    contextWindow: toFallbackMap(wire.context_window_fallbacks ?? litellm.context_window_fallbacks),
    contentPolicy: toFallbackMap(wire.content_policy_fallbacks ?? litellm.content_policy_fallbacks),
    defaults: (wire.default_fallbacks ?? litellm.default_fallbacks ?? []).map((model) => ({ model })),
    most: wire.max_fallbacks,
  };
}

function toFallbackMap(groups: Readonly<Record<string, readonly string[]>> = {}): FallbackMap {
  return new Map(Object.entries(groups).map(([group, models]) => [group, models.map((model) => ({ model }))]));
}

/** For whoever has no file: the settings that an empty one comes to. */
export const plainRouterSettings: RouterSettings = {
  rules: { ...plainRules, strategy: defaultStrategy, slowStreams: undefined, continuesStreams: false },
  fallbacks: noFallbacks,
  fallbacksOrigin: { file: '', line: 0, path: '' },
  numRetries: defaultRetries,
  retryAfterMs: 0,
  timeoutMs: 6_000_000,
  streamTimeoutMs: undefined,
  firstTokenTimeoutMs: undefined,
  tagFiltering: { enabled: false, matchAny: true },
  affinity: { prompt: false, session: false, key: false },
  defaultPriority: undefined,
  aliases: [],
};
