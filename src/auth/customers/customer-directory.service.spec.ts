/** Customers near the pipeline: known at once, never longer than is certain, and served or refused as configured while the database is away. */
import type { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { customerTopic } from '../../database/change-topics.js';
import type { ChangeFeedPoller, ChangeSubscriber } from '../../database/change-feed.poller.js';
import { CustomerDirectory } from './customer-directory.service.js';
import type { CustomerRecord, CustomerRepository } from './customer.repository.js';

const record = (id: string, fields: Partial<CustomerRecord> = {}): CustomerRecord => ({
  id,
  blocked: false,
  models: [],
  region: undefined,
  defaultModel: undefined,
  ...fields,
});

function world(given: { readonly stored?: readonly CustomerRecord[]; readonly servesWithout?: boolean } = {}) {
  const stored = new Map((given.stored ?? []).map((one) => [one.id, one]));
  const state = { nowMs: 0, isFresh: true, isAway: false };
  const looked: string[] = [];
  let publish: ChangeSubscriber = () => undefined;
  const answer = async <T>(value: () => T): Promise<T> => {
    await Promise.resolve();
    if (state.isAway) throw new GatewayError('database_unavailable');
    return value();
  };
  const repository = {
    find: (id: string) => (looked.push(id), answer(() => stored.get(id) ?? null)),
    hasAny: () => answer(() => stored.size > 0),
  };
  const feed = {
    isFresh: () => state.isFresh,
    subscribe: (subscriber: ChangeSubscriber) => {
      publish = subscriber;
      return () => undefined;
    },
  };
  const settings = {
    current: () => ({ identity: { customers: { blocked: new Set(['listed']) } } }),
    general: { keyCacheTtlMs: 60_000, allowRequestsOnDbUnavailable: given.servesWithout ?? true },
  };
  const directory = new CustomerDirectory(
    repository as unknown as CustomerRepository,
    feed as unknown as ChangeFeedPoller,
    settings as unknown as SettingsService,
    { now: () => 0, monotonic: () => state.nowMs },
  );
  directory.onModuleInit();
  const changed = (key: string): void => publish([{ sequence: 1n, topic: customerTopic, key }], { gap: false });
  const gap = (): void => publish([], { gap: true });
  const admit = async (id: string) => directory.admit(id);
  return { directory, admit, stored, looked, state, changed, gap };
}

it('looks once, and then knows at once', async () => {
  const { directory, admit, looked } = world({ stored: [record('a')] });
  expect(await admit('a')).toEqual(record('a'));
  expect(directory.admit('a')).toEqual(record('a'));
  expect(looked).toEqual(['a']);
});

it('many requests at once ask the database once', async () => {
  const { admit, looked } = world({ stored: [record('a')] });
  await Promise.all([admit('a'), admit('a'), admit('a')]);
  expect(looked).toEqual(['a']);
});

it('where nobody has declared any customer, other names need no look-up', async () => {
  const { directory, admit, looked, stored, changed } = world();
  expect(await admit('a')).toBeUndefined();
  expect(directory.admit('b')).toBeUndefined();
  expect(looked).toEqual(['a']);
  stored.set('b', record('b', { blocked: true }));
  changed('b');
  await expect(admit('b')).rejects.toMatchObject({ code: 'blocked_customer', status: 403 });
});

it('where some are declared, each name is looked for', async () => {
  const { admit, looked } = world({ stored: [record('c')] });
  await admit('a');
  await admit('b');
  await admit('b');
  expect(looked).toEqual(['a', 'b']);
});

it('a block holds with the next event, and ends with the one after it', async () => {
  const { admit, stored, changed } = world({ stored: [record('a')] });
  await admit('a');
  stored.set('a', record('a', { blocked: true }));
  changed('a');
  await expect(admit('a')).rejects.toMatchObject({ code: 'blocked_customer' });
  stored.set('a', record('a'));
  changed('a');
  expect(await admit('a')).toEqual(record('a'));
});

it('what is read while a change comes in is not kept', async () => {
  const { admit, stored, changed, looked } = world({ stored: [record('a')] });
  const reading = admit('a');
  stored.set('a', record('a', { blocked: true }));
  changed('a');
  await reading.catch(() => undefined);
  await expect(admit('a')).rejects.toMatchObject({ code: 'blocked_customer' });
  expect(looked).toEqual(['a', 'a']);
});

it('after missed events, a feed that cannot be read, or a minute, it looks again', async () => {
  const { admit, gap, state, looked } = world({ stored: [record('a')] });
  await admit('a');
  gap();
  await admit('a');
  state.isFresh = false;
  await admit('a');
  state.isFresh = true;
  state.nowMs += 60_001;
  await admit('a');
  expect(looked).toHaveLength(4);
});

it('while the database is away the known state holds, and the unknown are served as if nobody had declared them', async () => {
  const { admit, state } = world({ stored: [record('bad', { blocked: true }), record('a')] });
  await admit('a');
  await admit('bad').catch(() => undefined);
  Object.assign(state, { isAway: true, isFresh: false });
  expect(await admit('a')).toEqual(record('a'));
  await expect(admit('bad')).rejects.toMatchObject({ code: 'blocked_customer' });
  expect(await admit('stranger')).toBeUndefined();
});

it('or nobody is, where the operator wants it so', async () => {
  const { admit, state } = world({ stored: [record('a')], servesWithout: false });
  await admit('a');
  Object.assign(state, { isAway: true, isFresh: false });
  await expect(admit('a')).rejects.toMatchObject({ code: 'database_unavailable' });
});

it('those in the file are refused without a look-up', async () => {
  const { admit, looked } = world();
  await expect(admit('listed')).rejects.toMatchObject({ code: 'blocked_customer' });
  expect(looked).toEqual([]);
});
