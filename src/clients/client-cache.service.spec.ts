import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ClientCacheService } from './client-cache.service.js';
import { ClientsModule } from './clients.module.js';

async function setUp(options = {}) {
  const app = await Test.createTestingModule({ imports: [ClientsModule.forRoot(options)] }).compile();
  return { app, clients: app.get(ClientCacheService) };
}

describe('ClientCacheService', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is one and the same for all who inject it', async () => {
    const { app, clients } = await setUp();
    expect(app.get(ClientCacheService)).toBe(clients);
    await app.close();
  });

  it('takes its settings from the module', async () => {
    const { app, clients } = await setUp({ maxSize: 1 });
    const first = clients.getOrCreate('a', () => ({}));
    void clients.getOrCreate('b', () => ({}));
    expect(clients.size).toBe(1);
    expect(clients.getOrCreate('a', () => ({}))).not.toBe(first);
    await app.close();
  });

  it('takes its settings from another provider', async () => {
    const app = await Test.createTestingModule({
      imports: [ClientsModule.forRootAsync({ useFactory: async () => ({ maxSize: 3 }) })],
    }).compile();
    const clients = app.get(ClientCacheService);
    for (const key of ['a', 'b', 'c', 'd']) void clients.getOrCreate(key, () => key);
    expect(clients.size).toBe(3);
    await app.close();
  });

  it('closes every living client once when the application shuts down, evicted ones included', async () => {
    const { app, clients } = await setUp({ maxSize: 1 });
    const closers = [jest.fn(), jest.fn(async () => undefined), jest.fn()];
    const held = closers.map((close, i) => clients.getOrCreate(`k${i}`, () => ({ i }), close));
    clients.delete('k2');
    expect(closers.map((close) => close.mock.calls.length)).toEqual([0, 0, 0]);
    await app.close();
    await clients.onApplicationShutdown();
    expect(closers.map((close) => close.mock.calls)).toEqual(held.map((client) => [[client]]));
  });

  it('logs the errors of closers and lets the shutdown go on', async () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const { app, clients } = await setUp({ closeTimeoutMs: 30 });
    void clients.getOrCreate(
      'broken',
      () => ({}),
      () => Promise.reject(new Error('no such socket')),
    );
    void clients.getOrCreate(
      'stuck',
      () => ({}),
      () => new Promise<void>(() => undefined),
    );
    await app.close();
    expect(log.mock.calls.map(([message]) => message)).toEqual([
      'Client broken did not close: no such socket',
      'Client stuck did not close: not closed within 30 ms',
    ]);
  });
});
