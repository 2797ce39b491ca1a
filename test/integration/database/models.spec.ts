/** Every model's basic methods give the same answers on both databases. */
import { Logger } from '@nestjs/common';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { isUniqueViolation } from '../../../src/database/database-errors.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const at = (iso: string) => new Date(iso);

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('the models', (database) => {
  let service: DatabaseService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  afterAll(() => service.onApplicationShutdown());

  it('keep a virtual key as it was written', async () => {
    const key = {
      token: 'a'.repeat(64),
      keyName: 'sk-...abcd',
      keyAlias: 'ci',
      models: ['gpt-4o', 'claude'],
      expires: at('2031-02-03T04:05:06.789Z'),
      blocked: false,
      metadata: { team: { name: 'é"\\', tags: [1, 2.5, null, true] } },
      userId: null,
      teamId: 't1',
      createdAt: at('2030-01-01T00:00:00.001Z'),
      createdBy: 'admin',
      updatedBy: 'admin',
      allowedRoutes: ['/chat/completions', '/models'],
      autoRotate: true,
      organizationId: 'o1',
      projectId: 'p1',
      rotateAt: at('2030-02-01T00:00:00.002Z'),
      rotatedAt: at('2030-01-01T00:00:00.003Z'),
      rotationCount: 3,
      rotationInterval: '30d',
      settings: { enforced_params: ['user'], tags: { é: [1, null] } },
    };
    await service.run((client) => client.virtualKey.create({ data: key }));
    const read = await service.run((client) => client.virtualKey.findUniqueOrThrow({ where: { token: key.token } }));
    expect(read).toEqual({ ...key, updatedAt: expect.any(Date) as Date });
    const blocked = await service.run((client) =>
      client.virtualKey.update({ where: { token: key.token }, data: { blocked: true, models: [] } }),
    );
    expect(blocked).toMatchObject({ blocked: true, models: [] });
    expect(
      await service.run((client) => client.virtualKey.deleteMany({ where: { token: { in: [key.token] } } })),
    ).toEqual({ count: 1 });
    expect(await service.run((client) => client.virtualKey.findUnique({ where: { token: key.token } }))).toBeNull();
  });

  it('refuse a second key with the same alias, and allow any number without one', async () => {
    const key = (token: string, keyAlias: string | null) => ({
      token,
      keyAlias,
      keyName: 'sk-',
      models: [],
      metadata: {},
      createdBy: 'x',
      updatedBy: 'x',
    });
    await service.run((client) =>
      client.virtualKey.createMany({ data: [key('1', null), key('2', null), key('3', 'same')] }),
    );
    const second = service.run((client) => client.virtualKey.create({ data: key('4', 'same') }));
    await expect(second).rejects.toThrow();
    expect(isUniqueViolation(await second.catch((error: unknown) => error))).toBe(true);
  });

  it('find spend rows by time, key and user, newest first, with exact money beyond what a number holds', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => ({
      requestId: `r${String(index).padStart(4, '0')}`,
      startedAt: new Date(Date.UTC(2030, 0, 1) + index * 1_000),
      apiKeyHash: index % 2 === 0 ? 'even' : 'odd',
      modelGroup: 'chat',
      model: 'gpt-4o',
      modelId: 'm1',
      userId: index % 5 === 0 ? 'u5' : null,
      status: 'success',
      spendNanos: 9_007_199_254_740_993n + BigInt(index),
      totalTokens: index,
      detail: { promptTokens: index, attempts: [{ status: 200 }] },
    }));
    expect(await service.run((client) => client.spendLog.createMany({ data: rows }))).toEqual({ count: 250 });
    const where = {
      apiKeyHash: 'even',
      startedAt: { gte: at('2030-01-01T00:00:10Z'), lt: at('2030-01-01T00:00:20Z') },
    };
    const found = await service.run((client) => client.spendLog.findMany({ where, orderBy: { startedAt: 'desc' } }));
    expect(found.map((row) => row.requestId)).toEqual(['r0018', 'r0016', 'r0014', 'r0012', 'r0010']);
    expect(found[0]).toEqual({ ...rows[18], teamId: null, endUser: null });
    const total = await service.run((client) =>
      client.spendLog.aggregate({ where: { userId: 'u5' }, _sum: { totalTokens: true }, _count: true }),
    );
    expect(total).toEqual({ _count: 50, _sum: { totalTokens: 6_125 } });
    const duplicate = service.run((client) => client.spendLog.createMany({ data: [rows[0]!] }));
    expect(isUniqueViolation(await duplicate.catch((error: unknown) => error))).toBe(true);
  });

  it('move a journal only from the position that its writer knows', async () => {
    await service.run((client) =>
      client.ledgerState.upsert({
        where: { journalId: 'j' },
        create: { journalId: 'j', file: '1', offset: 0n },
        update: {},
      }),
    );
    const move = (from: bigint, to: bigint) =>
      service.run((client) =>
        client.ledgerState.updateMany({ where: { journalId: 'j', file: '1', offset: from }, data: { offset: to } }),
      );
    expect(await move(0n, 5_000_000_000n)).toEqual({ count: 1 });
    expect(await move(0n, 7n)).toEqual({ count: 0 });
    expect(
      await service.run((client) => client.ledgerState.findUniqueOrThrow({ where: { journalId: 'j' } })),
    ).toMatchObject({ offset: 5_000_000_000n });
  });

  it('keep a model with its parameters', async () => {
    const model = {
      id: 'm',
      modelName: 'chat',
      litellmParams: { model: 'openai/gpt-4o', rpm: 10 },
      modelInfo: { id: 'm' },
      createdBy: 'a',
      updatedBy: 'a',
    };
    const created = await service.run((client) => client.configModel.create({ data: model }));
    expect(created).toMatchObject(model);
    expect(await service.run((client) => client.configModel.findMany({ where: { modelName: 'chat' } }))).toEqual([
      created,
    ]);
    expect(await service.run((client) => client.configModel.delete({ where: { id: 'm' } }))).toMatchObject({ id: 'm' });
  });
});
