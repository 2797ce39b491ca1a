/** What a request says about its own routing: fallbacks, priority, region, and LiteLLM's switches for trying them out. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { FallbackTarget } from '../core/router/fallbacks.js';

export interface RequestRouting {
  /** Stand before the configured ones. */
  readonly fallbacks: readonly FallbackTarget[];
  readonly contextWindowFallbacks: readonly FallbackTarget[];
  readonly contentPolicyFallbacks: readonly FallbackTarget[];
  readonly fallbacksDisabled: boolean;
  /** 0 to 255; the lower goes first where requests wait. */
  readonly priority: number | undefined;
  readonly region: string | undefined;
  readonly mocks: RequestMocks;
}

/** Answers and failures that are made up on the client's wish, to see what it does with them. */
export interface RequestMocks {
  /** The answer, in place of the provider's. */
  readonly response: string | undefined;
  /** Each attempt fails so, without a provider being asked. */
  readonly error: MockedError | undefined;
  /** The first model group fails so. */
  readonly firstGroupError: MockedError | undefined;
  readonly timeout: boolean;
}

export type MockedError =
  | 'upstream_internal'
  | 'upstream_rate_limited'
  | 'upstream_authentication'
  | 'context_window_exceeded'
  | 'content_policy_violation';

/** Members that are read here; a provider would refuse them. */
export const routingMembers: ReadonlySet<string> = new Set([
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'disable_fallbacks',
  'priority',
  'allowed_model_region',
  'mock_response',
  'mock_timeout',
  'mock_testing_fallbacks',
  'mock_testing_context_fallbacks',
  'mock_testing_content_policy_fallbacks',
  'mock_testing_rate_limit_error',
]);

type Body = Readonly<Record<string, unknown>>;

/**
 * Undefined where the request says nothing, as nearly all.
 *
 * @throws GatewayError `invalid_request` naming the header or member that cannot be followed
 */
export function readRequestRouting(
  body: Body,
  model: string,
  headers: IncomingHttpHeaders,
): RequestRouting | undefined {
  const header = headers['x-litellm-priority'];
  if (header === undefined && !speaksOfRouting(body)) return undefined;
  return {
    fallbacks: targetsOf(body, 'fallbacks', model),
    contextWindowFallbacks: targetsOf(body, 'context_window_fallbacks', model),
    contentPolicyFallbacks: targetsOf(body, 'content_policy_fallbacks', model),
    fallbacksDisabled: isOn(body, 'disable_fallbacks'),
    priority: priorityOf(header, body['priority']),
    region: textOf(body, 'allowed_model_region'),
    mocks: mocksOf(body),
  };
}

function speaksOfRouting(body: Body): boolean {
  for (const member in body) if (routingMembers.has(member)) return true;
  return false;
}

/** Names, `{model, ...members}`, or the configuration's form, `{group: [other, ...]}`. */
function targetsOf(body: Body, member: string, model: string): readonly FallbackTarget[] {
  const list = body[member];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid(member, 'must be a list of names of models.');
  return list.flatMap((item: unknown) => {
    if (typeof item === 'string' && item !== '') return [{ model: item }];
    if (!isObject(item)) throw invalid(member, 'must hold names of models, or objects with a `model`.');
    const { model: named, ...overrides } = item;
    if (typeof named === 'string' && named !== '') return [{ model: named, overrides }];
    return Object.entries(item).flatMap(([group, names]) => {
      if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
        throw invalid(member, 'must hold names of models, objects with a `model`, or `{group: [other, ...]}`.');
      return group === model || group === '*' ? names.map((name) => ({ model: name })) : [];
    });
  });
}

/** The names that LiteLLM's `mock_response` takes for failures. */
const mockedErrors: ReadonlyMap<string, MockedError> = new Map([
  ['litellm.InternalServerError', 'upstream_internal'],
  ['litellm.RateLimitError', 'upstream_rate_limited'],
  ['litellm.AuthenticationError', 'upstream_authentication'],
  ['litellm.ContextWindowExceededError', 'context_window_exceeded'],
  ['litellm.ContentPolicyViolationError', 'content_policy_violation'],
]);

function mocksOf(body: Body): RequestMocks {
  const response = textOf(body, 'mock_response');
  const error = response === undefined ? undefined : mockedErrors.get(response);
  return {
    response: error === undefined ? response : undefined,
    error,
    firstGroupError: firstGroupErrorOf(body),
    timeout: isOn(body, 'mock_timeout'),
  };
}

function firstGroupErrorOf(body: Body): MockedError | undefined {
  if (isOn(body, 'mock_testing_fallbacks')) return 'upstream_internal';
  if (isOn(body, 'mock_testing_context_fallbacks')) return 'context_window_exceeded';
  if (isOn(body, 'mock_testing_content_policy_fallbacks')) return 'content_policy_violation';
  return isOn(body, 'mock_testing_rate_limit_error') ? 'upstream_rate_limited' : undefined;
}

function priorityOf(header: string | string[] | undefined, member: unknown): number | undefined {
  const given = header ?? member;
  if (given === undefined || given === null) return undefined;
  const priority = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (typeof priority === 'number' && Number.isInteger(priority) && priority >= 0 && priority <= 255) return priority;
  throw invalid(header === undefined ? 'priority' : 'x-litellm-priority', 'must be a whole number from 0 to 255.');
}

function isOn(body: Body, member: string): boolean {
  const value = body[member];
  if (value === undefined || value === null || typeof value === 'boolean') return value === true;
  throw invalid(member, 'must be true or false.');
}

function textOf(body: Body, member: string): string | undefined {
  const value = body[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(member, 'must be text.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
