/** A key is known with its user, team, organization and project, and a change of any of them holds as soon as the feed tells of it. */
import { Logger } from '@nestjs/common';
import { AuthService } from '../../../src/auth/auth.service.js';
import { calling, noTokens } from '../../../src/auth/testing/calling.js';
import { keyHash } from '../../../src/auth/key-hash.js';
import { modelDenial } from '../../../src/auth/model-access.js';
import type { Principal } from '../../../src/auth/principal.js';
import { VirtualKeyRepository } from '../../../src/auth/virtual-key.repository.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { ChangeFeedPoller } from '../../../src/database/change-feed.poller.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { TransactionClient } from '../../../src/database/database-client.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

beforeAll(() => Logger.overrideLogger(false));

const settings = {
  masterKey: 'sk-master-0123456789-0123456789-0123',
  maxCachedKeys: 100,
  keyTtlMs: 3_600_000,
  serveWithoutDatabase: true,
  staleKeyMaxMs: 3_600_000,
  keyHeader: undefined,
};
const clear = 'sk-with-surroundings-0123456789';
const by = { createdBy: 'test', updatedBy: 'test' };

describeOnBothDatabases('a key with its surroundings', (database) => {
  let service: DatabaseService;
  let feed: ChangeFeedRepository;
  let poller: ChangeFeedPoller;
  let auth: AuthService;

  beforeEach(async () => {
    service = await openDatabase((await database.another()).url);
    feed = new ChangeFeedRepository(service);
    poller = new ChangeFeedPoller(feed);
    auth = new AuthService(
      settings,
      poller,
      new VirtualKeyRepository(service),
      systemClock,
      noTokens(settings, systemClock),
    );
    auth.onModuleInit();
    await poller.poll();
    await service.transaction(async (tx) => {
      await tx.organization.create({ data: { id: 'o', alias: 'o', models: [], metadata: {}, ...by } });
      await tx.team.create({ data: { id: 't', organizationId: 'o', models: [], metadata: { tags: ['team'] }, ...by } });
      await tx.teamMember.create({ data: { teamId: 't', userId: 'u', role: 'user' } });
      await tx.project.create({ data: { id: 'p', teamId: 't', models: [], metadata: {}, ...by } });
      await tx.user.create({ data: { id: 'u', role: 'internal_user', models: [], metadata: {}, ...by } });
      await tx.virtualKey.create({
        data: { token: keyHash(clear), keyName: 'sk-...6789', models: [], metadata: { tags: ['key'] }, userId: 'u', teamId: 't', projectId: 'p', ...by }, // prettier-ignore
      });
    });
  });
  afterEach(async () => {
    auth.onApplicationShutdown();
    await poller.onApplicationShutdown();
    await service.onApplicationShutdown();
  });

  const call = async (key = clear): Promise<Principal> =>
    auth.authenticate(calling({ authorization: `Bearer ${key}` }));
  const refusal = async (key = clear): Promise<string> =>
    call(key).then(
      () => 'served',
      (error: unknown) => (error as { code: string }).code,
    );
  /** As management does: the change and its event at once; and then what every process hears. */
  const change = async (
    topic: string,
    id: string,
    work: (tx: TransactionClient) => Promise<unknown>,
  ): Promise<void> => {
    await service.transaction(async (tx) => {
      await work(tx);
      await feed.append(tx, topic, id);
    });
    await poller.poll();
  };

  it('is read whole, and then known without the database', async () => {
    const reads = jest.spyOn(service, 'run');
    expect(await call()).toMatchObject({
      role: 'internal_user',
      organizationId: 'o',
      projectId: 'p',
      tags: ['key', 'team'],
    });
    expect(reads).toHaveBeenCalledTimes(1);
    expect(auth.authenticate(calling({ authorization: `Bearer ${clear}` }))).not.toBeInstanceOf(Promise);
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
  });

  it.each<readonly [string, string, string, (tx: TransactionClient) => Promise<unknown>]>([
    ['blocked_owner', 'team', 't', (tx) => tx.team.update({ where: { id: 't' }, data: { blocked: true } })],
    ['blocked_owner', 'user', 'u', (tx) => tx.user.update({ where: { id: 'u' }, data: { blocked: true } })],
    ['blocked_owner', 'project', 'p', (tx) => tx.project.update({ where: { id: 'p' }, data: { blocked: true } })],
    [
      'blocked_owner',
      'organization',
      'o',
      (tx) => tx.organization.update({ where: { id: 'o' }, data: { blocked: true } }),
    ],
    ['blocked_key', 'key', keyHash(clear), (tx) => tx.virtualKey.update({ where: { token: keyHash(clear) }, data: { blocked: true } })], // prettier-ignore
    ['invalid_key', 'key', keyHash(clear), (tx) => tx.virtualKey.delete({ where: { token: keyHash(clear) } })],
    [
      'deleted_owner',
      'user',
      'u',
      async (tx) => {
        await tx.user.delete({ where: { id: 'u' } });
        await tx.deletedObject.create({
          data: { kind: 'user', id: 'u', data: {}, deletedAt: new Date(), deletedBy: 'x' },
        });
      },
    ],
    [
      'deleted_owner',
      'team',
      't',
      async (tx) => {
        await tx.team.delete({ where: { id: 't' } });
        await tx.deletedObject.create({
          data: { kind: 'team', id: 't', data: {}, deletedAt: new Date(), deletedBy: 'x' },
        });
      },
    ],
    ['served', 'team', 't', (tx) => tx.team.delete({ where: { id: 't' } })],
  ])('is %s after a change of its %s', async (expected, topic, id, work) => {
    await call();
    await change(topic, id, work);
    expect(await refusal()).toBe(expected);
  });

  it('follows its user’s role, its member’s models, and the groups that these name', async () => {
    await call();
    await change('user', 'u', (tx) => tx.user.update({ where: { id: 'u' }, data: { role: 'proxy_admin_viewer' } }));
    expect((await call()).role).toBe('proxy_admin_viewer');
    const where = { teamId_userId: { teamId: 't', userId: 'u' } };
    await change('member', 't/u', (tx) => tx.teamMember.update({ where, data: { models: ['fast'] } }));
    expect(modelDenial(await call(), 'gpt-4o')).toBe('team_model_access_denied');
    const group = { id: 'g', name: 'fast', models: ['gpt-4o'], ...by };
    await change('access_group', 'g', (tx) => tx.accessGroup.create({ data: group }));
    expect(modelDenial(await call(), 'gpt-4o')).toBeNull();
    await change('access_group', 'g', (tx) => tx.accessGroup.delete({ where: { id: 'g' } }));
    expect(modelDenial(await call(), 'gpt-4o')).toBe('team_model_access_denied');
  });

  it('by an older token is the current key until its time, and what becomes of the key becomes of it', async () => {
    const replace = (validUntil: Date) => (tx: TransactionClient) =>
      tx.replacedKey.upsert({
        where: { token: keyHash('sk-old') },
        create: { token: keyHash('sk-old'), currentToken: keyHash(clear), validUntil, replacedAt: new Date() },
        update: { validUntil },
      });
    await change('key', keyHash('sk-old'), replace(new Date(Date.now() + 3_600_000)));
    expect((await call('sk-old')).keyHash).toBe(keyHash(clear));
    await change('key', keyHash(clear), (tx) =>
      tx.virtualKey.update({ where: { token: keyHash(clear) }, data: { blocked: true } }),
    );
    expect(await refusal('sk-old')).toBe('blocked_key');
    await change('key', keyHash('sk-old'), replace(new Date(0)));
    expect(await refusal('sk-old')).toBe('invalid_key');
    expect(await refusal(keyHash('sk-old'))).toBe('invalid_key');
  });
});
