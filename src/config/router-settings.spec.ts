/** `router_settings` as the router reads it: LiteLLM's names and defaults, in our units. */
import { configOf } from '../catalog/testing/catalog-of.js';
import { plainRouterSettings, type RouterSettings } from './router-settings.js';

const read = (yaml: string): RouterSettings => configOf(yaml).router;
const targets = (...models: string[]) => models.map((model) => ({ model }));

it('has LiteLLM’s defaults where the file says nothing', () => {
  const { fallbacksOrigin: _origin, ...settings } = read('model_list: []');
  const { fallbacksOrigin: _none, ...plain } = plainRouterSettings;
  expect(settings).toEqual(plain);
  expect([settings.numRetries, settings.retryAfterMs, settings.timeoutMs, settings.rules.cooldown.cooldownMs]).toEqual([2, 0, 6_000_000, 5_000]); // prettier-ignore
});

it('turns seconds into milliseconds', () => {
  const settings = read(
    'router_settings: {timeout: 30, stream_timeout: 2.5, first_token_timeout: 4, retry_after: 1, cooldown_time: 60, routing_strategy_args: {ttl: 10, lowest_latency_buffer: 0.2}, slow_stream_guard: {grace_seconds: 3}}',
  );
  expect(settings).toMatchObject({
    timeoutMs: 30_000,
    streamTimeoutMs: 2_500,
    firstTokenTimeoutMs: 4_000,
    retryAfterMs: 1_000,
  });
  expect(settings.rules).toMatchObject({ latencyTtlMs: 10_000, latencyBuffer: 0.2, cooldown: { cooldownMs: 60_000 } });
  expect(settings.rules.slowStreams).toEqual({ graceMs: 3_000, promptTokensPerSecond: 1_000 });
});

describe('fallbacks', () => {
  it('are a list of maps, as LiteLLM has them, or one map', () => {
    const expected = new Map([
      ['smart', targets('cheap', 'local')],
      ['openai/*', targets('local')],
    ]);
    expect(
      read('router_settings: {fallbacks: [{smart: [cheap, local]}, {openai/*: [local]}]}').fallbacks.general,
    ).toEqual(expected);
    expect(read('router_settings: {fallbacks: {smart: [cheap, local], openai/*: local}}').fallbacks.general).toEqual(
      expected,
    );
  });

  it('may stand in litellm_settings; router_settings goes before', () => {
    const litellm =
      'litellm_settings: {fallbacks: [{smart: [old]}], default_fallbacks: [any], context_window_fallbacks: [{smart: [wide]}], num_retries: 5, allowed_fails: 7}';
    const both = read(`${litellm}\nrouter_settings: {fallbacks: [{smart: [new]}], max_fallbacks: 1}`);
    expect(both.fallbacks).toEqual({
      general: new Map([['smart', targets('new')]]),
      contextWindow: new Map([['smart', targets('wide')]]),
      contentPolicy: new Map(),
      defaults: targets('any'),
      most: 1,
    });
    expect([both.numRetries, both.rules.cooldown.allowedFails]).toEqual([5, 7]);
  });

  it('that lead nowhere in their form are an error with its place', () => {
    expect(() => read('router_settings: {fallbacks: [smart]}')).toThrow(/router_settings\.fallbacks/);
    expect(() => read('router_settings: {fallbacks: [{smart: {a: b}}]}')).toThrow(/router_settings\.fallbacks/);
  });
});

it('reads policies by the names of LiteLLM’s exceptions', () => {
  const { rules } = read(
    'router_settings: {retry_policy: {RateLimitErrorRetries: 4}, model_group_retry_policy: {smart: {TimeoutErrorRetries: 0}}, allowed_fails_policy: {InternalServerErrorAllowedFails: 9}}',
  );
  expect([rules.retries, rules.groupRetries]).toEqual([{ RateLimit: 4 }, { smart: { Timeout: 0 } }]);
  expect(rules.cooldown.allowedFailsByClass).toEqual({ InternalServer: 9 });
  expect(() => read('router_settings: {retry_policy: {RateLimitRetries: 4}}')).toThrow(/retry_policy/);
});

it.each([
  ['usage-based-routing-v2', true],
  ['usage-based-routing', true],
  ['latency-based-routing', false],
])('%s holds deployments to their limits: %s', (strategy, rateLimits) => {
  expect(read(`router_settings: {routing_strategy: ${strategy}}`).rules).toMatchObject({
    strategy,
    checks: { rateLimits },
  });
});

it('takes provider-budget-routing for simple-shuffle: budgets hold with every strategy', () => {
  const { rules } = read('router_settings: {routing_strategy: provider-budget-routing, optional_pre_call_checks: [router_budget_limiting]}'); // prettier-ignore
  expect(rules).toEqual(read('router_settings: {routing_strategy: simple-shuffle}').rules);
});

it('switches checks on by name', () => {
  const { rules, affinity } = read('router_settings: {enable_pre_call_checks: true, optional_pre_call_checks: [enforce_model_rate_limits, session_affinity]}'); // prettier-ignore
  expect(rules.checks).toEqual({ fitness: true, rateLimits: true, health: false });
  expect(affinity).toEqual({ prompt: false, session: true, key: false });
});

it.each([
  ['router_settings: {routing_strategy: latncy-based-routing}', /Did you mean `latency-based-routing`\?/],
  ['router_settings: {optional_pre_call_checks: [sesion_affinity]}', /Did you mean `session_affinity`\?/],
  ['router_settings: {max_fallbacks: -1}', /router_settings\.max_fallbacks/],
  ['router_settings: {slow_stream_guard: {prompt_tokens_per_second: 0}}', /prompt_tokens_per_second/],
])('%s is an error that helps', (yaml, message) => {
  expect(() => read(yaml)).toThrow(message);
});

it('gives deployments what is said of them', () => {
  const { models } = configOf(
    'model_list: [{model_name: a, litellm_params: {model: openai/x, order: 2, tags: [t], region_name: eu, max_parallel_requests: 3, cooldown_time: 9, first_token_timeout: 1}, model_info: {allowed_fails: 0, max_input_tokens: 5, allowed_fails_policy: {TimeoutErrorAllowedFails: 1}}}, {model_name: b, litellm_params: {model: openai/y}}]',
  );
  expect(models[0]).toMatchObject({
    firstTokenTimeoutMs: 1_000,
    routing: { order: 2, tags: ['t'], region: 'eu', maxParallelRequests: 3, cooldownMs: 9_000, allowedFails: 0, allowedFailsByClass: { Timeout: 1 }, maxInputTokens: 5 }, // prettier-ignore
  });
  expect(models[1]?.routing).toBeUndefined();
});
