/** An answer never waits long for the database, and is never lost because of it. */
import { Logger } from '@nestjs/common';
import type { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { systemRuntime } from '../../database/database-options.js';
import { ResponseRetentionService } from './response-retention.service.js';
import type { StoredResponseRepository } from './stored-response.repository.js';
import { StoredResponsesService } from './stored-responses.service.js';

const made = { id: 'resp_1', ownerHash: 'a', modelGroup: 'm', deploymentId: 'd' };
const word = { status: 'completed', unsettled: false };

/** Timers that only a test lets run out. */
class Timers {
  readonly tasks: { readonly task: () => void; readonly delayMs: number }[] = [];

  readonly schedule = (task: () => void, delayMs: number): (() => void) => {
    const entry = { task, delayMs };
    this.tasks.push(entry);
    return () => void this.tasks.splice(this.tasks.indexOf(entry), 1);
  };

  readonly pause = (): Promise<void> => Promise.resolve();

  runOut(): void {
    for (const { task } of this.tasks.splice(0)) task();
  }
}

function start(repository: Partial<StoredResponseRepository>) {
  const timers = new Timers();
  const settings = { general: { storedResponsesRetentionMs: 1_000 } } as SettingsService;
  const runtime = { ...systemRuntime, timer: timers, random: () => 0.5 };
  const service = new StoredResponsesService(repository as StoredResponseRepository, settings, runtime);
  const retention = new ResponseRetentionService(repository as StoredResponseRepository, runtime);
  return { timers, service, retention };
}

let errors: unknown[];
beforeEach(() => {
  errors = [];
  jest.spyOn(Logger.prototype, 'error').mockImplementation((message: unknown) => void errors.push(message));
});
afterEach(() => jest.restoreAllMocks());

it('a database that does not answer holds an answer up for two seconds', async () => {
  const { timers, service } = start({ save: () => new Promise(() => undefined) });
  const kept = service.keepOwner(made, word);
  expect(timers.tasks.map(({ delayMs }) => delayMs)).toEqual([2_000]);
  timers.runOut();
  expect(await kept).toBe(false);
});

it('leaves no timer behind once it is written', async () => {
  const { timers, service } = start({ save: () => Promise.resolve() });
  expect([await service.keepOwner(made, word), timers.tasks]).toEqual([true, []]);
});

it('says nothing of a database that is away, which others do, and tells what nobody expected', async () => {
  const away = start({ save: () => Promise.reject(new GatewayError('database_unavailable')) });
  expect([await away.service.keepOwner(made, word), errors]).toEqual([false, []]);
  const broken = start({ save: () => Promise.reject(new Error('no such column')) });
  expect(await broken.service.keepOwner(made, word)).toBe(false);
  expect(errors).toEqual([expect.objectContaining({ cause: expect.any(Error) as Error })]);
});

it('knows whose a provider’s response is for at least as long as the provider keeps it', async () => {
  const saved: { expiresAt: Date; createdAt: Date }[] = [];
  const { service } = start({ save: (row) => Promise.resolve(void saved.push(row)) });
  await service.keepOwner(made, word);
  const [row] = saved;
  expect(Number(row?.expiresAt) - Number(row?.createdAt)).toBe(30 * 86_400_000);
});

describe('what has expired', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is deleted each hour, batch after batch, also after an hour in which that failed', async () => {
    const left = [true, true, false];
    const calls: number[] = [];
    let isAway = true;
    const { timers, retention } = start({
      deleteExpired: (_now, most) => {
        calls.push(most);
        if (isAway) return Promise.reject(new GatewayError('database_unavailable'));
        return Promise.resolve(left.shift() ?? false);
      },
    });
    retention.onApplicationBootstrap();
    expect(timers.tasks.map(({ delayMs }) => delayMs)).toEqual([3_600_000]);
    timers.runOut();
    await settled();
    isAway = false;
    timers.runOut();
    await settled();
    expect([calls, timers.tasks.length, errors]).toEqual([[500, 500, 500, 500], 1, []]);
    retention.onApplicationShutdown();
    expect(timers.tasks).toEqual([]);
  });
});
