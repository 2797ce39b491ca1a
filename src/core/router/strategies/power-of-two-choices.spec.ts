/** Two choices: the better of two drawn at random, what makes one better, and the shares that an operator has asked for. */
import type { Deployment } from '../../spec/deployment.js';
import { madeUpDeployment } from '../../testing/deployments.js';
import { seededRandom } from '../../testing/simulation/seeded-random.js';
import { DeploymentStates } from '../deployment-states.js';
import type { DeploymentState } from '../deployment-state.js';
import { plainRules } from '../routing-rules.js';
import { powerOfTwoChoices } from './power-of-two-choices.js';
import type { Candidates, StrategyView } from './strategy.js';

const now = 1_000_000;

class Group {
  readonly deployments: Candidates;
  private readonly states = new DeploymentStates();
  private readonly random = seededRandom(1);

  constructor(first: Partial<Deployment>, ...others: Partial<Deployment>[]) {
    const make = (given: Partial<Deployment>, index: number): Deployment =>
      madeUpDeployment({ id: 'abcdefgh'[index] ?? '', ...given });
    this.deployments = [make(first, 0), ...others.map((given, index) => make(given, index + 1))];
  }

  stateOf(id: string): DeploymentState {
    return this.states.of(this.deployments.find((deployment) => deployment.id === id) ?? this.deployments[0]);
  }

  choose(given: Partial<StrategyView> = {}): string {
    const stateOf = (deployment: Deployment): DeploymentState => this.states.of(deployment);
    return powerOfTwoChoices(this.deployments, {
      random: this.random,
      now,
      stream: false,
      rules: plainRules,
      stateOf,
      ...given,
    }).id;
  }

  /** How often each was chosen, as a part of all. */
  shares(draws = 4_000, given: Partial<StrategyView> = {}): Record<string, number> {
    const counts: Record<string, number> = Object.fromEntries(this.deployments.map(({ id }) => [id, 0]));
    for (let draw = 0; draw < draws; draw += 1) counts[this.choose(given)]! += 1;
    return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, count / draws]));
  }
}

it('takes the only one there is', () => {
  expect(new Group({}).choose()).toBe('a');
});

describe('of two', () => {
  it('the one that has answered sooner of late is chosen', () => {
    const group = new Group({}, {});
    group.stateOf('a').latency(false).add(now, 2_000);
    group.stateOf('b').latency(false).add(now, 500);
    expect(group.shares()).toEqual({ a: 0, b: 1 });
  });

  it('the one with fewer requests on it is chosen, where both are as quick', () => {
    const group = new Group({}, {});
    for (const id of ['a', 'b']) group.stateOf(id).latency(false).add(now, 500);
    group.stateOf('a').inFlight = 1;
    expect(group.shares()).toEqual({ a: 0, b: 1 });
  });

  it('a slower one is chosen as soon as the quicker one has so many more', () => {
    const group = new Group({}, {});
    group.stateOf('a').latency(false).add(now, 500);
    group.stateOf('b').latency(false).add(now, 2_000);
    group.stateOf('a').inFlight = 2;
    expect(group.choose()).toBe('a');
    group.stateOf('a').inFlight = 4;
    expect(group.choose()).toBe('b');
  });

  it('streams go by the time until the first part, whole answers by all of it', () => {
    const group = new Group({}, {});
    group.stateOf('a').latency(true).add(now, 100);
    group.stateOf('b').latency(true).add(now, 900);
    group.stateOf('a').latency(false).add(now, 9_000);
    group.stateOf('b').latency(false).add(now, 1_000);
    expect([group.choose({ stream: true }), group.choose({ stream: false })]).toEqual(['a', 'b']);
  });

  it('one that fails at once does not look quick', () => {
    const group = new Group({}, {});
    group.stateOf('a').latency(false).addFailure(now, 5, 1_000);
    group.stateOf('b').latency(false).add(now, 900);
    expect(group.choose()).toBe('b');
  });

  it('one of which nothing is known counts as good as the other: it gets its share, and no more', () => {
    const group = new Group({}, {});
    group.stateOf('a').latency(false).add(now, 500);
    group.stateOf('a').inFlight = 1;
    expect(group.choose()).toBe('b');
    group.stateOf('b').inFlight = 2;
    expect(group.choose()).toBe('a');
  });

  it('one that has been silent since it was asked is avoided before anything has timed out', () => {
    const group = new Group({}, {});
    for (const id of ['a', 'b'])
      group
        .stateOf(id)
        .latency(false)
        .add(now - 5_000, 500);
    group.stateOf('b').inFlight = 3;
    expect(group.choose({ now: now - 4_000 })).toBe('a');
    group.stateOf('a').inFlight = 1;
    expect(group.choose()).toBe('b');
  });

  it('whoever has left without a verdict, such as a client that hung up, leaves no silence behind', () => {
    const group = new Group({}, {});
    for (const id of ['a', 'b'])
      group
        .stateOf(id)
        .latency(false)
        .add(now - 5_000, 500);
    group.stateOf('b').inFlight = 3;
    expect(group.choose({ now: now - 4_000 })).toBe('a');
    expect(group.choose()).toBe('a');
  });

  it.each([
    ['at first', 0, 2],
    ['five seconds later', 5_000, 3],
    ['ten seconds later', 10_000, 17],
  ])('one that was out gets its share bit by bit: beside 16, %s', (_when, backForMs, expected) => {
    const group = new Group({}, {});
    const backAt = now - backForMs;
    group.stateOf('a').latency(false).add(now, 500);
    group.stateOf('b').latency(false).add(now, 510);
    group.stateOf('b').inFlight = 16;
    const { breaker } = group.stateOf('a');
    breaker.fail(breaker.enter(backAt - 5_000), backAt - 5_000, true, 5_000);
    breaker.succeed(breaker.enter(backAt));
    while (group.choose() === 'a') group.stateOf('a').inFlight += 1;
    expect(group.stateOf('a').inFlight).toBe(expected);
  });
});

describe('of many', () => {
  it('each is drawn as often, where there is nothing to choose', () => {
    const shares = new Group({}, {}, {}, {}).shares(20_000);
    for (const share of Object.values(shares)) expect(share).toBeCloseTo(0.25, 1);
  });

  it('the best is chosen whenever it is drawn, and the worst never', () => {
    const group = new Group({}, {}, {}, {});
    for (const [index, { id }] of group.deployments.entries())
      group
        .stateOf(id)
        .latency(false)
        .add(now, 100 * (index + 1));
    const { a, d } = group.shares(20_000);
    expect(a).toBeCloseTo(0.5, 1);
    expect(d).toBe(0);
  });
});

describe('shares that were asked for', () => {
  it.each([
    ['weight', { weight: 9 }, { weight: 1 }, { a: 0.9, b: 0.1 }],
    ['equal weights', { weight: 1 }, { weight: 1 }, { a: 0.5, b: 0.5 }],
    ['a weight that only one has', { weight: 1 }, {}, { a: 1, b: 0 }],
    ['rpm', { rpm: 900 }, { rpm: 300 }, { a: 0.75, b: 0.25 }],
    ['tpm', { tpm: 1_000 }, { tpm: 3_000 }, { a: 0.25, b: 0.75 }],
  ])('by %s are kept, however slow or full one is', (_what, a, b, expected) => {
    const group = new Group(a, b);
    group.stateOf('a').latency(false).add(now, 60_000);
    group.stateOf('a').inFlight = 50;
    const shares = group.shares(20_000);
    for (const [id, share] of Object.entries(expected)) expect(shares[id]).toBeCloseTo(share, 1);
  });

  it('by the same rpm and tpm for each are none: the better one is chosen', () => {
    const group = new Group({ rpm: 100, tpm: 1_000 }, { rpm: 100, tpm: 1_000 });
    group.stateOf('a').latency(false).add(now, 2_000);
    group.stateOf('b').latency(false).add(now, 500);
    expect(group.choose()).toBe('b');
  });
});
