/** When batches are looked at: in passes while the process lives, at once where one has just finished, and never into a shutdown. */
import { Logger } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { BatchPoller } from './batch-poller.service.js';

beforeAll(() => Logger.overrideLogger(false));
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function setUp(
  advance: (id: string) => Promise<void> = () => Promise.resolve(),
  due: readonly string[] = ['b1', 'b2'],
) {
  const advanced: string[] = [];
  const listDue = jest.fn(() => Promise.resolve(due.map((id) => ({ id }))));
  const stop = jest.fn();
  const ledger = { advance: (id: string) => (advanced.push(id), advance(id)), stop };
  const settings = { general: { batchPollIntervalMs: 300_000 } };
  const poller = new BatchPoller({ listDue } as never, ledger as never, settings as never, () => 0.5);
  return { poller, advanced, listDue, stop };
}

it('asks for what is due every few seconds, whatever the interval of a batch is, and goes on after a failure', async () => {
  const { poller, advanced, listDue } = setUp();
  listDue.mockRejectedValueOnce(new GatewayError('database_unavailable'));
  poller.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(7_499);
  expect(listDue).toHaveBeenCalledTimes(0);
  await jest.advanceTimersByTimeAsync(1);
  expect([listDue.mock.calls.length, advanced]).toEqual([1, []]);
  await jest.advanceTimersByTimeAsync(7_500);
  expect([listDue.mock.calls.length, advanced]).toEqual([2, ['b1', 'b2']]);
  await poller.beforeApplicationShutdown();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(listDue).toHaveBeenCalledTimes(2);
});

it('sees at once to a batch that has finished and is not charged, and to no other', () => {
  const { poller, advanced } = setUp();
  for (const [id, finished, costState] of [
    ['running', false, 'pending'],
    ['finished', true, 'pending'],
    ['charged', true, 'journaled'],
    ['done', true, 'recorded'],
  ] as const)
    poller.notice({ id, finished, costState } as never);
  expect(advanced).toEqual(['finished']);
});

it('a failure of what nobody waits for does not end the process', async () => {
  const { poller } = setUp(() => Promise.reject(new Error('unexpected')));
  poller.notice({ id: 'b', finished: true, costState: 'pending' } as never);
  await jest.advanceTimersByTimeAsync(0);
});

it('a shutdown tells the ledger to let go, and waits a while for what is running', async () => {
  let release = (): void => undefined;
  const { poller, stop } = setUp(() => new Promise((resolve) => (release = resolve)));
  poller.notice({ id: 'slow', finished: true, costState: 'pending' } as never);
  let ended = false;
  void poller.beforeApplicationShutdown().then(() => (ended = true));
  await jest.advanceTimersByTimeAsync(100);
  expect([stop.mock.calls.length, ended]).toEqual([1, false]);
  release();
  await jest.advanceTimersByTimeAsync(0);
  expect(ended).toBe(true);
});

it('a shutdown does not wait for a provider that is silent', async () => {
  jest.useRealTimers();
  const { poller } = setUp(() => new Promise(() => undefined));
  poller.notice({ id: 'silent', finished: true, costState: 'pending' } as never);
  await poller.beforeApplicationShutdown();
}, 15_000);

it('a pass that a shutdown meets ends with the batch that it is at', async () => {
  const { poller, advanced } = setUp(async () => void poller.beforeApplicationShutdown());
  await poller.pass();
  expect(advanced).toEqual(['b1']);
});
