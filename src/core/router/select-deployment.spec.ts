/** Which deployment an attempt goes to: who is out is left out, but never everybody; who is full is waited for. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { Deployment } from '../spec/deployment.js';
import { madeUpDeployment } from '../testing/deployments.js';
import { FakeClock } from '../testing/fake-clock.js';
import { DeploymentStates } from './deployment-states.js';
import type { RoutedRequest, RoutePlan } from './route-plan.js';
import { plainRules, type RoutingRules } from './routing-rules.js';
import { DeploymentSelector } from './select-deployment.js';

class Waiter implements RoutedRequest {
  final = false;
  mayTake: ((deployment: Deployment) => boolean) | undefined;
  private end: (() => void) | undefined;

  sleep(): Promise<void> {
    return new Promise((resolve) => (this.end = resolve));
  }

  wake(): void {
    this.end?.();
  }

  leave(): void {
    this.final = true;
    this.wake();
  }
}

function world(deployments: readonly Deployment[], rules: Partial<RoutingRules> = {}, ill: readonly string[] = []) {
  const clock = new FakeClock();
  const states = new DeploymentStates();
  const selector = new DeploymentSelector(() => 0, clock, states, { isHealthy: (id) => !ill.includes(id) });
  const plan: RoutePlan = {
    modelGroup: 'group',
    deployments,
    maxRetries: 2,
    retryAfterMs: 0,
    rules: { ...plainRules, ...rules },
    stream: false,
  };
  const failed = new Set<Deployment>();
  const select = (given: Partial<RoutePlan> = {}, request: RoutedRequest = new Waiter()) =>
    selector.select({ ...plan, ...given }, failed, request);
  const put = (deployment: Deployment, outForMs: number): void =>
    states.of(deployment).breaker.open(clock.monotonic(), outForMs);
  /** A place that is there at once. */
  const take = (): Deployment => select() as Deployment;
  return { clock, states, selector, plan, failed, select, take, put };
}

const [a, b, c] = ['a', 'b', 'c'].map((id) => madeUpDeployment({ id })) as [Deployment, Deployment, Deployment];
const limited = expect.objectContaining({ code: 'deployments_limited', status: 429 });

describe('who is out', () => {
  it('is left out, and so is who has failed this request already', () => {
    const { select, put, failed } = world([a, b, c]);
    put(a, 5_000);
    expect(select()).toBe(b);
    failed.add(b);
    expect(select()).toBe(c);
  });

  it('is asked all the same where all are: the one that may be back first', () => {
    const { select, put } = world([a, b, c]);
    put(a, 9_000);
    put(b, 3_000);
    put(c, 6_000);
    expect(select()).toBe(b);
  });

  it('is not asked where another group stands by', () => {
    const { select, put } = world([a, b]);
    put(a, 9_000);
    put(b, 3_000);
    expect(() => select({ hasFallback: true })).toThrow(expect.objectContaining({ code: 'no_deployment' }));
  });

  it('is asked again by one request at a time once its time is over', () => {
    const { select, put, clock, states } = world([a, b]);
    put(a, 5_000);
    clock.advance(5_000);
    expect(select()).toBe(a);
    states.of(a).begin(clock.monotonic(), false);
    expect([select(), select()]).toEqual([b, b]);
  });
});

describe('who did not answer the last health check', () => {
  const heeding = { checks: { ...plainRules.checks, health: true } };

  it('is left out where that is switched on, as long as another one is well', () => {
    expect(world([a, b, c], heeding, ['a']).select()).toBe(b);
    expect(world([a, b, c], {}, ['a']).select()).toBe(a);
  });

  it('is asked all the same where nobody did', () => {
    expect(world([a, b], heeding, ['a', 'b']).select()).toBe(a);
  });
});

describe('order', () => {
  const first = madeUpDeployment({ id: 'first', routing: { order: 1 } });
  const second = madeUpDeployment({ id: 'second', routing: { order: 2 } });

  it('is followed among those that can take the request now', () => {
    const { select, put, failed } = world([a, second, first]);
    expect(select()).toBe(first);
    put(first, 5_000);
    expect(select()).toBe(second);
    failed.add(second);
    expect(select()).toBe(a);
  });
});

it('sends requests with the same key to the same deployment, whatever the strategy', () => {
  const { select } = world([a, b, c]);
  const homes = Array.from({ length: 20 }, (_, index) => select({ affinityKey: `key-${index}` }));
  expect(Array.from({ length: 20 }, (_, index) => select({ affinityKey: `key-${index}` }))).toEqual(homes);
  expect(new Set(homes).size).toBe(3);
});

it('leaves out who has had its minute’s requests, and says when there is room again', () => {
  const [one, other] = [madeUpDeployment({ id: 'one', rpm: 1 }), madeUpDeployment({ id: 'other', rpm: 1 })];
  const { select, states, clock } = world([one, other], { checks: { ...plainRules.checks, rateLimits: true } });
  const take = (): Deployment => {
    const chosen = select() as Deployment;
    states.of(chosen).begin(clock.monotonic(), false);
    return chosen;
  };
  expect([take(), take()]).toEqual([one, other]);
  let refusal: unknown;
  try {
    take();
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toEqual(limited);
  expect((refusal as GatewayError).message).toMatch(/Try again in \d+ seconds\. Passed model=group/);
  expect((refusal as GatewayError).retryAfterMs).toBeLessThanOrEqual(60_000);
});

it('takes only those that can go on with a stream that has begun', () => {
  const { select, selector, plan } = world([a, b]);
  const request = new Waiter();
  request.mayTake = (deployment) => deployment === b;
  expect(select({}, request)).toBe(b);
  expect(selector.hasAny(plan, request)).toBe(true);
  request.mayTake = () => false;
  expect(selector.hasAny(plan, request)).toBe(false);
  expect(() => select({}, request)).toThrow(expect.objectContaining({ code: 'no_deployment' }));
});

describe('a deployment with so many places', () => {
  const narrow = madeUpDeployment({ id: 'narrow', routing: { maxParallelRequests: 1 } });

  it('is passed by while it is full and another one is free', () => {
    const { select } = world([narrow, a]);
    expect([select(), select(), select()]).toEqual([narrow, a, a]);
  });

  it('is waited for where nobody else is free, and its place goes on from hand to hand', async () => {
    const { select, take, selector, states } = world([narrow]);
    take();
    const order: string[] = [];
    const enter = (name: string, priority?: number): Promise<unknown> =>
      Promise.resolve(select({ priority })).then(() => order.push(name));
    const waiting = [enter('late'), enter('urgent', 0)];
    for (let place = 0; place < 2; place += 1) {
      selector.leave(states.of(narrow));
      await new Promise(setImmediate);
    }
    await Promise.all(waiting);
    expect([order, states.of(narrow).inFlight]).toEqual([['urgent', 'late'], 1]);
    selector.leave(states.of(narrow));
    expect(states.of(narrow).inFlight).toBe(0);
  });

  it('that has gone out meanwhile is not taken by who waits for it while another one is to come', async () => {
    const other = madeUpDeployment({ id: 'other', routing: { maxParallelRequests: 1 } });
    const { select, take, selector, states, put } = world([narrow, other]);
    expect([take(), take()]).toEqual([narrow, other]);
    const waiting = Promise.resolve(select());
    put(narrow, 60_000);
    selector.leave(states.of(narrow));
    await new Promise(setImmediate);
    expect(states.of(narrow).inFlight).toBe(0);
    selector.leave(states.of(other));
    expect(await waiting).toBe(other);
    expect([states.of(narrow).inFlight, states.of(other).inFlight]).toEqual([0, 1]);
  });

  it('is not taken by who waited for it where one of a lower order has come back meanwhile', async () => {
    const first = madeUpDeployment({ id: 'first', routing: { order: 1 } });
    const { select, selector, states, put, clock } = world([narrow, first]);
    put(first, 5_000);
    expect(select()).toBe(narrow);
    const waiting = Promise.resolve(select());
    clock.advance(5_000);
    selector.leave(states.of(narrow));
    expect(await waiting).toBe(first);
    expect([states.of(narrow).inFlight, states.of(first).inFlight]).toEqual([0, 1]);
  });

  it('is not taken by who waited for it where its requests of this minute were used up meanwhile', async () => {
    const once = madeUpDeployment({ id: 'once', rpm: 1, routing: { maxParallelRequests: 1 } });
    const { select, selector, states, clock } = world([once], { checks: { ...plainRules.checks, rateLimits: true } });
    expect(select()).toBe(once);
    const waiting = Promise.resolve(select());
    states.of(once).begin(clock.monotonic(), false);
    selector.leave(states.of(once));
    await expect(waiting).rejects.toEqual(limited);
    expect(states.of(once).inFlight).toBe(0);
  });

  it('is asked all the same by who waits where nobody else is to come', async () => {
    const { select, take, selector, states, put } = world([narrow]);
    take();
    const waiting = Promise.resolve(select());
    put(narrow, 60_000);
    selector.leave(states.of(narrow));
    expect(await waiting).toBe(narrow);
    expect(states.of(narrow).inFlight).toBe(1);
  });

  it('has a line of so many at most', async () => {
    const { select, take } = world([narrow], { maxQueuedRequests: 1 });
    take();
    void select();
    await expect(Promise.resolve(select())).rejects.toEqual(limited);
  });

  it('is given up by who leaves the line, and by whom the call reaches too late', async () => {
    const { select, take, selector, states } = world([narrow], { maxParallelRequests: 1 });
    take();
    const [leaving, late] = [new Waiter(), new Waiter()];
    const left = Promise.resolve(select({}, leaving));
    leaving.leave();
    await expect(left).rejects.toEqual(limited);
    const called = Promise.resolve(select({}, late));
    selector.leave(states.of(narrow));
    late.leave();
    await expect(called).rejects.toEqual(limited);
    expect(states.of(narrow).inFlight).toBe(0);
  });

  it('takes the router’s number where it has none itself', () => {
    const { select } = world([a], { maxParallelRequests: 2 });
    expect([select(), select()]).toEqual([a, a]);
    expect(select()).toBeInstanceOf(Promise);
  });
});
