/** What a request may say about its own routing, and what it is told where that cannot be followed. */
import { GatewayError } from '../core/errors/gateway-error.js';
import { readRequestRouting, type RequestRouting } from './request-routing.js';

const read = (body: object, headers: Record<string, string> = {}): RequestRouting | undefined =>
  readRequestRouting({ model: 'smart', messages: [], ...body }, 'smart', headers);

function refusedParam(body: object, headers: Record<string, string> = {}): string | undefined {
  try {
    read(body, headers);
    return undefined;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error).toMatchObject({ code: 'invalid_request', status: 400 });
    return error.param;
  }
}

it('is nothing where a request says nothing', () => {
  expect(read({ temperature: 1 })).toBeUndefined();
});

describe('fallbacks', () => {
  it('are names, objects with members of their own, or the configuration’s form', () => {
    const fallbacks = ['cheap', { model: 'local', temperature: 0, messages: [] }, { smart: ['wide'], other: ['unasked'] }, { '*': ['last'] }]; // prettier-ignore
    expect(read({ fallbacks })?.fallbacks).toEqual([
      { model: 'cheap' },
      { model: 'local', overrides: { temperature: 0, messages: [] } },
      { model: 'wide' },
      { model: 'last' },
    ]);
  });

  it('may be for one kind of failure', () => {
    const routing = read({ context_window_fallbacks: ['wide'], content_policy_fallbacks: [{ smart: ['lenient'] }] });
    expect([routing?.contextWindowFallbacks, routing?.contentPolicyFallbacks]).toEqual([[{ model: 'wide' }], [{ model: 'lenient' }]]); // prettier-ignore
  });

  it.each(['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'])('%s must be such a list', (member) => {
    for (const value of ['cheap', {}, 5, [5], [''], [null], [[]], [{ smart: 'cheap' }], [{ smart: [5] }]])
      expect(refusedParam({ [member]: value })).toBe(member);
    expect(refusedParam({ [member]: null })).toBeUndefined();
  });

  it('can be switched off', () => {
    expect(read({ disable_fallbacks: true })?.fallbacksDisabled).toBe(true);
    expect(read({ disable_fallbacks: false })?.fallbacksDisabled).toBe(false);
    expect(refusedParam({ disable_fallbacks: 'yes' })).toBe('disable_fallbacks');
  });
});

describe('the priority', () => {
  it('is the header’s, else the body’s', () => {
    expect(read({ priority: 7 })?.priority).toBe(7);
    expect(read({ priority: 7 }, { 'x-litellm-priority': '3' })?.priority).toBe(3);
    expect(read({}, { 'x-litellm-priority': '0' })?.priority).toBe(0);
  });

  it.each(['-1', '256', '1.5', 'high', ''])('is a whole number from 0 to 255, not %j', (value) => {
    expect(refusedParam({}, { 'x-litellm-priority': value })).toBe('x-litellm-priority');
    expect(refusedParam({ priority: value })).toBe('priority');
  });
});

it('takes a region as text', () => {
  expect(read({ allowed_model_region: 'eu' })?.region).toBe('eu');
  expect(refusedParam({ allowed_model_region: ['eu'] })).toBe('allowed_model_region');
});

describe('answers that are made up', () => {
  it.each([
    ['litellm.RateLimitError', 'upstream_rate_limited'],
    ['litellm.InternalServerError', 'upstream_internal'],
    ['litellm.ContextWindowExceededError', 'context_window_exceeded'],
    ['litellm.ContentPolicyViolationError', 'content_policy_violation'],
    ['litellm.AuthenticationError', 'upstream_authentication'],
  ])('%s stands for a failure', (mock_response, error) => {
    expect(read({ mock_response })?.mocks).toMatchObject({ error, response: undefined });
  });

  it('are any other text as it stands', () => {
    expect(read({ mock_response: 'Hello' })?.mocks).toMatchObject({ response: 'Hello', error: undefined });
    expect(refusedParam({ mock_response: 5 })).toBe('mock_response');
  });

  it.each([
    ['mock_testing_fallbacks', 'upstream_internal'],
    ['mock_testing_context_fallbacks', 'context_window_exceeded'],
    ['mock_testing_content_policy_fallbacks', 'content_policy_violation'],
    ['mock_testing_rate_limit_error', 'upstream_rate_limited'],
  ])('%s lets the first group fail', (member, firstGroupError) => {
    expect(read({ [member]: true })?.mocks).toMatchObject({ firstGroupError, error: undefined });
    expect(read({ [member]: false })?.mocks.firstGroupError).toBeUndefined();
    expect(refusedParam({ [member]: 'true' })).toBe(member);
  });

  it('may be that none comes in time', () => {
    expect(read({ mock_timeout: true })?.mocks.timeout).toBe(true);
  });
});
