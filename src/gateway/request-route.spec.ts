/** Where a request may go: what its key, tags, region and members allow, and never more because something has failed. */
import type { CustomerRecord } from '../auth/customers/customer.repository.js';
import { catalogOf } from '../catalog/testing/catalog-of.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { RoutePlan } from '../core/router/route-plan.js';
import type { Asked } from './llm-request.js';
import type { Operation } from './operation.js';
import { RequestRoute } from './request-route.js';
import { readRequestSettings, type ModelRequest } from './request-settings.js';

const models = `model_list:
  - {model_name: smart, litellm_params: {model: openai/gpt-4o, tags: [paid]}, model_info: {id: smart-1}}
  - {model_name: smart, litellm_params: {model: openai/gpt-4o, tags: [default]}, model_info: {id: smart-2}}
  - {model_name: cheap, litellm_params: {model: openai/gpt-4o-mini}, model_info: {id: cheap-1, access_groups: [beta]}}
  - {model_name: wide, litellm_params: {model: openai/gpt-4.1, max_retries: 4}, model_info: {id: wide-1}}
`;

interface Given {
  readonly yaml?: string;
  readonly body?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly allowed?: readonly string[];
  readonly keyTags?: readonly string[];
  readonly promptStart?: string;
  readonly customer?: Partial<CustomerRecord>;
  readonly model?: string;
}

function routeOf({
  yaml = '',
  body = {},
  headers = {},
  allowed = [],
  keyTags = [],
  promptStart,
  customer,
  model = 'smart',
}: Given = {}) {
  const { catalog, problems } = catalogOf(models + yaml);
  expect(problems.filter((problem) => !problem.includes('warning'))).toEqual([]);
  const operationOf = (request: ModelRequest): Operation =>
    ({
      model,
      stream: false,
      bodyBytes: promptStart === undefined ? 400 : 10_000,
      reservedMembers: [],
      settings: readRequestSettings(request, headers),
      promptStart: () => promptStart,
    }) as unknown as Operation;
  const request = { model: 'smart', messages: [], ...body };
  const asked = {
    operation: operationOf(request),
    catalog,
    principal: { models: allowed, tags: keyTags, keyHash: 'key-hash' },
    ...(customer && { customer: { id: 'c', models: [], ...customer } }),
  } as unknown as Asked;
  return new RequestRoute(asked, '/v1/chat/completions', (overrides) => operationOf({ ...request, ...overrides }));
}

/** The plans that the router gets, while every group fails with `failure`. */
async function plansOf(given: Given = {}, failure = new GatewayError('upstream_internal')) {
  const route = routeOf(given);
  const plans: RoutePlan[] = [];
  const settings: unknown[] = [];
  const outcome = await route
    .follow(
      async (plan) => {
        plans.push(plan);
        settings.push(route.operation.settings.body);
        throw failure;
      },
      { final: false },
    )
    .catch((error: unknown) => error);
  return { plans, route, outcome, settings, groups: plans.map(({ modelGroup }) => modelGroup) };
}

const idsOf = ({ deployments }: RoutePlan): string[] => deployments.map(({ id }) => id);
const fallbacks = 'router_settings: {fallbacks: [{smart: [cheap, wide]}]}';

describe('the plan', () => {
  it('has all of the group’s deployments and the router’s settings', async () => {
    const { plans } = await plansOf({
      yaml: 'router_settings: {num_retries: 3, retry_after: 2, default_priority: 50}',
    });
    expect(idsOf(plans[0] as RoutePlan)).toEqual(['smart-1', 'smart-2']);
    expect(plans).toMatchObject([{ maxRetries: 3, retryAfterMs: 2_000, priority: 50, hasFallback: false, affinityKey: undefined }]); // prettier-ignore
  });

  it.each<[string, Given, number]>([
    ['the request’s retries', { body: { num_retries: 7 } }, 7],
    ['the model’s', { body: { model: 'wide' }, yaml: 'router_settings: {model_group_alias: {smart: wide}}' }, 2],
    ['the router’s', {}, 2],
  ])('has %s', async (_what, given, maxRetries) => {
    expect((await plansOf(given)).plans[0]?.maxRetries).toBe(maxRetries);
  });

  it('follows the tags of request and key where filtering is on', async () => {
    const yaml = 'router_settings: {enable_tag_filtering: true}';
    const idsFor = async (given: Given): Promise<string[]> => idsOf((await plansOf(given)).plans[0] as RoutePlan);
    expect(await idsFor({ yaml })).toEqual(['smart-2']);
    expect(await idsFor({ yaml, body: { tags: ['paid'] } })).toEqual(['smart-1']);
    expect(await idsFor({ yaml, headers: { 'x-litellm-tags': 'paid' } })).toEqual(['smart-1']);
    expect(await idsFor({ yaml, keyTags: ['paid'] })).toEqual(['smart-1']);
    expect(await idsFor({ body: { tags: ['paid'] } })).toEqual(['smart-1', 'smart-2']);
  });

  it('keeps requests together by session, prompt or key, as the operator wants', async () => {
    const keyFor = async (checks: string, given: Given = {}): Promise<string | undefined> =>
      (await plansOf({ yaml: `router_settings: {optional_pre_call_checks: [${checks}]}`, ...given })).plans[0]
        ?.affinityKey;
    const headers = { 'x-litellm-session-id': 'session' };
    expect(await keyFor('session_affinity', { headers })).toBe('session');
    expect(await keyFor('session_affinity')).toBeUndefined();
    expect(await keyFor('prompt_caching', { promptStart: 'Long ago' })).toBe('Long ago');
    expect(await keyFor('prompt_caching')).toBeUndefined();
    expect(await keyFor('deployment_affinity')).toBe('key-hash');
    expect(await keyFor('deployment_affinity, session_affinity', { headers })).toBe('session');
  });

  it('knows the request’s size and parameters where they are checked', async () => {
    const yaml = 'router_settings: {enable_pre_call_checks: true}';
    const { plans } = await plansOf({ yaml, body: { temperature: 1, allowed_model_region: 'eu', priority: 3 } });
    expect(plans[0]?.facts?.()).toEqual({ promptTokens: 100, params: ['temperature'], region: 'eu' });
    expect((await plansOf()).plans[0]?.facts).toBeUndefined();
  });
});

describe('fallbacks', () => {
  it('are asked in their order, and it is known whether another stands by', async () => {
    const { groups, plans, route } = await plansOf({ yaml: fallbacks });
    expect([groups, route.fallbacksTried]).toEqual([['smart', 'cheap', 'wide'], 2]);
    expect(plans.map(({ hasFallback }) => hasFallback)).toEqual([true, true, false]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['the key’s own models', ['smart', 'wide'], ['smart', 'wide']],
    ['an access group', ['smart', 'beta'], ['smart', 'cheap']],
    ['a pattern', ['smart', 'wi*'], ['smart', 'wide']],
    ['no others', ['smart'], ['smart']],
  ])('never widen what a key may use: %s', async (_what, allowed, expected) => {
    expect((await plansOf({ yaml: fallbacks, allowed })).groups).toEqual(expected);
  });

  it('of the request stand before the configured ones, and may bring members of their own', async () => {
    const { groups, settings } = await plansOf({
      yaml: fallbacks,
      body: { fallbacks: [{ model: 'wide', temperature: 0 }] },
    });
    expect(groups).toEqual(['smart', 'wide']);
    expect(settings).toMatchObject([{ messages: [] }, { messages: [], temperature: 0 }]);
  });

  it('of the request must exist and be the key’s to use', () => {
    const refusal = (given: Given): unknown => {
      try {
        return routeOf(given);
      } catch (error) {
        return error;
      }
    };
    expect(refusal({ body: { fallbacks: ['nowhere'] } })).toMatchObject({ code: 'unknown_model' });
    expect(refusal({ body: { fallbacks: ['wide'] }, allowed: ['smart'] })).toMatchObject({
      code: 'model_access_denied',
    });
  });

  it('are left out where the request does not want them', async () => {
    expect((await plansOf({ yaml: fallbacks, body: { disable_fallbacks: true } })).groups).toEqual(['smart']);
  });

  it('lead elsewhere after a refusal for its content only where that is configured', () => {
    expect(routeOf({ yaml: fallbacks }).fallsBackOnRefusal).toBe(false);
    expect(routeOf({ yaml: 'router_settings: {content_policy_fallbacks: [{smart: [wide]}]}' }).fallsBackOnRefusal).toBe(
      true,
    );
  });
});

describe('a failure of the first group that the request wants to see', () => {
  it('asks its fallbacks without asking the group', async () => {
    const { groups } = await plansOf({ yaml: fallbacks, body: { mock_testing_fallbacks: true } });
    expect(groups).toEqual(['cheap', 'wide']);
  });

  it('is told where there is nobody else', async () => {
    for (const body of [{}, { disable_fallbacks: true }]) {
      const { groups, outcome } = await plansOf({ body: { mock_testing_rate_limit_error: true, ...body } });
      expect([groups, outcome]).toEqual([[], expect.objectContaining({ code: 'upstream_rate_limited' })]);
    }
  });
});

describe('a customer', () => {
  const european = `  - {model_name: near, litellm_params: {model: openai/gpt-4o, region_name: eu}, model_info: {id: near-1}}
  - {model_name: near, litellm_params: {model: openai/gpt-4o, region_name: us}, model_info: {id: near-2}}
`;
  const open = (given: Given): unknown => {
    try {
      return routeOf(given).model;
    } catch (error) {
      return (error as GatewayError).code;
    }
  };

  it('uses the models that both it and the key may, fallbacks included', async () => {
    expect(open({ customer: { models: ['cheap'] } })).toBe('customer_model_access_denied');
    expect(open({ customer: { models: ['smart'] }, allowed: ['cheap'] })).toBe('model_access_denied');
    const { groups } = await plansOf({ yaml: fallbacks, customer: { models: ['smart', 'wide'] } });
    expect(groups).toEqual(['smart', 'wide']);
  });

  it('of a region is served by what is there, whatever the request says of regions', async () => {
    const given = { yaml: european, body: { model: 'near', allowed_model_region: 'us' } };
    const { plans } = await plansOf({ ...given, model: 'near', customer: { region: 'eu' } });
    expect(plans.map(idsOf)).toEqual([['near-1']]);
  });

  it('of a region gets its default model in the place of one that is not there, and an error without it', async () => {
    expect(open({ yaml: european, customer: { region: 'eu', defaultModel: 'near' } })).toBe('near');
    expect(open({ yaml: european, model: 'near', customer: { region: 'eu', defaultModel: 'smart' } })).toBe('near');
    await expect(plansOf({ yaml: european, customer: { region: 'eu' } })).rejects.toMatchObject({
      code: 'no_deployment',
    });
  });
});
