/** Keys: shown once, stored as a hash, seen by their owner and admins, deleted all or none. */
import type { AuthService } from '../../auth/auth.service.js';
import { keyHash } from '../../auth/key-hash.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { FakeClock } from '../../core/testing/fake-clock.js';
import type { Prisma, VirtualKey } from '../../database/generated/sqlite/client.js';
import { Prisma as PrismaErrors } from '../../database/generated/sqlite/client.js';
import type { KeyRepository } from './key.repository.js';
import { KeysService } from './keys.service.js';

class FakeRepository {
  readonly rows = new Map<string, VirtualKey>();
  readonly deletions: string[][] = [];
  spent = 0n;
  failure: Error | undefined;

  async create(data: Prisma.VirtualKeyCreateInput): Promise<VirtualKey> {
    const taken = [...this.rows.values()].some(({ token, keyAlias }) => token === data.token || (keyAlias !== null && keyAlias === data.keyAlias)); // prettier-ignore
    if (taken) throw new PrismaErrors.PrismaClientKnownRequestError('Unique constraint failed', { code: 'P2002', clientVersion: 'test' }); // prettier-ignore
    if (this.failure) throw this.failure;
    this.rows.set(data.token, data as unknown as VirtualKey);
    return data as unknown as VirtualKey;
  }
  async find(token: string): Promise<VirtualKey | null> {
    return this.rows.get(token) ?? null;
  }
  async findByTokens(tokens: readonly string[]): Promise<VirtualKey[]> {
    return [...this.rows.values()].filter(({ token }) => tokens.includes(token));
  }
  async findByAliases(aliases: readonly string[]): Promise<VirtualKey[]> {
    return [...this.rows.values()].filter(({ keyAlias }) => keyAlias !== null && aliases.includes(keyAlias));
  }
  async delete(tokens: readonly string[]): Promise<void> {
    this.deletions.push([...tokens]);
    for (const token of tokens) this.rows.delete(token);
  }
  async spentNanos(): Promise<bigint> {
    return this.spent;
  }
}

const admin: Principal = { role: 'proxy_admin', keyHash: keyHash('sk-master'), keyAlias: undefined, userId: 'default_user_id', teamId: undefined, models: [], tags: [] }; // prettier-ignore
const userWith = (key: string): Principal => ({
  ...admin,
  role: 'internal_user',
  keyHash: keyHash(key),
  userId: undefined,
});
const ownKey = `sk-own-${'x'.repeat(30)}`;

let repository: FakeRepository;
let forgotten: string[];
let keys: KeysService;
let clock: FakeClock;

beforeEach(() => {
  repository = new FakeRepository();
  forgotten = [];
  clock = new FakeClock(Date.UTC(2030, 0, 31));
  const auth = { forgetKey: (token: string) => forgotten.push(token) };
  keys = new KeysService(repository as unknown as KeyRepository, auth as unknown as AuthService, clock);
});

describe('generate', () => {
  it('shows the key once and stores its hash alone', async () => {
    const { key, token } = await keys.generate({}, admin);
    expect(key).toMatch(/^sk-[\w-]{43}$/);
    expect(token).toBe(keyHash(String(key)));
    const stored = JSON.stringify([...repository.rows.values()]);
    expect(stored).toContain(String(token));
    expect(stored).not.toContain(String(key));
    expect(repository.rows.get(String(token))?.keyName).toBe(`sk-...${String(key).slice(-4)}`);
  });

  it('makes a new key each time', async () => {
    const made = await Promise.all(Array.from({ length: 100 }, () => keys.generate({}, admin)));
    expect(new Set(made.map(({ key }) => key)).size).toBe(100);
  });

  it('takes a given key, and its fields', async () => {
    const body = { key: ownKey, key_alias: 'mine', models: ['m'], duration: '1mo', blocked: true, metadata: { a: 1 }, user_id: 'u', team_id: 't' }; // prettier-ignore
    expect(await keys.generate(body, admin)).toMatchObject({
      key: ownKey,
      token: keyHash(ownKey),
      key_alias: 'mine',
      models: ['m'],
      expires: '2030-02-28T00:00:00.000Z',
      blocked: true,
      metadata: { a: 1 },
      user_id: 'u',
      team_id: 't',
      created_by: 'default_user_id',
      spend: 0,
    });
  });

  it('holds from the same moment on: who asked for the key before and was refused is let in', async () => {
    await keys.generate({ key: ownKey }, admin);
    expect(forgotten).toEqual([keyHash(ownKey)]);
  });

  it.each(['', '0d', 'soon', '1.5h', '999999999mo'])('refuses the duration %j and makes nothing', async (duration) => {
    await expect(keys.generate({ duration }, admin)).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'duration',
    });
    expect(repository.rows.size).toBe(0);
  });

  it.each([
    ['alias', { key_alias: 'mine' }],
    ['key', { key: ownKey }],
  ])('refuses an %s that exists with 409, and tells nothing of the other one', async (_what, body) => {
    await keys.generate({ key: ownKey, key_alias: 'mine' }, admin);
    const error: unknown = await keys.generate(body, admin).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'conflict', status: 409 });
    expect((error as GatewayError).message).not.toContain(ownKey);
    expect(repository.rows.size).toBe(1);
  });

  it('lets an outage through as it is', async () => {
    repository.failure = new GatewayError('database_unavailable');
    await expect(keys.generate({}, admin)).rejects.toBe(repository.failure);
  });
});

describe('info', () => {
  beforeEach(() => keys.generate({ key: ownKey, key_alias: 'mine' }, admin));

  it('shows a key to itself, with what it has spent', async () => {
    repository.spent = 1_500_000_000n;
    for (const asked of [undefined, ownKey, keyHash(ownKey)]) {
      const { info } = await keys.info(asked, userWith(ownKey));
      expect(info).toMatchObject({ key_alias: 'mine', spend: 1.5 });
    }
  });

  it('does not show a clear key to one who gave only a hash or nothing', async () => {
    for (const asked of [undefined, keyHash(ownKey)]) {
      expect(JSON.stringify(await keys.info(asked, userWith(ownKey)))).not.toContain(ownKey);
    }
  });

  it('refuses another key to a user, whether it exists or not', async () => {
    const other = userWith('sk-other');
    for (const asked of [ownKey, keyHash(ownKey), 'sk-nobody', keyHash('sk-nobody')]) {
      await expect(keys.info(asked, other)).rejects.toMatchObject({ code: 'forbidden', status: 403 });
    }
  });

  it('shows every key to an admin, and 404 for none', async () => {
    expect(await keys.info(ownKey, admin)).toMatchObject({ key: ownKey, info: { key_alias: 'mine' } });
    await expect(keys.info('sk-nobody', admin)).rejects.toMatchObject({ code: 'object_not_found', status: 404 });
    await expect(keys.info(undefined, admin)).rejects.toMatchObject({ status: 404 });
  });
});

describe('delete', () => {
  beforeEach(async () => {
    await keys.generate({ key: ownKey, key_alias: 'mine' }, admin);
    await keys.generate({ key: `${ownKey}2`, key_alias: 'other' }, admin);
    forgotten.length = 0;
  });

  it('takes keys, hashes and aliases, in one transaction, and forgets each at once', async () => {
    const { deleted_keys } = await keys.delete({ keys: [ownKey, keyHash(ownKey)], key_aliases: ['other', 'mine'] });
    expect(deleted_keys).toEqual([ownKey, keyHash(ownKey), 'other', 'mine']);
    expect(repository.deletions.map((tokens) => tokens.sort())).toEqual([
      [keyHash(ownKey), keyHash(`${ownKey}2`)].sort(),
    ]);
    expect(forgotten.sort()).toEqual([keyHash(ownKey), keyHash(`${ownKey}2`)].sort());
  });

  it.each([
    ['a key', { keys: [ownKey, 'sk-nobody'] }],
    ['a hash', { keys: [ownKey, keyHash('sk-nobody')] }],
    ['an alias', { key_aliases: ['mine', 'nobody'] }],
    ['an alias beside a key', { keys: [ownKey], key_aliases: ['nobody'] }],
  ])('deletes nothing where %s does not exist', async (_what, body) => {
    await expect(keys.delete(body)).rejects.toMatchObject({ code: 'object_not_found', status: 404 });
    expect([repository.deletions, forgotten, repository.rows.size]).toEqual([[], [], 2]);
  });

  it('does not take an alias for a key, nor a key for an alias', async () => {
    await expect(keys.delete({ keys: ['mine'] })).rejects.toMatchObject({ status: 404 });
    await expect(keys.delete({ key_aliases: [ownKey] })).rejects.toMatchObject({ status: 404 });
  });

  it('does not repeat a key in its refusal', async () => {
    const error: unknown = await keys.delete({ keys: ['sk-secret-nobody'] }).catch((thrown: unknown) => thrown);
    expect((error as GatewayError).message).toBe('1 of the given keys do not exist. Nothing was deleted.');
  });
});
