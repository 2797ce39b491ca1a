/** What the simulation shows of the strategies, in short: the default is the better one where something is wrong, and no worse where nothing is. */
import { routingStrategies, type RoutingStrategy } from '../../router/routing-rules.js';
import { figuresOf, type Figures } from './figures.js';
import { simulate } from './simulation.js';
import { scenarios, type Scenario } from './weather.js';

/** Some hundred thousand simulated requests: a second or two, more on a machine that others use too. */
jest.setTimeout(60_000);

const seeds = [1, 2, 3];
const perSecond = 5;

function scenarioOf(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`There is no scenario ${name}.`);
  return found;
}

const played = new Map<string, Promise<Figures>>();

/** Of the requests of all seeds together. */
function play(name: string, size: number, strategy: RoutingStrategy): Promise<Figures> {
  const key = `${name} ${size} ${strategy}`;
  const known = played.get(key);
  if (known !== undefined) return known;
  const group = { scenario: scenarioOf(name), size, perSecond };
  const running = Promise.all(seeds.map((seed) => simulate([group], strategy, seed))).then((runs) =>
    figuresOf(runs.flat()),
  );
  played.set(key, running);
  return running;
}

const isBetter = 'power-of-two-choices';

it('comes out the same for the same seed, and otherwise for another', async () => {
  const group = { scenario: scenarioOf('failing fast'), size: 3, perSecond };
  const run = async (seed: number): Promise<Figures> => figuresOf(await simulate([group], isBetter, seed));
  expect(await run(7)).toEqual(await run(7));
  expect(await run(8)).not.toEqual(await run(7));
});

it.each(routingStrategies)('%s answers everything at one attempt each, where nothing is wrong', async (strategy) => {
  const group = { scenario: scenarioOf('healthy'), size: 2, perSecond };
  const { requests, success, attempts } = figuresOf(await simulate([group], strategy, 1));
  expect(requests).toBeGreaterThan(500);
  expect([success, attempts]).toEqual([1, 1]);
});

describe('power-of-two-choices, compared with simple-shuffle', () => {
  it.each([2, 5])('halves the p99 while one of %d deployments is slow, and answers as many', async (size) => {
    const [better, other] = [await play('slow', size, isBetter), await play('slow', size, 'simple-shuffle')];
    expect(better.firstPartP99Ms).toBeLessThan(0.6 * other.firstPartP99Ms);
    expect(better.wholeP99Ms).toBeLessThan(0.6 * other.wholeP99Ms);
    expect(better.success).toBeGreaterThanOrEqual(other.success);
    expect(better.attempts).toBeLessThanOrEqual(other.attempts);
  });

  it.each([2, 5])('has a lower p99 while one of %d deployments is flapping, and answers as many', async (size) => {
    const [better, other] = [await play('flapping', size, isBetter), await play('flapping', size, 'simple-shuffle')];
    expect(better.firstPartP99Ms).toBeLessThan(other.firstPartP99Ms);
    expect(better.wholeP99Ms).toBeLessThan(1.05 * other.wholeP99Ms);
    expect(better.success).toBeGreaterThanOrEqual(other.success);
    expect(better.attempts).toBeLessThan(1.01 * other.attempts);
  });

  it('keeps away from one that has fallen silent, before anything has timed out', async () => {
    const [better, other] = [await play('silent', 5, isBetter), await play('silent', 5, 'simple-shuffle')];
    expect(better.attempts - 1).toBeLessThan(0.6 * (other.attempts - 1));
    expect(better.success).toBeGreaterThan(0.999);
  });

  it('costs nothing where nothing is wrong', async () => {
    const [better, other] = [await play('healthy', 5, isBetter), await play('healthy', 5, 'simple-shuffle')];
    expect(better.firstPartP99Ms).toBeLessThan(1.05 * other.firstPartP99Ms);
    expect(better.wholeP99Ms).toBeLessThan(1.05 * other.wholeP99Ms);
  });
});

describe('whatever happens to one deployment of five, or to two', () => {
  const withEnd = ['slow', 'silent', 'flapping', 'failing fast', 'rate-limited', 'regional outage', 'cold start'];

  it.each(withEnd)(
    '%s: hardly a request is lost, few are tried twice, and it is back within half a minute',
    async (name) => {
      const { success, attempts, recoveredMs, herd } = await play(name, 5, isBetter);
      expect(success).toBeGreaterThan(0.995);
      expect(attempts).toBeLessThan(1.05);
      expect(recoveredMs).toBeLessThan(35_000);
      expect(herd).toBeLessThan(2);
    },
  );
});

it('an outage of all is not made worse by retries, and is over as soon as the providers are back', async () => {
  const during = await play('total outage', 5, isBetter);
  expect(during.attempts).toBeLessThan(1.5);
  const after = await play('after an outage', 5, isBetter);
  expect(after.success).toBeGreaterThan(0.995);
  expect(after.recoveredMs).toBeLessThan(5_000);
});
