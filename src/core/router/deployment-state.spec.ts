/** What counts against a deployment, how much of it is put up with, and for how long it is left alone. */
import type { ErrorCode } from '../errors/catalog.js';
import { GatewayError } from '../errors/gateway-error.js';
import { madeUpDeployment } from '../testing/deployments.js';
import { DeploymentState } from './deployment-state.js';
import { plainRules, type CooldownRules } from './routing-rules.js';

const failure = (code: ErrorCode, retryAfterMs?: number): GatewayError =>
  new GatewayError(code, { provider: 'acme', ...(retryAfterMs !== undefined && { retryAfterMs }) });

class Play {
  readonly state = new DeploymentState();
  now = 1_000;

  constructor(
    private readonly rules: Partial<CooldownRules> = {},
    private readonly deployment = madeUpDeployment(),
  ) {}

  succeed(times = 1): this {
    for (let time = 0; time < times; time += 1) this.state.succeed(this.state.begin(this.now, false), this.now, {});
    return this;
  }

  fail(code: ErrorCode, times = 1, retryAfterMs?: number): this {
    const rules = { ...plainRules.cooldown, ...this.rules };
    for (let time = 0; time < times; time += 1)
      this.state.fail(this.state.begin(this.now, false), this.now, failure(code, retryAfterMs), rules, this.deployment);
    return this;
  }

  get isOut(): boolean {
    return this.state.breaker.stateAt(this.now) === 'open';
  }

  get msOut(): number {
    return this.state.breaker.msUntilProbe(this.now);
  }
}

describe('without a policy', () => {
  it.each<ErrorCode>(['upstream_rate_limited', 'upstream_authentication', 'upstream_permission', 'upstream_not_found'])(
    'one %s is enough: the next request would fail too',
    (code) => expect(new Play().fail(code).isOut).toBe(true),
  );

  it('three failures on end are one too many, and a success between them starts the count again', () => {
    expect(new Play().fail('upstream_internal', 2).isOut).toBe(false);
    expect(new Play().fail('upstream_internal', 3).isOut).toBe(true);
    expect(new Play().fail('upstream_internal', 2).succeed().fail('upstream_internal', 1).isOut).toBe(false);
  });

  it('so are failures of more than half of five requests and more', () => {
    const alternating = new Play();
    for (let round = 0; round < 5; round += 1) alternating.succeed().fail('upstream_internal');
    expect(alternating.isOut).toBe(false);
    alternating.fail('upstream_internal');
    expect(alternating.isOut).toBe(true);
  });

  it('failures that are more than a minute old count no more', () => {
    const play = new Play().succeed(2).fail('upstream_internal', 2).succeed();
    play.now += 61_000;
    play.succeed(3).fail('upstream_internal', 2);
    expect(play.isOut).toBe(false);
  });
});

it.each<ErrorCode>([
  'upstream_bad_request',
  'upstream_unprocessable',
  'context_window_exceeded',
  'content_policy_violation',
  'unsupported_parameter',
  'client_closed',
  'internal',
])('%s never counts: no deployment is to blame for it', (code) => {
  const play = new Play({ allowedFails: 0 }).fail(code, 50);
  expect([play.isOut, play.state.latency(false).expected(play.now)]).toEqual([false, 0]);
});

describe('a policy', () => {
  it('allows so many failures a minute', () => {
    expect(new Play({ allowedFails: 3 }).fail('upstream_internal', 3).isOut).toBe(false);
    expect(new Play({ allowedFails: 3 }).fail('upstream_internal', 4).isOut).toBe(true);
    expect(new Play({ allowedFails: 3 }).fail('upstream_rate_limited', 3).isOut).toBe(false);
  });

  it('is by kind of failure where it says so', () => {
    const rules = { allowedFails: 0, allowedFailsByClass: { RateLimit: 2 } };
    expect(new Play(rules).fail('upstream_rate_limited', 2).isOut).toBe(false);
    expect(new Play(rules).fail('upstream_rate_limited', 3).isOut).toBe(true);
    expect(new Play(rules).fail('upstream_timeout').isOut).toBe(true);
  });

  it('of the deployment goes before the router’s', () => {
    const routing = { allowedFails: 5, allowedFailsByClass: { Timeout: 0 }, cooldownMs: 70_000 };
    const own = (): Play => new Play({ allowedFails: 0 }, madeUpDeployment({ routing }));
    expect(own().fail('upstream_internal', 5).isOut).toBe(false);
    expect(own().fail('upstream_timeout').isOut).toBe(true);
    expect(own().fail('upstream_timeout').msOut).toBe(70_000);
  });

  it('may keep everybody in', () => {
    expect(new Play({ disabled: true }).fail('upstream_authentication', 50).isOut).toBe(false);
  });
});

describe('the time out', () => {
  it('is the configured one, longer where the provider asks for more, an hour at most', () => {
    expect(new Play().fail('upstream_rate_limited').msOut).toBe(5_000);
    expect(new Play({ cooldownMs: 30_000 }).fail('upstream_rate_limited').msOut).toBe(30_000);
    expect(new Play().fail('upstream_rate_limited', 1, 20_000).msOut).toBe(20_000);
    expect(new Play().fail('upstream_rate_limited', 1, 1_000).msOut).toBe(5_000);
    expect(new Play().fail('upstream_rate_limited', 1, 90_000_000).msOut).toBe(3_600_000);
  });

  it('is never made shorter by what fails or answers meanwhile', () => {
    const play = new Play().fail('upstream_rate_limited', 1, 60_000);
    const before = play.state.begin(play.now - 10, false);
    play.now += 1_000;
    play.fail('upstream_rate_limited');
    expect(play.msOut).toBe(59_000);
    play.state.succeed({ ...before, pass: { ...before.pass, startedAt: 0 } }, play.now, {});
    expect(play.msOut).toBe(59_000);
  });
});

it('learns nothing from an attempt that was not like others', () => {
  const play = new Play();
  play.state.leave(play.state.begin(play.now, false));
  expect([play.isOut, play.state.latency(false).expected(play.now), play.state.requests.total(play.now)]).toEqual([false, 0, 1]); // prettier-ignore
});

it('keeps the latencies of streams and of whole answers apart, and counts tokens', () => {
  const { state, now } = new Play();
  state.succeed(state.begin(now, true), now + 900, { latencyMs: 200, tokens: 30 });
  state.succeed(state.begin(now, false), now + 900, { tokens: 12 });
  expect([state.latency(true).mean(now + 900, 1_000), state.latency(false).mean(now + 900, 1_000)]).toEqual([200, 900]);
  expect(state.tokens.total(now + 900)).toBe(42);
});

it('knows of a stream with its first part, long before its end', () => {
  const play = new Play().fail('upstream_rate_limited');
  play.now += 5_000;
  const { state } = play;
  const running = state.begin(play.now, true);
  expect(state.breaker.stateAt(play.now)).toBe('half-open');
  state.answer(running, play.now + 300);
  expect(state.breaker.stateAt(play.now + 300)).toBe('closed');
  state.succeed(running, play.now + 60_000, { latencyMs: 300 });
  expect(state.latency(true).mean(play.now + 60_000, 100_000)).toBe(300);
});
