/** Daily activity and the lists of spenders on real databases: pages add up to the ledger, and nobody sees what is not theirs. */
import type { Principal } from '../../../src/auth/principal.js';
import { AccessScopes } from '../../../src/auth/scope/access-scopes.service.js';
import { createPrismaClient } from '../../../src/database/database-client.js';
import { systemRuntime } from '../../../src/database/database-options.js';
import { parseDatabaseUrl } from '../../../src/database/database-target.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { LimitDefinitions } from '../../../src/limits/definitions/limit-definitions.service.js';
import { DailyActivityRepository } from '../../../src/management/activity/daily-activity.repository.js';
import { DailyActivityService, type ActivityOf } from '../../../src/management/activity/daily-activity.service.js';
import { GlobalActivityService } from '../../../src/management/activity/global-activity.service.js';
import { DailySums } from '../../../src/management/spend/daily-sums.repository.js';
import { GlobalSpendService } from '../../../src/management/spend/global-spend.service.js';
import { SpendReportService } from '../../../src/management/spend/spend-report.service.js';
import type { SpendScope } from '../../../src/management/spend/spend-scope.js';
import { SpendScopes } from '../../../src/management/spend/spend-scopes.service.js';
import { SpendersService } from '../../../src/management/spend/spenders.service.js';
import { PrismaLedgerStore } from '../../../src/spend/prisma-ledger-store.js';
import { unreservedRow } from './unreserved-row.js';
import { sampleIntent, sampleOutcome } from '../../../src/spend/testing/samples.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const nowMs = Date.parse('2025-11-30T12:00:00Z');
const clock = { ...systemRuntime.clock, now: () => nowMs };
const end = { segment: 1, offset: 0 };
const days = { start_date: '2025-11-01', end_date: '2025-11-30' };
const everything: SpendScope = { everything: true, userId: undefined, keyHash: '', teamIds: [], organizationIds: [] };
const nobody: SpendScope = { ...everything, everything: false };
const stamps = { createdBy: 'x', updatedBy: 'x' };

describeOnBothDatabases('Activity', (database) => {
  let service: DatabaseService;
  let activity: DailyActivityService;
  let sums: DailySums;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    sums = new DailySums(service);
    activity = new DailyActivityService(new DailyActivityRepository(service), sums, clock);
    const client = createPrismaClient(parseDatabaseUrl(database.url), { url: database.url }, systemRuntime);
    const rows = Array.from({ length: 60 }, (_, i) =>
      unreservedRow({
        requestId: `r${i}`,
        intent: sampleIntent(`r${i}`, {
          startedAtMs: nowMs - (i % 3) * 86_400_000,
          apiKeyHash: `key${i % 5}`,
          userId: `user${i % 4}`,
          teamId: `team${i % 3}`,
          endUser: i % 2 === 0 ? 'customer' : undefined,
          tags: ['red', 'blue'].slice(0, i % 3),
        }),
        settlement: sampleOutcome(1_000n),
        end,
      }),
    );
    await new PrismaLedgerStore(client).commit('j', null, { segment: 1, offset: 1 }, rows);
    await client.organization.create({ data: { id: 'o', alias: 'Org', models: [], metadata: {}, ...stamps } });
    for (const [id, organizationId] of [
      ['team0', 'o'],
      ['team1', null],
    ] as const)
      await client.team.create({
        data: { id, alias: `The ${id}`, organizationId, models: [], metadata: {}, ...stamps },
      });
    await client.organizationMember.create({ data: { organizationId: 'o', userId: 'boss', role: 'org_admin' } });
    await client.teamMember.create({ data: { teamId: 'team1', userId: 'user1', role: 'admin' } });
    await client.teamMember.create({ data: { teamId: 'team0', userId: 'user1', role: 'user' } });
    await client.$disconnect();
  });
  afterAll(() => service.onApplicationShutdown());

  const principal = (given: Partial<Principal>): Principal => ({
    role: 'internal_user',
    keyHash: 'none',
    keyAlias: undefined,
    userId: undefined,
    teamId: undefined,
    models: [],
    tags: [],
    ...given,
  });

  test.each<[ActivityOf, number]>([
    ['user', 60],
    ['team', 60],
    ['organization', 60],
    ['customer', 30],
    ['tag', 60],
  ])('the pages of %s activity add up to its %d requests', async (what, requests) => {
    let counted = 0;
    let spend = 0;
    for (let page = 1, more = true; more; page += 1) {
      const { metadata } = await activity.of(what, everything, { ...days, page, page_size: 7 }, {});
      counted += Number(metadata['total_api_requests']);
      spend += Number(metadata['total_spend']);
      more = metadata['has_more'] === true;
      expect(page < 100).toBe(true);
    }
    expect(counted).toBe(requests);
    expect(spend).toBeCloseTo(requests * 1e-6, 12);
  });

  test('a caller who is nothing sees nothing, in any report', async () => {
    const query = { ...days, page: 1, page_size: 100 };
    for (const what of ['user', 'team', 'organization', 'customer', 'tag'] as const)
      expect((await activity.of(what, nobody, query, {})).results).toEqual([]);
    const totals = new GlobalSpendService(sums, service, clock);
    const reports = new SpendReportService(sums, totals);
    expect(await totals.total(nobody)).toEqual({ spend: 0, max_budget: null });
    expect(await totals.byKey(nobody, 10)).toEqual([]);
    expect(await totals.namesOf(nobody, 'customer')).toEqual([]);
    for (const group_by of ['team', 'customer', 'api_key'] as const)
      expect(await reports.global(nobody, { ...days, group_by })).toEqual([]);
    expect(await reports.ofOwner(nobody, days, { apiKeyHash: 'key1' })).toEqual([]);
    expect(await activity.usersOfTeams(nobody, { ...days, team_ids: ['team0'] })).toEqual([]);
    expect(await new GlobalActivityService(sums).byModel(nobody, days)).toEqual([]);
  });

  test('admins of a team and of an organization see what their people spend, members their own', async () => {
    const scopes = new SpendScopes(new AccessScopes(service), service);
    const users = async (of: Principal): Promise<string[]> => {
      const query = { ...days, page: 1, page_size: 1_000 };
      const { results } = await activity.of('user', await scopes.of(of), query, {});
      return [...new Set(results.flatMap(({ breakdown }) => Object.keys(breakdown['entities'] ?? {})))].sort();
    };
    const teams = async (of: Principal): Promise<string[]> => {
      const rows = await activity.usersOfTeams(await scopes.of(of), { ...days, team_ids: ['team0', 'team1', 'team2'] });
      return [...new Set((rows as { team_id: string }[]).map((row) => row.team_id))].sort();
    };
    expect(await users(principal({ role: 'proxy_admin_viewer' }))).toEqual(['user0', 'user1', 'user2', 'user3']);
    expect(await users(principal({ userId: 'user2' }))).toEqual(['user2']);
    expect(await teams(principal({ userId: 'boss' }))).toEqual(['team0']);
    expect(await users(principal({ userId: 'boss' }))).toHaveLength(4);
    // user1 is an admin of team1 alone, and sees in the others what they spent themselves.
    expect(await users(principal({ userId: 'user1' }))).toHaveLength(4);
    const rows = await activity.usersOfTeams(await scopes.of(principal({ userId: 'user1' })), {
      ...days,
      team_ids: ['team0'],
    });
    expect(rows).toMatchObject([{ user_id: 'user1', team_alias: 'The team0', api_requests: 5 }]);
    expect(await users(principal({ keyHash: 'key3' }))).toEqual(['user0', 'user1', 'user2', 'user3']);
    expect(await users(principal({ keyHash: 'key9' }))).toEqual([]);
  });

  test('keys and users come in the order of what their accounts have spent', async () => {
    const limits = new LimitDefinitions(clock, () => 'UTC');
    const spenders = new SpendersService(service, limits, undefined as never);
    await service.run(async (client) => {
      for (let i = 0; i < 3; i += 1) {
        const key = { keyName: 'sk-...', models: [], metadata: {}, userId: `user${i}`, ...stamps };
        await client.virtualKey.create({ data: { token: `key${i}`, ...key } });
        await client.user.create({
          data: { id: `user${i}`, role: 'internal_user', models: [], metadata: {}, ...stamps },
        });
        for (const owner of [`key:key${i}`, `user:user${i}`]) {
          // The ledger has made the account already, where it had rows.
          const spent = { spentNanos: BigInt(i) * 1_000_000_000n };
          await client.budgetAccount.upsert({
            where: { id: owner },
            create: { id: owner, owner, ...spent },
            update: spent,
          });
          await client.budgetAccount.create({ data: { id: `${owner}/w/1d`, owner, spentNanos: 9_000_000_000n } });
        }
      }
    });
    const slice = { page: 1, size: 10 };
    expect(await spenders.keys(everything, slice)).toMatchObject([
      { token: 'key2', spend: 2 },
      { token: 'key1', spend: 1 },
      { token: 'key0', spend: 0 },
    ]);
    expect(await spenders.users(everything, undefined, { page: 2, size: 2 })).toMatchObject([{ user_id: 'user0' }]);
    expect(await spenders.keys(nobody, slice)).toEqual([]);
    expect(await spenders.keys({ ...nobody, userId: 'user1' }, slice)).toMatchObject([{ token: 'key1' }]);
    expect(await spenders.users({ ...nobody, userId: 'user1' }, undefined, slice)).toMatchObject([
      { user_id: 'user1' },
    ]);
    await expect(spenders.users({ ...nobody, userId: 'user1' }, 'user2', slice)).rejects.toMatchObject({ status: 403 });
  });
});
