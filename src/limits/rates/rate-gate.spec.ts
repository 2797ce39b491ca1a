import { GatewayError } from '../../core/errors/gateway-error.js';
import type { RateStore } from '../../core/spec/index.js';
import { FakeClock } from '../../core/testing/fake-clock.js';
import type { AdmissionRequest, Grant } from '../admission.js';
import type { Owner } from '../definitions/owner.js';
import type { StoredLimits } from '../definitions/owner-limits.js';
import { MemoryRateStore } from './memory-rate-store.js';
import { RateGate } from './rate-gate.js';

const request = (given: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  requestId: 'r',
  caller: {
    keyHash: 'k',
    keyAlias: 'ci',
    userId: 'ada',
    teamId: 'research',
    organizationId: 'acme',
    projectId: 'apollo',
  },
  model: 'gpt',
  endUser: 'customer-1',
  tags: ['batch'],
  estimate: { nanos: 0n, tokens: 10 },
  ...given,
});

let clock: FakeClock;
beforeEach(() => (clock = new FakeClock()));

function gateWith(
  limits: Readonly<Partial<Record<Owner, StoredLimits>>>,
  given: { shared?: RateStore; failsClosed?: boolean } = {},
): RateGate {
  return new RateGate({
    source: { limitsOf: ({ owners }) => owners.map((owner) => limits[owner]) },
    local: new MemoryRateStore(clock),
    shared: given.shared,
    clock,
    failsClosed: () => given.failsClosed ?? false,
  });
}

function refusal(gate: RateGate, asked = request()): GatewayError {
  try {
    void gate.admit(asked);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('it was admitted');
}

const grantOf = (gate: RateGate, asked = request()): Grant => {
  const grant = gate.admit(asked);
  if (grant instanceof Promise) throw new Error('it was not granted at once');
  return grant;
};

const owners: readonly (readonly [Owner, string])[] = [
  ['proxy:', 'proxy: all requests'],
  ['key:k', 'api_key: ci'],
  ['user:ada', 'user: ada'],
  ['team:research', 'team: research'],
  ['member:research/ada', 'team_member: research:ada'],
  ['organization:acme', 'organization: acme'],
  ['project:apollo', 'project: apollo'],
  ['customer:customer-1', 'end_user: customer-1'],
  ['tag:batch', 'tag: batch'],
];

describe.each(owners)('%s', (owner, shown) => {
  it('is held to requests a minute, and told how much, of what and until when', () => {
    const gate = gateWith({ [owner]: { rpm_limit: 1 } });
    grantOf(gate);
    const error = refusal(gate);
    expect(error).toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfterMs: 60_000,
      headers: { rate_limit_type: 'requests' },
    });
    expect(error.message).toContain(
      `Rate limit exceeded for ${shown}. Limit type: requests. Current limit: 1, Remaining: 0. Limit resets at: `,
    );
    expect(error.headers?.['reset_at']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  });

  it('is held to tokens a minute and a day, by what requests came to', () => {
    const gate = gateWith({ [owner]: { tpm_limit: 100, tpd_limit: 130 } });
    grantOf(gate).settle({ nanos: 0n, promptTokens: 60, completionTokens: 35 });
    expect(refusal(gate).headers?.['rate_limit_type']).toBe('tokens');
    clock.advance(60_000);
    grantOf(gate).settle({ nanos: 0n, promptTokens: 30, completionTokens: 0 });
    expect(refusal(gate).headers?.['rate_limit_type']).toBe('tokens_per_day');
    clock.advance(86_400_000);
    grantOf(gate);
  });

  it('is held to requests at once', () => {
    const gate = gateWith({ [owner]: { max_parallel_requests: 1 } });
    const first = grantOf(gate);
    expect(refusal(gate)).toMatchObject({ retryAfterMs: 1_000, headers: { rate_limit_type: 'max_parallel_requests' } });
    first.settle({ nanos: 0n, promptTokens: 0, completionTokens: 0 });
    first.settle({ nanos: 0n, promptTokens: 0, completionTokens: 0 });
    grantOf(gate);
    expect(refusal(gate).code).toBe('rate_limited');
  });
});

it('holds one model of a key or team, and the others not', () => {
  for (const owner of ['key:k', 'team:research'] as const) {
    const gate = gateWith({ [owner]: { model_rpm_limit: { gpt: 1 }, model_tpm_limit: { claude: 5 } } });
    grantOf(gate);
    expect(refusal(gate).message).toMatch(/model_per_(key|team): (ci|research):gpt/);
    expect(refusal(gate, request({ model: 'claude' })).headers?.['rate_limit_type']).toBe('tokens');
    grantOf(gate, request({ model: 'gemini' }));
  }
});

it('takes no model of a prototype for a limit', () => {
  grantOf(gateWith({ 'key:k': { model_rpm_limit: {} } }), request({ model: 'constructor' }));
});

it('holds one tag of a key, once for each request however often it is named', () => {
  const gate = gateWith({ 'key:k': { tag_rpm_limit: { batch: 2 } } });
  grantOf(gate, request({ tags: ['batch', 'batch'] }));
  grantOf(gate, request({ tags: ['batch'] }));
  expect(refusal(gate).message).toContain('tag_per_key: batch');
  grantOf(gate, request({ tags: ['other'] }));
});

it('a guess of the answer’s tokens refuses nobody', () => {
  const gate = gateWith({ 'key:k': { tpm_limit: 50 } });
  grantOf(gate, request({ estimate: { nanos: 0n, tokens: 1_010, guessedTokens: 1_000 } }));
  expect(refusal(gate).code).toBe('rate_limited');
  expect(refusal(gateWith({ 'key:k': { tpm_limit: 50 } }), request({ estimate: { nanos: 0n, tokens: 51 } })).code).toBe(
    'rate_limited',
  );
});

it('a dynamic limit holds while a provider limits the model, and for a minute after', () => {
  const gate = gateWith({ 'key:k': { rpm_limit: 1, rpm_limit_type: 'dynamic' } });
  grantOf(gate);
  grantOf(gate);
  gate.noteUpstreamLimit('gpt');
  grantOf(gate);
  expect(refusal(gate).code).toBe('rate_limited');
  clock.advance(60_001);
  grantOf(gate);
});

it('says in headers what is left, the tightest by OpenAI’s names', () => {
  const gate = gateWith({
    'key:k': { rpm_limit: 10, tpm_limit: 1_000, model_rpm_limit: { gpt: 4 } },
    'team:research': { rpm_limit: 3 },
  });
  const headers = new Map<string, string>();
  grantOf(gate).addHeaders?.({ add: (name, value) => headers.set(name, value) });
  expect(Object.fromEntries(headers)).toEqual({
    'x-litellm-key-rpm-limit': '10',
    'x-litellm-key-tpm-limit': '1000',
    'x-litellm-key-remaining-requests-gpt': '3',
    'x-ratelimit-api_key-limit-requests': '10',
    'x-ratelimit-api_key-remaining-requests': '9',
    'x-ratelimit-api_key-limit-tokens': '1000',
    'x-ratelimit-api_key-remaining-tokens': '990',
    'x-ratelimit-model_per_key-limit-requests': '4',
    'x-ratelimit-model_per_key-remaining-requests': '3',
    'x-ratelimit-team-limit-requests': '3',
    'x-ratelimit-team-remaining-requests': '2',
    'x-ratelimit-limit-requests': '3',
    'x-ratelimit-remaining-requests': '2',
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '990',
  });
});

it('costs nothing where nobody has limits', () => {
  const gate = gateWith({});
  expect(gate.admit(request())).toBe(gate.admit(request()));
});

describe('with a store that processes share', () => {
  const away: RateStore = { take: () => Promise.reject(new Error('away')), settle: () => undefined };

  it('goes by the process’s own counts while the store is away', async () => {
    const gate = gateWith({ 'key:k': { rpm_limit: 1 } }, { shared: away });
    await gate.admit(request());
    await expect(gate.admit(request())).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('or admits nobody, where that is set', async () => {
    const gate = gateWith({ 'key:k': { rpm_limit: 1 } }, { shared: away, failsClosed: true });
    await expect(gate.admit(request())).rejects.toMatchObject({
      code: 'limiter_unavailable',
      status: 503,
      retryAfterMs: 1_000,
    });
  });

  it('settles with the store that has granted', async () => {
    const settled: unknown[] = [];
    const shared: RateStore = {
      take: (_holder, claims) => ({
        refusedBy: undefined,
        readings: claims.map(({ amount }) => ({ used: amount, taken: amount, window: 7, resetMs: 1 })),
      }),
      settle: (...given) => settled.push(given),
    };
    const grant = await gateWith({ 'key:k': { tpm_limit: 100, max_parallel_requests: 2 } }, { shared }).admit(
      request(),
    );
    grant.settle({ nanos: 0n, promptTokens: 3, completionTokens: 4 });
    expect(settled).toEqual([['r', [{ key: 'key:k:tokens', window: 7, delta: -3 }], ['key:k:max_parallel_requests']]]);
  });
});
