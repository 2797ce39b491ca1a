/** Background checks: one round at a time, the next one after the last has ended, and nothing believed once they are off. */
import { Logger } from '@nestjs/common';
import type { CatalogService } from '../catalog/catalog.service.js';
import type { SettingsService } from '../config/settings.service.js';
import { HealthBoard } from '../core/router/health-board.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment } from '../core/spec/index.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import { BackgroundChecksService } from './background-checks.service.js';
import type { HealthChecksService } from './health-checks.service.js';
import type { Finding } from './health-report.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function world({ inBackground = true, deployments = [madeUpDeployment({ id: 'a' })] as readonly Deployment[] } = {}) {
  const rounds: { readonly ids: readonly string[]; readonly end: (findings: readonly Finding[]) => void }[] = [];
  const healthChecks = { inBackground, intervalMs: 1_000, showsDetails: true, mostAtOnce: 1 };
  const listeners: (() => () => void)[] = [];
  const settings = {
    general: { healthChecks },
    onChange: (prepare: () => () => void) => (listeners.push(prepare), () => listeners.splice(0)),
  };
  const checks = {
    check: (due: readonly Deployment[]) =>
      new Promise<readonly Finding[]>((end) => rounds.push({ ids: due.map(({ id }) => id), end })),
  };
  const catalog = { current: () => ({ entries: () => deployments.map((deployment) => ({ deployment })) }) };
  const clock = new FakeClock();
  const board = new HealthBoard(clock);
  const background = new BackgroundChecksService(
    checks as unknown as HealthChecksService,
    catalog as unknown as CatalogService,
    settings as unknown as SettingsService,
    board,
  );
  const change = (given: Partial<typeof healthChecks>): void => {
    Object.assign(healthChecks, given);
    for (const prepare of listeners) prepare()();
  };
  return { background, board, clock, rounds, change };
}

const healthy: Finding = { state: 'healthy', deployment: madeUpDeployment({ id: 'a' }), headers: {} };
const error = new GatewayError('upstream_overloaded');
const unhealthy: Finding = { state: 'unhealthy', deployment: madeUpDeployment({ id: 'a' }), error };

it('does nothing where it is off', async () => {
  const { background, rounds } = world({ inBackground: false });
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(10_000);
  expect([rounds, await background.latest()]).toEqual([[], undefined]);
});

it('begins at once, and again so long after a round has ended', async () => {
  const { background, rounds } = world();
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
  expect(rounds).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(rounds).toHaveLength(1);
  rounds[0]?.end([healthy]);
  await jest.advanceTimersByTimeAsync(999);
  expect(rounds).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(rounds).toHaveLength(2);
});

it('has whoever asks first wait for the first round, and gives the last one after that', async () => {
  const { background, rounds } = world();
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
  const first = background.latest();
  rounds[0]?.end([healthy]);
  expect(await first).toEqual([healthy]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await background.latest()).toEqual([healthy]);
  rounds[1]?.end([unhealthy]);
  await jest.advanceTimersByTimeAsync(0);
  expect(await background.latest()).toEqual([unhealthy]);
});

it('leaves out what is to be left out, and asks once for what stands twice', async () => {
  const [a, b] = [madeUpDeployment({ id: 'a' }), madeUpDeployment({ id: 'b', modelInfo: { disable_background_health_check: true } })]; // prettier-ignore
  const { background, rounds } = world({ deployments: [a, a, b] });
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
  expect(rounds[0]?.ids).toEqual(['a']);
});

it('tells the board, which believes it for two rounds', async () => {
  const { background, board, clock, rounds } = world();
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
  rounds[0]?.end([unhealthy]);
  await jest.advanceTimersByTimeAsync(0);
  expect(board.isHealthy('a')).toBe(false);
  clock.advance(2_001);
  expect(board.isHealthy('a')).toBe(true);
});

it('begins and ends with a reload', async () => {
  const { background, board, rounds, change } = world({ inBackground: false });
  background.onApplicationBootstrap();
  change({ inBackground: true });
  await jest.advanceTimersByTimeAsync(0);
  rounds[0]?.end([unhealthy]);
  await jest.advanceTimersByTimeAsync(0);
  expect(board.isHealthy('a')).toBe(false);
  change({ inBackground: false });
  expect([board.isHealthy('a'), await background.latest()]).toEqual([true, undefined]);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(rounds).toHaveLength(1);
});

it('goes on after a round that failed', async () => {
  const { background, rounds } = world();
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  rounds[0]?.end(undefined as never);
  await jest.advanceTimersByTimeAsync(1_000);
  expect([rounds.length, logged.mock.calls.length]).toEqual([2, 1]);
  logged.mockRestore();
});

it('waits at shutdown for what is asked, and asks nothing more', async () => {
  const { background, rounds } = world();
  background.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
  let isOver = false;
  const ended = background.beforeApplicationShutdown().then(() => (isOver = true));
  await jest.advanceTimersByTimeAsync(5_000);
  expect(isOver).toBe(false);
  rounds[0]?.end([healthy]);
  await ended;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(rounds).toHaveLength(1);
});
