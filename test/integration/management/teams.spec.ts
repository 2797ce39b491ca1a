/** Teams in both databases: each change is one transaction with its audit entry and its feed events, and none undoes another. */
import { Logger } from '@nestjs/common';
import { keyHash } from '../../../src/auth/key-hash.js';
import type { Principal } from '../../../src/auth/principal.js';
import { AccessScopes } from '../../../src/auth/scope/access-scopes.service.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { LimitDefinitions } from '../../../src/limits/definitions/limit-definitions.service.js';
import { memberOwner } from '../../../src/limits/definitions/owner.js';
import { AuditLog } from '../../../src/management/audit/audit-log.service.js';
import { OrganizationDeletion } from '../../../src/management/organizations/organization-deletion.service.js';
import { OrganizationRepository } from '../../../src/management/organizations/organization.repository.js';
import { TeamCreation } from '../../../src/management/teams/team-creation.service.js';
import { TeamDeletion } from '../../../src/management/teams/team-deletion.service.js';
import { TeamLimits } from '../../../src/management/teams/team-limits.service.js';
import { TeamMembersService } from '../../../src/management/teams/team-members.service.js';
import { TeamMembership } from '../../../src/management/teams/team-membership.service.js';
import { TeamReads } from '../../../src/management/teams/team-reads.service.js';
import { TeamRemoval } from '../../../src/management/teams/team-removal.service.js';
import { TeamViews } from '../../../src/management/teams/team-views.service.js';
import { TeamWrites } from '../../../src/management/teams/team-writes.service.js';
import { TeamRepository } from '../../../src/management/teams/team.repository.js';
import { TeamsService } from '../../../src/management/teams/teams.service.js';
import type { Actor } from '../../../src/management/writes/actor.js';
import { ManagementWrites } from '../../../src/management/writes/management-writes.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

beforeAll(() => Logger.overrideLogger(false));
jest.setTimeout(60_000);

const principal: Principal = {
  role: 'proxy_admin',
  keyHash: keyHash('sk-admin'),
  keyAlias: undefined,
  userId: 'admin',
  teamId: undefined,
  models: [],
  tags: [],
};
const admin: Actor = {
  principal,
  name: 'admin',
  role: 'proxy_admin',
  keyHash: principal.keyHash,
  address: '127.0.0.1',
};

function servicesOn(database: DatabaseService) {
  const policy = () => ({ defaults: { rpm_limit: 7 }, addsProxyAdmins: false, available: [] });
  const feed = new ChangeFeedRepository(database);
  const writes = new ManagementWrites(database, feed, new AuditLog(systemClock, Buffer.alloc(32)));
  const scopes = new AccessScopes(database);
  const limits = new LimitDefinitions(systemClock, () => 'UTC');
  const repository = new TeamRepository(database);
  const views = new TeamViews(repository, limits);
  const teamWrites = new TeamWrites(writes, scopes, repository, views);
  const teamLimits = new TeamLimits(limits);
  const membership = new TeamMembership(limits, teamLimits);
  const removal = new TeamRemoval(limits, views);
  return {
    creation: new TeamCreation(scopes, teamWrites, teamLimits, membership, policy),
    teams: new TeamsService(teamWrites, teamLimits),
    members: new TeamMembersService(teamWrites, membership, teamLimits, policy, systemClock),
    deletion: new TeamDeletion(writes, scopes, repository, removal, systemClock),
    organizations: new OrganizationDeletion(
      writes,
      new OrganizationRepository(database, limits),
      limits,
      removal,
      systemClock,
    ),
    reads: new TeamReads(scopes, repository, views, policy),
    limits,
  };
}

describeOnBothDatabases('teams', (database) => {
  let service: DatabaseService;
  let on: ReturnType<typeof servicesOn>;
  beforeAll(async () => {
    service = await openDatabase(database.url);
    on = servicesOn(service);
  });
  afterAll(() => service.onApplicationShutdown());

  const makeKeys = (teamId: string, count: number, organizationId: string | null = null) =>
    service.run((client) =>
      client.virtualKey.createMany({
        data: Array.from({ length: count }, (_, at) => ({
          token: keyHash(`${teamId}-${at}`),
          keyName: 'sk-...abcd',
          keyAlias: `${teamId}-${at}`,
          models: [],
          metadata: {},
          userId: `user-${at % 3}`,
          teamId,
          organizationId,
          createdBy: 'admin',
          updatedBy: 'admin',
        })),
      }),
    );
  const events = async (from: bigint) => {
    const rows = await service.run((client) => client.changeFeed.findMany({ where: { sequence: { gt: from } } }));
    return rows.map(({ topic, key }) => `${topic} ${key}`);
  };
  const head = async () =>
    (await service.run((client) => client.feedHead.findUnique({ where: { id: 1 } })))?.sequence ?? 0n;
  const noViews = async () => [];

  it('are made with what the configuration gives to all, audited, and told to all processes', async () => {
    const from = await head();
    const team = await on.creation.create({ team_id: 'made', max_budget: 3 }, admin);
    expect(team).toMatchObject({ team_id: 'made', max_budget: 3, rpm_limit: 7, members_with_roles: [] });
    expect(await events(from)).toEqual(['limits team:made', 'team made']);
    const entries = await service.run((client) => client.auditEntry.findMany({ where: { objectId: 'made' } }));
    expect(entries).toMatchObject([{ action: 'team.new', objectKind: 'team', actor: 'admin', before: null }]);
    expect(JSON.parse(entries[0]?.after ?? '')).toMatchObject({ team_id: 'made', rpm_limit: 7 });
  });

  it('change as a whole or not at all', async () => {
    await on.creation.create({ team_id: 'whole' }, admin);
    const from = await head();
    const asked = { team_alias: 'New', max_budget: 5, access_group_ids: ['no-such-group'] };
    await expect(on.teams.update('whole', asked, admin)).rejects.toMatchObject({ status: 400 });
    const { team_info: team } = await on.reads.info('whole', 0, principal);
    expect(team).toMatchObject({ team_alias: null, max_budget: null });
    expect(await events(from)).toEqual([]);
  });

  it('keep each of many changes that come at once', async () => {
    await on.creation.create({ team_id: 'busy', metadata: { kept: true } }, admin);
    const people = Array.from({ length: 8 }, (_, at) => `busy-${at}`);
    await Promise.all([
      ...people.map((user_id) =>
        on.members.add({ team_id: 'busy', member: [{ user_id, role: 'user' as const }] }, admin, noViews),
      ),
      on.teams.update('busy', { team_member_key_duration: '7d' }, admin),
      on.teams.update('busy', { model_aliases: { fast: 'gpt-4o' } }, admin),
      on.teams.update('busy', { default_team_member_models: ['gpt-4o'] }, admin),
      on.teams.addModels('busy', ['a'], admin),
      on.teams.addModels('busy', ['b'], admin),
    ]);
    const { team_info: team } = (await on.reads.info('busy', 0, principal)) as {
      team_info: { members_with_roles: { user_id: string }[]; models: string[] };
    };
    expect(team.members_with_roles.map(({ user_id }) => user_id).toSorted()).toEqual(people);
    expect(team.models.toSorted()).toEqual(['a', 'all-proxy-models', 'b']);
    expect(team).toMatchObject({
      metadata: { kept: true },
      team_member_key_duration: '7d',
      default_team_member_models: ['gpt-4o'],
      litellm_model_table: { model_aliases: { fast: 'gpt-4o' } },
    });
  });

  it('make one user of one email, however many ask at once', async () => {
    await on.creation.create({ team_id: 'mail-1' }, admin);
    await on.creation.create({ team_id: 'mail-2' }, admin);
    const member = [{ user_email: 'Same@example.com', role: 'user' as const }];
    const results = await Promise.allSettled(
      ['mail-1', 'mail-2'].map((team_id) => on.members.add({ team_id, member }, admin, noViews)),
    );
    // One of them may be told to try again; none makes a second user.
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409 });
    }
    expect(await service.run((client) => client.user.count({ where: { emailKey: 'same@example.com' } }))).toBe(1);
  });

  it('give their members a budget that follows the team, and that each may have otherwise', async () => {
    await on.creation.create({ team_id: 'funded', team_member_budget: 2, team_member_rpm_limit: 5 }, admin);
    const member = [
      { user_id: 'plain', role: 'user' as const },
      { user_id: 'special', role: 'user' as const },
    ];
    await on.members.add({ team_id: 'funded', member }, admin, noViews);
    await on.members.update({ team_id: 'funded', user_id: 'special', max_budget_in_team: 1 }, admin);
    await on.teams.update('funded', { team_member_budget: 4, team_member_budget_duration: '1d' }, admin);
    const owners = [memberOwner('funded', 'plain'), memberOwner('funded', 'special')];
    const states = await service.run((client) => on.limits.read(client, owners));
    expect(owners.map((owner) => states.get(owner)?.effective)).toEqual([
      { max_budget: '4000000000', budget_duration: '1d', rpm_limit: 5 },
      { max_budget: '1000000000', budget_duration: '1d', rpm_limit: 5 },
    ]);
    expect(owners.map((owner) => states.get(owner)?.accounts[0]?.maxNanos)).toEqual([4_000_000_000n, 1_000_000_000n]);
    expect(states.get(owners[0]!)?.resetAt).not.toBeNull();
  });

  it('are found by a part of their alias in any case', async () => {
    await on.creation.create({ team_id: 'cased', team_alias: 'Research Lab' }, admin);
    const query = { team_alias: 'SEARCH', sort_by: 'created_at', sort_order: 'asc', page: 1, page_size: 10 } as const;
    const page = await on.reads.page({ ...query, search_team_id_match: 'exact' }, principal);
    expect(page).toMatchObject({ teams: [{ team_id: 'cased' }], total: 1 });
  });

  it('deleted, they take everything with them that hangs on them, and tell of each key', async () => {
    await on.creation.create({ team_id: 'doomed', max_budget: 1, team_member_budget: 1 }, admin);
    await on.members.add({ team_id: 'doomed', member: [{ user_id: 'stays', role: 'user' }] }, admin, noViews);
    await makeKeys('doomed', 4);
    const [first] = [keyHash('doomed-0')];
    await service.run(async (client) => {
      const validUntil = new Date(Date.now() + 3_600_000);
      await client.replacedKey.create({
        data: { token: keyHash('old'), currentToken: first, validUntil, replacedAt: new Date() },
      });
      const names = { id: 'm', claimName: 'c', claimValue: 'v', createdBy: 'a', updatedBy: 'a' };
      await client.jwtKeyMapping.create({ data: { ...names, token: first } });
      await client.project.create({
        data: { id: 'p', teamId: 'doomed', models: [], metadata: {}, createdBy: 'a', updatedBy: 'a' },
      });
    });
    const from = await head();
    expect(await on.deletion.delete(['doomed'], admin)).toEqual({ deleted_teams: ['doomed'], deleted_keys: 4 });
    const told = await events(from);
    for (let at = 0; at < 4; at++) expect(told).toContain(`key ${keyHash(`doomed-${at}`)}`);
    expect(told).toEqual(
      expect.arrayContaining([
        `key ${keyHash('old')}`,
        'team doomed',
        'limits team:doomed',
        'limits member:doomed/stays',
        'member doomed/stays',
        'project p',
      ]),
    );
    const left = await service.run(async (client) => ({
      keys: await client.virtualKey.count({ where: { teamId: 'doomed' } }),
      members: await client.teamMember.count({ where: { teamId: 'doomed' } }),
      owners: await client.ownerLimits.count({ where: { owner: { contains: 'doomed' } } }),
      accounts: await client.budgetAccount.count({ where: { owner: { contains: 'doomed' } } }),
      replaced: await client.replacedKey.count({ where: { currentToken: first } }),
      mappings: await client.jwtKeyMapping.count({ where: { token: first } }),
      project: await client.project.findUnique({ where: { id: 'p' }, select: { teamId: true } }),
      user: await client.user.count({ where: { id: 'stays' } }),
      deleted: await client.deletedObject.groupBy({ by: ['kind'], _count: { _all: true }, orderBy: { kind: 'asc' } }),
      audited: await client.auditEntry.count({ where: { action: 'key.delete' } }),
    }));
    expect(left).toEqual({
      keys: 0,
      members: 0,
      owners: 0,
      accounts: 0,
      replaced: 0,
      mappings: 0,
      project: { teamId: null },
      user: 1,
      deleted: [
        { kind: 'key', _count: { _all: 4 } },
        { kind: 'team', _count: { _all: 1 } },
      ],
      audited: 4,
    });
  });

  it('are deleted with their organization, and so are its keys outside of them', async () => {
    await service.run((client) =>
      client.organization.create({
        data: { id: 'org', alias: 'Org', models: [], metadata: {}, createdBy: 'a', updatedBy: 'a' },
      }),
    );
    await on.creation.create({ team_id: 'of-org', organization_id: 'org' }, admin);
    await makeKeys('of-org', 2, 'org');
    await service.run((client) =>
      client.virtualKey.updateMany({ where: { token: keyHash('of-org-1') }, data: { teamId: null } }),
    );
    const from = await head();
    expect(await on.organizations.delete(['org'], admin)).toMatchObject([{ organization_id: 'org' }]);
    expect(await events(from)).toEqual(
      expect.arrayContaining([
        `key ${keyHash('of-org-0')}`,
        `key ${keyHash('of-org-1')}`,
        'team of-org',
        'organization org',
        'limits organization:org',
      ]),
    );
    expect(await service.run((client) => client.virtualKey.count({ where: { organizationId: 'org' } }))).toBe(0);
  });

  it('with many keys are deleted in one transaction', async () => {
    await on.creation.create({ team_id: 'large' }, admin);
    await makeKeys('large', 1_200);
    expect(await on.deletion.delete(['large'], admin)).toMatchObject({ deleted_keys: 1_200 });
  });
});
