/** Who is calling: the master key without a look-up, virtual keys by their hash, and everybody else refused. */
import { Logger } from '@nestjs/common';
import type { ChangeFeedPoller, ChangeSubscriber } from '../database/change-feed.poller.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import { AuthService } from './auth.service.js';
import type { CallingRequest } from './calling-request.js';
import { keyHash } from './key-hash.js';
import type { VirtualKeyRecord } from './key-record.js';
import { calling, noTokens } from './testing/calling.js';
import { keyRecord } from './testing/key-record.js';
import type { VirtualKeyRepository } from './virtual-key.repository.js';

const master = 'sk-master-0123456789-0123456789-0123';
const settings = { masterKey: master, maxCachedKeys: 10, keyTtlMs: 60_000, serveWithoutDatabase: true, staleKeyMaxMs: 60_000, keyHeader: undefined }; // prettier-ignore

let rows: Map<string, VirtualKeyRecord>;
let reads: string[];
let failure: Error | undefined;
let publish: ChangeSubscriber | undefined;
let auth: AuthService;

beforeEach(() => {
  rows = new Map();
  reads = [];
  failure = undefined;
  const feed = {
    subscribe: (subscriber: ChangeSubscriber) => {
      publish = subscriber;
      return () => (publish = undefined);
    },
    isFresh: () => true,
  };
  const repository = {
    find: async (token: string) => {
      reads.push(token);
      if (failure) throw failure;
      return rows.get(token) ?? null;
    },
  };
  auth = new AuthService(
    settings,
    feed as unknown as ChangeFeedPoller,
    repository as unknown as VirtualKeyRepository,
    new FakeClock(),
    noTokens(settings, new FakeClock()),
  );
  auth.onModuleInit();
});

const bearer = (key: string): CallingRequest => calling({ authorization: `Bearer ${key}` });
const row = (key: string, given: Partial<VirtualKeyRecord> = {}): void => {
  const token = keyHash(key);
  rows.set(token, keyRecord({ token, dependsOn: ['team:t1', 'access_group'], ...given }));
};

it('knows the master key at once, database or none', () => {
  failure = new GatewayError('database_unavailable');
  expect(auth.authenticate(bearer(master))).toMatchObject({ role: 'proxy_admin', keyHash: keyHash(master) });
  expect(reads).toEqual([]);
});

it('knows a virtual key by its hash, and the second time without a look-up', async () => {
  row('sk-virtual');
  await expect(auth.authenticate(bearer('sk-virtual'))).resolves.toMatchObject({ role: 'internal_user' });
  expect(auth.authenticate(bearer('sk-virtual'))).toMatchObject({ keyHash: keyHash('sk-virtual') });
  expect(reads).toEqual([keyHash('sk-virtual')]);
});

it('does not take a hash for its key', async () => {
  row('sk-virtual');
  await expect(auth.authenticate(bearer(keyHash('sk-virtual')))).rejects.toMatchObject({ code: 'invalid_key' });
  await expect(auth.authenticate(bearer(keyHash(master)))).rejects.toMatchObject({ code: 'invalid_key' });
});

it('refuses the unknown, the blocked and the expired with 401', async () => {
  row('sk-blocked', { refusal: { code: 'blocked_key' } });
  row('sk-expired', { expiresAtMs: 1 });
  await expect(auth.authenticate(bearer('sk-unknown'))).rejects.toMatchObject({ code: 'invalid_key', status: 401 });
  await expect(auth.authenticate(bearer('sk-blocked'))).rejects.toMatchObject({ code: 'blocked_key', status: 401 });
  await expect(auth.authenticate(bearer('sk-expired'))).rejects.toMatchObject({ code: 'expired_key', status: 401 });
  expect(() => auth.authenticate(bearer('sk-blocked'))).toThrow(expect.objectContaining({ code: 'blocked_key' }));
  expect(() => auth.authenticate(calling({}))).toThrow(expect.objectContaining({ code: 'missing_key' }));
});

it('answers 503 where it cannot know', async () => {
  failure = new GatewayError('database_unavailable');
  await expect(auth.authenticate(bearer('sk-unknown'))).rejects.toMatchObject({ status: 503 });
});

it('answers 503 for whatever else goes wrong, and lets nobody in', async () => {
  failure = new TypeError('bug');
  const thrown = { code: 'authentication_unavailable', status: 503, cause: failure };
  await expect(auth.authenticate(bearer('sk-unknown'))).rejects.toMatchObject(thrown);
});

it.each([
  ['its own change', [{ id: 1n, topic: 'key', key: keyHash('sk-virtual') }], false],
  ['a change of its team', [{ id: 1n, topic: 'team', key: 't1' }], false],
  ['a change of any access group', [{ id: 1n, topic: 'access_group', key: 'g9' }], false],
  ['a gap in the feed', [], true],
])('hears of %s through the feed', async (_what, events, gap) => {
  row('sk-virtual');
  await auth.authenticate(bearer('sk-virtual'));
  row('sk-virtual', { refusal: { code: 'blocked_key' } });
  publish?.(events as unknown as Parameters<ChangeSubscriber>[0], { gap });
  await expect(auth.authenticate(bearer('sk-virtual'))).rejects.toMatchObject({ code: 'blocked_key' });
});

it('is not disturbed by the change of something else', async () => {
  row('sk-virtual');
  await auth.authenticate(bearer('sk-virtual'));
  const events = [
    { id: 1n, topic: 'model', key: keyHash('sk-virtual') },
    { id: 2n, topic: 'team', key: 't2' },
    { id: 3n, topic: 'user', key: 't1' },
  ];
  publish?.(events as unknown as Parameters<ChangeSubscriber>[0], { gap: false });
  expect(auth.authenticate(bearer('sk-virtual'))).not.toBeInstanceOf(Promise);
});

it('forgets a key that this process has changed, and listens no more after shutdown', async () => {
  row('sk-virtual');
  await auth.authenticate(bearer('sk-virtual'));
  row('sk-virtual', { refusal: { code: 'blocked_key' } });
  auth.forgetKey(keyHash('sk-virtual'));
  await expect(auth.authenticate(bearer('sk-virtual'))).rejects.toMatchObject({ code: 'blocked_key' });
  auth.onApplicationShutdown();
  expect(publish).toBeUndefined();
});

it('writes no key to the log', async () => {
  const written: unknown[] = [];
  for (const level of ['log', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation((...args: unknown[]) => void written.push(args));
  }
  await Promise.resolve(auth.authenticate(bearer('sk-unknown'))).catch(() => undefined);
  void auth.authenticate(bearer(master));
  expect(JSON.stringify(written)).not.toMatch(/sk-/);
  jest.restoreAllMocks();
});
