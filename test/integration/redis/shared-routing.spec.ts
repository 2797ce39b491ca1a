/** Two routers on one Redis: what one finds out about a deployment holds in the other. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { madeUpDeployment } from '../../../src/core/testing/deployments.js';
import { eventually } from '../../e2e/support/eventually.js';
import { sharedRedis } from '../support/redis-server.js';
import { cooldownMs, SharingRouter, type RouterOptions } from './sharing-router.js';

beforeAll(() => Logger.overrideLogger(false));

const started: SharingRouter[] = [];
let namespace = '';

beforeEach(() => {
  namespace = `test-${randomUUID()}`;
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((router) => router.stop()));
});

async function start(options: RouterOptions = {}, within = namespace): Promise<SharingRouter> {
  const router = await SharingRouter.start(sharedRedis(within), options);
  started.push(router);
  return router;
}

it('a deployment that fails in one is left alone by the other', async () => {
  const [one, two] = [await start(), await start()];
  expect(await two.ask()).toBe('a');
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  const failedAt = performance.now();
  await eventually('the other leaves it alone', () => two.leftMs() > 0, 5_000);
  console.log(`heard of after ${(performance.now() - failedAt).toFixed(0)} ms`);
  expect(await two.ask()).toBe('b');
  expect(two.leftMs()).toBeGreaterThan(cooldownMs / 2);
  expect(two.leftMs()).toBeLessThanOrEqual(cooldownMs + 1_000);
});

it('a process that starts during an outage knows what is out before it routes', async () => {
  const one = await start();
  const two = await start();
  await one.ask('upstream_rate_limited');
  await eventually('Redis knows', () => two.leftMs() > 0);
  const late = await start();
  expect(late.leftMs()).toBeGreaterThan(cooldownMs / 2);
  expect(late.leftMs()).toBeLessThanOrEqual(cooldownMs + 1_000);
  expect(await late.ask()).toBe('b');
});

it('an answer in one process is the end of it in all, and for those who start later', async () => {
  const deployments = [madeUpDeployment({ id: 'a' })];
  const [one, two] = [await start({ deployments }), await start({ deployments })];
  await one.ask('upstream_rate_limited');
  await eventually('the other has heard', () => two.leftMs() > 0);
  // With no other deployment it is asked all the same.
  expect(await two.ask()).toBe('a');
  await eventually('it is back', () => one.leftMs() === 0);
  expect((await start({ deployments })).leftMs()).toBe(0);
});

it('a shorter time out does not cut a longer one short, whoever has told it first', async () => {
  const rules = { cooldown: { disabled: false, cooldownMs: 1_000, allowedFails: undefined, allowedFailsByClass: {} } };
  const deployments = [madeUpDeployment({ id: 'a' })];
  const long = await start({ deployments });
  const short = await start({ deployments, rules });
  await long.ask('upstream_rate_limited');
  await eventually('both know', () => short.leftMs() > cooldownMs / 2);
  await short.ask('upstream_rate_limited');
  const late = await start({ deployments });
  for (const each of [long, short, late]) expect(each.leftMs()).toBeGreaterThan(cooldownMs / 2);
});

it('gateways of another namespace do not hear of it', async () => {
  const [one, two, other] = [await start(), await start(), await start({}, `test-${randomUUID()}`)];
  await one.ask('upstream_rate_limited');
  await eventually('the other has heard', () => two.leftMs() > 0);
  expect(await other.ask()).toBe('a');
});

it('a process with cooldowns switched off leaves nothing alone', async () => {
  const off = { cooldown: { disabled: true, cooldownMs, allowedFails: undefined, allowedFailsByClass: {} } };
  const [one, two, without] = [await start(), await start(), await start({ rules: off })];
  await one.ask('upstream_rate_limited');
  await eventually('the other has heard', () => two.leftMs() > 0);
  expect(await without.ask()).toBe('a');
});

describe('limits', () => {
  const rules = { checks: { fitness: false, rateLimits: true, health: false } };

  it('of requests hold over processes', async () => {
    const deployments = [madeUpDeployment({ id: 'a', rpm: 10 })];
    const [one, two] = [await start({ deployments, rules }), await start({ deployments, rules })];
    for (let count = 0; count < 6; count += 1) expect(await one.ask()).toBe('a');
    for (let count = 0; count < 4; count += 1) expect(await two.ask()).toBe('a');
    const isKnown = (router: SharingRouter): boolean => router.stateOf().requests.total(performance.now()) === 10;
    await eventually('each knows of all', () => isKnown(one) && isKnown(two));
    expect([await one.ask(), await two.ask()]).toEqual(['deployments_limited', 'deployments_limited']);
    // A process that starts has not used anything, and keeps the limit.
    expect(await (await start({ deployments, rules })).ask()).toBe('deployments_limited');
  });

  it('of tokens hold over processes, and lead to who has been used least', async () => {
    const deployments = [madeUpDeployment({ id: 'a', tpm: 100 }), madeUpDeployment({ id: 'b', tpm: 100 })];
    const usage = { ...rules, strategy: 'usage-based-routing-v2' as const };
    const [one, two] = [await start({ deployments, rules: usage }), await start({ deployments, rules: usage })];
    expect(await one.ask(undefined, 60)).toBe('a');
    await eventually('the other knows', () => two.stateOf(0).tokens.total(performance.now()) === 60);
    expect(await two.ask(undefined, 100)).toBe('b');
    await eventually('the one knows', () => one.stateOf(1).tokens.total(performance.now()) === 100);
    expect(await one.ask(undefined, 60)).toBe('a');
    expect(await one.ask()).toBe('deployments_limited');
  });

  it('under load are overrun by no more than what is asked until the counts have gone round', async () => {
    const rpm = 200;
    const deployments = [madeUpDeployment({ id: 'a', rpm })];
    const routers = [await start({ deployments, rules }), await start({ deployments, rules })];
    let answered = 0;
    let last = 0;
    const perTick = 1;
    await eventually('all are at the limit', async () => {
      last = 0;
      for (const router of routers) {
        for (let count = 0; count < perTick; count += 1) if ((await router.ask()) === 'a') last += 1;
      }
      answered += last;
      return answered >= rpm && last === 0;
    });
    console.log(`${answered} of ${rpm} were answered`);
    // Each of them by itself would have let 200 pass.
    expect(answered).toBeLessThan(rpm * 1.75);
  });
});
