/** Routers of several processes that share what they know: who is out, who is back, and how much each has been asked. */
import fc from 'fast-check';
import { GatewayError } from '../errors/gateway-error.js';
import type { ErrorCode } from '../errors/catalog.js';
import type { Deployment } from '../spec/deployment.js';
import type { SharedRoutingListener, SharedRoutingState } from '../spec/shared-routing-state.js';
import { madeUpDeployment } from '../testing/deployments.js';
import { FakeClock } from '../testing/fake-clock.js';
import type { DeploymentState } from './deployment-state.js';
import type { RoutePlan } from './route-plan.js';
import { DeploymentRouter } from './router.js';
import { plainRules, type RoutingRules } from './routing-rules.js';

/** Carries everything to all others at once. */
class Wire {
  readonly told: string[] = [];
  private readonly ends: { listener: SharedRoutingListener; owner: SharedRoutingState }[] = [];

  end(): SharedRoutingState {
    const others = (): SharedRoutingListener[] =>
      this.ends.filter(({ owner }) => owner !== end).map(({ listener }) => listener);
    const end: SharedRoutingState = {
      opened: (deployment, forMs, reason) => {
        this.told.push(`opened ${reason} ${forMs}`);
        for (const each of others()) each.opened(deployment, forMs);
      },
      closed: (deployment) => {
        this.told.push('closed');
        for (const each of others()) each.closed(deployment);
      },
      used: (deployment, requests, tokens) => {
        for (const each of others()) each.used(deployment, requests, tokens, 0);
      },
      listen: (listener) => void this.ends.push({ listener, owner: end }),
    };
    return end;
  }
}

interface Process {
  readonly router: DeploymentRouter;
  /** The deployment that was asked, or the code of the error. */
  ask(failure?: ErrorCode, tokens?: number): Promise<string>;
  state(index?: number): DeploymentState;
}

interface World {
  readonly clock: FakeClock;
  readonly wire: Wire;
  start(rules?: Partial<RoutingRules>): Process;
}

function world(
  deployments: readonly Deployment[] = [madeUpDeployment({ id: 'a' }), madeUpDeployment({ id: 'b' })],
): World {
  const clock = new FakeClock();
  const wire = new Wire();
  const start = (rules: Partial<RoutingRules> = {}): Process => {
    const router = new DeploymentRouter(() => 0, clock, wire.end());
    const plan: RoutePlan = {
      modelGroup: 'group',
      // As another process reads them from its own file.
      deployments: deployments.map((each) => ({ ...each })),
      maxRetries: 0,
      retryAfterMs: 0,
      rules: { ...plainRules, ...rules },
      stream: false,
    };
    const request = { final: false, sleep: async () => undefined, wake: () => undefined };
    return {
      router,
      state: (index = 0) => router.states.of(plan.deployments[index] as Deployment),
      async ask(failure, tokens) {
        let asked = '';
        try {
          await router.route(
            plan,
            async ({ id }, notes) => {
              asked = id;
              if (tokens !== undefined) notes.tokens = tokens;
              if (failure) throw new GatewayError(failure, { provider: 'acme' });
            },
            request,
          );
          return asked;
        } catch (error) {
          return asked === '' ? (error as GatewayError).code : `${asked} failed`;
        }
      },
    };
  };
  return { clock, wire, start };
}

const open = (process: Process, clock: FakeClock, index = 0): string =>
  process.state(index).breaker.stateAt(clock.monotonic());

describe('a deployment that fails in one process', () => {
  it('is left alone by all, under the same id, as long as its time out lasts', async () => {
    const { clock, wire, start } = world();
    const [one, two] = [start(), start()];
    expect(await one.ask('upstream_rate_limited')).toBe('a failed');
    expect(wire.told).toEqual(['opened RateLimit 5000']);
    expect(await two.ask()).toBe('b');
    clock.advance(4_999);
    expect(await two.ask()).toBe('b');
    clock.advance(1);
    expect(await two.ask()).toBe('a');
  });

  it('is back for all with the first answer that it gives one of them', async () => {
    const { clock, wire, start } = world();
    const [one, two, three] = [start(), start(), start()];
    await one.ask('upstream_rate_limited');
    clock.advance(5_000);
    expect(open(three, clock)).toBe('half-open');
    expect(await two.ask()).toBe('a');
    expect(wire.told.at(-1)).toBe('closed');
    expect([one, two, three].map((each) => open(each, clock))).toEqual(['closed', 'closed', 'closed']);
  });

  it('is out for longer for all when one finds it still failing', async () => {
    const { clock, start } = world();
    const [one, two] = [start(), start()];
    await one.ask('upstream_rate_limited');
    clock.advance(5_000);
    expect(await one.ask('upstream_rate_limited')).toBe('a failed');
    expect(two.state().breaker.msUntilProbe(clock.monotonic())).toBe(10_000);
    expect(await two.ask()).toBe('b');
  });

  it('is asked all the same where all are out', async () => {
    const { start } = world([madeUpDeployment({ id: 'a' })]);
    const [one, two] = [start(), start()];
    await one.ask('upstream_rate_limited');
    expect(await two.ask()).toBe('a');
  });

  it('says nothing twice: what is heard is not told on', async () => {
    const { wire, start } = world();
    const [one] = [start(), start(), start()];
    await one?.ask('upstream_rate_limited');
    expect(wire.told).toHaveLength(1);
  });

  it('by the fault of a request is not told of', async () => {
    const { wire, start } = world();
    const [one] = [start(), start()];
    await one?.ask('upstream_bad_request');
    expect(wire.told).toEqual([]);
  });
});

it('a time out that is heard of only ever makes one longer, and by a tenth and a second more at most', () => {
  const told = fc.record({ leftMs: fc.integer({ min: 1, max: 100_000 }), afterMs: fc.integer({ min: 0, max: 3_000 }) });
  fc.assert(
    fc.property(
      fc.array(told, { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (all, chance) => {
        const clock = new FakeClock();
        let listener: SharedRoutingListener | undefined;
        const shared = {
          opened: fail,
          closed: fail,
          used: fail,
          listen: (given: SharedRoutingListener) => void (listener = given),
        };
        const { states } = new DeploymentRouter(() => chance, clock, shared);
        const { breaker } = states.of(madeUpDeployment({ id: 'a', model: 'm' }));
        let longestUntil = 0;
        for (const { leftMs, afterMs } of all) {
          clock.advance(afterMs);
          const before = clock.monotonic() + breaker.msUntilProbe(clock.monotonic());
          listener?.opened('a m', leftMs);
          const until = clock.monotonic() + breaker.msUntilProbe(clock.monotonic());
          longestUntil = Math.max(longestUntil, clock.monotonic() + leftMs + Math.min(leftMs / 10, 1_000));
          expect(until).toBeGreaterThanOrEqual(before);
          expect(until).toBeGreaterThanOrEqual(clock.monotonic() + leftMs);
          expect(until).toBeLessThanOrEqual(longestUntil + 1e-6);
        }
      },
    ),
  );
});

describe('usage', () => {
  const limited = { checks: { fitness: false, rateLimits: true, health: false } };

  it('of all processes counts for a limit of requests', async () => {
    const { clock, start } = world([madeUpDeployment({ id: 'a', rpm: 4 })]);
    const [one, two] = [start(limited), start(limited)];
    for (const each of [one, two, one, two]) expect(await each.ask()).toBe('a');
    expect(await one.ask()).toBe('deployments_limited');
    expect(await two.ask()).toBe('deployments_limited');
    clock.advance(65_000);
    expect(await two.ask()).toBe('a');
  });

  it('of all processes counts for a limit of tokens, and for who has been used least', async () => {
    const deployments = [madeUpDeployment({ id: 'a', tpm: 100 }), madeUpDeployment({ id: 'b', tpm: 1_000 })];
    const { start } = world(deployments);
    const rules = { ...limited, strategy: 'usage-based-routing-v2' as const };
    const [one, two] = [start(rules), start(rules)];
    expect(await one.ask(undefined, 100)).toBe('a');
    expect(await two.ask(undefined, 10)).toBe('b');
    expect(two.state().tokens.total(0)).toBe(100);
  });

  it('of others does not make one’s own failures fewer', async () => {
    const { start } = world();
    const [one, two] = [start(), start()];
    for (let count = 0; count < 100; count += 1) await two.ask();
    const rules = { ...plainRules.cooldown };
    const state = one.state();
    const error = new GatewayError('upstream_internal', { provider: 'acme' });
    for (const failed of [false, true, true, false, true]) {
      const running = state.begin(0, false);
      if (failed) state.fail(running, 0, error, rules, madeUpDeployment());
      else state.succeed(running, 0, {});
    }
    // Three of five.
    expect(state.breaker.stateAt(0)).toBe('open');
  });
});

function fail(): never {
  throw new Error('Nothing is told here.');
}
