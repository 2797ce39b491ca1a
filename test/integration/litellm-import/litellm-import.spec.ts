/** A LiteLLM database is brought over whole: keys go on working, limits and spend stay what they were, and a second run changes nothing. */
import { Logger } from '@nestjs/common';
import { keyHash } from '../../../src/auth/key-hash.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { LimitDefinitions } from '../../../src/limits/definitions/limit-definitions.service.js';
import { memberOwner, ownerOf, type Owner } from '../../../src/limits/definitions/owner.js';
import { AuditLog } from '../../../src/management/audit/audit-log.service.js';
import { auditSecretKey } from '../../../src/management/audit/audit-secret-key.js';
import { AuditRepository } from '../../../src/management/audit/audit.repository.js';
import { verifyChain } from '../../../src/management/audit/verify-chain.js';
import type { ImportReport } from '../../../src/management/litellm-import/import-report.js';
import { importSecrets } from '../../../src/management/litellm-import/import-secrets.js';
import { LiteLLMDatabase } from '../../../src/management/litellm-import/litellm-database.js';
import { LiteLLMImport } from '../../../src/management/litellm-import/litellm-import.js';
import { ManagementWrites } from '../../../src/management/writes/management-writes.service.js';
import { sealedPlaces } from '../../../src/vault/sealed-place.js';
import { Vault } from '../../../src/vault/vault.service.js';
import { TestGateway } from '../../e2e/support/gateway.js';
import { GatewayFolder, newMasterKey, runTollgate } from '../../e2e/kill/gateway-process.js';
import { createDatabase, describeOnDatabase, openDatabase, type TestDatabase } from '../support/databases.js';
import { blockedKey, expiredKey, fillLiteLLM, issuedKey, replacedKey, saltKey } from './litellm-data.js';

jest.setTimeout(240_000);
beforeAll(() => Logger.overrideLogger(false));

const encryptionKey = newMasterKey();
const vault = new Vault(() => [encryptionKey]);

async function runImport(
  url: string,
  database: DatabaseService,
  { dryRun = false, withSecrets = true } = {},
): Promise<ImportReport> {
  const source = await LiteLLMDatabase.open(url);
  const log = new AuditLog(systemClock, auditSecretKey('test'));
  const parts = {
    source,
    database,
    writes: new ManagementWrites(database, new ChangeFeedRepository(database), log),
    limits: new LimitDefinitions(systemClock, () => 'UTC'),
    secrets: importSecrets(vault, withSecrets ? saltKey : undefined),
    now: new Date(),
  };
  try {
    return await new LiteLLMImport(parts, dryRun).run();
  } finally {
    await source.close();
  }
}

const countsOf = (report: ImportReport): Record<string, readonly number[]> =>
  Object.fromEntries(
    report.entities.map(({ name, created, alreadyThere, refused }) => [
      name,
      [created, alreadyThere, [...refused.values()].flat().length],
    ]),
  );

describeOnDatabase('postgres', 'import from LiteLLM', (source) => {
  beforeAll(() => fillLiteLLM(source));

  describe.each(['sqlite', 'postgres'] as const)('into %s', (dialect) => {
    let target: TestDatabase;
    let database: DatabaseService;
    let first: ImportReport;
    const limits = new LimitDefinitions(systemClock, () => 'UTC');

    beforeAll(async () => {
      target = await createDatabase(dialect);
      database = await openDatabase(target.url);
    });
    afterAll(async () => {
      await database.onApplicationShutdown();
      await target.drop();
    });

    const stateOf = async (owner: Owner) => (await database.run((client) => limits.read(client, [owner]))).get(owner);

    it('a dry run says what would be brought, and changes nothing', async () => {
      const report = await runImport(source.url, database, { dryRun: true });
      expect(await database.run((client) => client.virtualKey.count())).toBe(0);
      expect(await database.run((client) => client.auditEntry.count())).toBe(0);
      expect(report.created).toBeGreaterThan(230);
      expect(report.toText(true)).toMatch(/A dry run: \d+ objects would be brought. Nothing was changed.$/);
    });

    it('brings everything that can be, and says what cannot and why', async () => {
      first = await runImport(source.url, database);
      expect(countsOf(first)).toEqual({
        budgets: [3, 0, 1],
        'access groups': [1, 0, 0],
        organizations: [1, 0, 1],
        users: [4, 0, 1],
        'organization members': [1, 0, 1],
        teams: [1, 0, 0],
        "team members' limits": [1, 0, 1],
        projects: [1, 0, 0],
        customers: [2, 0, 0],
        tags: [1, 0, 0],
        credentials: [1, 0, 0],
        models: [1, 0, 1],
        keys: [234, 0, 3],
        'replaced keys': [1, 0, 0],
      });
      const text = first.toText(false);
      for (const told of [
        'not brought: the budget duration `fortnight` is not known: b-broken',
        'not brought: its budget b-broken was not brought: org-2',
        'not brought: `max_budget` is no amount from 0 to 100000000 USD: rich',
        `not brought: its user rich was not brought: ${keyHash('sk-of-a-user-who-stays')}`,
        'not brought: its `token` is no SHA-256: no-hash',
        'not brought: `api_key` is taken from the environment. Write the model into the configuration file: m-2',
        'without `metadata.logging`: team-1',
        'without `password`: ada',
        'without `user_email (taken)`: bob-2',
        'without `user_role superuser`: eve',
        'without `access_agent_ids`: ag-1',
      ]) {
        expect(text).toContain(told);
      }
      expect(text).toContain(`without \`metadata.guardrails\`: ${keyHash(issuedKey)}`);
      for (const secret of ['sk-provider-secret', 'langfuse-secret', issuedKey]) expect(text).not.toContain(secret);
    });

    it('a key is what it was: its hash, its limits, its spend, the end of its window', async () => {
      const token = keyHash(issuedKey);
      const row = await database.run((client) => client.virtualKey.findUniqueOrThrow({ where: { token } }));
      expect(row).toMatchObject({
        keyAlias: 'ci',
        userId: 'bob',
        teamId: 'team-1',
        organizationId: 'org-1',
        projectId: 'p-1',
        models: ['demo'],
        allowedRoutes: ['llm_api_routes'],
        metadata: { tags: ['nightly'] },
        settings: { aliases: { quick: 'demo' }, enforced_params: ['user'], allowed_cache_controls: ['ttl'] },
        rotationCount: 2,
        createdAt: new Date('2025-03-01T10:00:00Z'),
        createdBy: 'ada',
      });
      const state = await stateOf(ownerOf('key', token));
      expect(state).toMatchObject({
        spentNanos: 1_234_567_890n,
        resetAt: new Date('2099-01-01T00:00:00Z'),
        own: {
          max_budget: '50000000000',
          budget_duration: '30d',
          rpm_limit: 30,
          max_parallel_requests: 4,
          model_tpm_limit: { demo: 1000 },
          model_max_budget: { demo: { max_budget: '5000000000', budget_duration: '1d' } },
          budget_fallbacks: { demo: ['cheap'] },
        },
      });
    });

    it('so are organizations, teams, members, users, customers, tags and projects', async () => {
      expect(await stateOf(ownerOf('organization', 'org-1'))).toMatchObject({
        budgetId: 'b-org',
        spentNanos: 12_250_000_000n,
        effective: { max_budget: '100500000000', tpm_limit: 5_000_000_000 },
      });
      expect(await stateOf(ownerOf('team', 'team-1'))).toMatchObject({
        spentNanos: 3_000_000_001n,
        resetAt: new Date('2099-01-01T00:00:00Z'),
        own: { model_rpm_limit: { demo: 9 }, budget_limits: [{ budget_duration: '1d', max_budget: '2000000000' }] },
      });
      expect(await stateOf(memberOwner('team-1', 'bob'))).toMatchObject({
        budgetId: 'b-member',
        spentNanos: 1_500_000_000n,
      });
      expect(await stateOf(ownerOf('user', 'ada'))).toMatchObject({
        spentNanos: 100_000_000n,
        own: { max_budget: '10000000000' },
      });
      expect(await stateOf(ownerOf('customer', 'customer-1'))).toMatchObject({
        spentNanos: 250_000_000n,
        effective: { max_budget: '1', rpm_limit: 3 },
      });
      expect(await stateOf(ownerOf('tag', 'nightly'))).toMatchObject({ spentNanos: 4_000_000_000n });
      expect(await stateOf(ownerOf('project', 'p-1'))).toMatchObject({ own: { model_rpm_limit: { demo: 4 } } });
      const team = await database.run((client) =>
        client.team.findUniqueOrThrow({
          where: { id: 'team-1' },
          include: { members: { orderBy: { userId: 'asc' } } },
        }),
      );
      expect(team).toMatchObject({
        alias: 'Research',
        metadata: { kept: true },
        memberPermissions: ['/key/generate'],
        settings: { model_aliases: { fast: 'demo' }, team_member_budget_id: 'b-member' },
        members: [
          { userId: 'ada', role: 'admin' },
          { userId: 'bob', role: 'user', models: ['demo'] },
          { userId: 'carol', role: 'user' },
        ],
      });
      expect(await database.run((client) => client.user.findUnique({ where: { id: 'bob' } }))).toMatchObject({
        role: 'internal_user',
        emailKey: 'bob@example.com',
        ssoUserId: 'sso-1',
        passwordHash: null,
      });
      expect(await database.run((client) => client.organizationMember.findMany())).toMatchObject([
        { userId: 'bob', role: 'org_admin' },
      ]);
      expect(await database.run((client) => client.replacedKey.findMany())).toMatchObject([
        { token: keyHash(replacedKey) },
      ]);
    });

    it('models and credentials are sealed, and nothing of them is in clear, in the audit log neither', async () => {
      const [model] = await database.run((client) => client.configModel.findMany());
      expect(model).toMatchObject({ id: 'm-1', litellmParams: {}, modelInfo: { mode: 'chat' } });
      expect(JSON.parse(vault.open(sealedPlaces.modelParams('m-1'), model?.sealedParams ?? ''))).toEqual({
        rpm: 5,
        model: 'openai/gpt-4o',
        api_key: 'sk-provider-secret',
      });
      const [credential] = await database.run((client) => client.credential.findMany());
      const place = sealedPlaces.credentialValues(credential?.name ?? '');
      expect(vault.open(place, credential?.sealedValues ?? '')).toBe('{"api_key":"sk-provider-secret"}');
      const entries = await database.run((client) => client.auditEntry.findMany());
      expect(entries).toHaveLength(first.created);
      expect(entries.every(({ actor }) => actor === 'import')).toBe(true);
      expect(JSON.stringify(entries.map(({ after }) => after))).not.toContain('sk-provider-secret');
      expect(await verifyChain(new AuditRepository(database))).toMatchObject({ holds: true });
    });

    it('issued keys work, blocked and expired ones do not', async () => {
      const demo = { model_name: 'demo', litellm_params: { model: 'demo/hello' } };
      const gateway = await TestGateway.start({ models: [demo], general: { database_url: target.url } });
      const status = async (key: string, model = 'demo'): Promise<number> => {
        const body = { model, messages: [{ role: 'user', content: 'Hello' }], user: 'u' };
        return (await gateway.chat(body, { authorization: `Bearer ${key}` })).status;
      };
      expect(await status(issuedKey)).toBe(200);
      expect(await status('sk-bulk-7')).toBe(200);
      expect(await status(blockedKey)).toBe(401);
      expect(await status(expiredKey)).toBe(401);
      expect(await status('sk-dashboard-session')).toBe(401);
      expect(await status(keyHash(issuedKey))).toBe(401);
      await gateway.stop();
    });

    it('a second run changes nothing, and says so', async () => {
      await database.run((client) => client.user.update({ where: { id: 'ada' }, data: { alias: 'changed here' } }));
      const before = await database.run((client) => client.auditEntry.count());
      const second = await runImport(source.url, database);
      expect(second.created).toBe(0);
      expect(second.toText(false)).toMatch(/Nothing was changed.$/);
      expect(await database.run((client) => client.auditEntry.count())).toBe(before);
      expect(await database.run((client) => client.user.findUnique({ where: { id: 'ada' } }))).toMatchObject({
        alias: 'changed here',
      });
    });

    it('what is missing is brought by the next run, and what waited for somebody who is here now', async () => {
      await database.run((client) =>
        client.user.create({
          data: { id: 'rich', role: 'internal_user', models: [], metadata: {}, createdBy: 'x', updatedBy: 'x' },
        }),
      );
      await database.run((client) =>
        client.virtualKey.deleteMany({ where: { token: { in: [keyHash('sk-bulk-1'), keyHash('sk-bulk-2')] } } }),
      );
      expect(countsOf(await runImport(source.url, database))['keys']).toEqual([3, 232, 2]);
    });
  });

  it('without a key for them, models and credentials stay behind, and the report says how to bring them', async () => {
    const target = await createDatabase('sqlite');
    const database = await openDatabase(target.url);
    const report = await runImport(source.url, database, { withSecrets: false });
    expect(countsOf(report)).toMatchObject({ credentials: [0, 0, 1], models: [0, 0, 2], keys: [234, 0, 3] });
    expect(report.toText(false)).toMatch(/its values are encrypted. Give LiteLLM's LITELLM_SALT_KEY by --salt-key/);
    await database.onApplicationShutdown();
    await target.drop();
  });

  it('an older LiteLLM, with fewer tables and columns, is read all the same', async () => {
    const older = await source.another();
    await fillLiteLLM(older);
    for (const table of [
      'AccessGroupTable',
      'ProjectTable',
      'TagTable',
      'DeprecatedVerificationToken',
      'CredentialsTable',
    ]) {
      await older.sql(`DROP TABLE "LiteLLM_${table}" CASCADE`);
    }
    for (const column of [
      'tpd_limit',
      'budget_fallbacks',
      'project_id',
      'key_type',
      'rotation_count',
      'auto_rotate',
      'created_by',
      'allowed_routes',
    ]) {
      await older.sql(`ALTER TABLE "LiteLLM_VerificationToken" DROP COLUMN "${column}"`);
    }
    await older.sql('ALTER TABLE "LiteLLM_TeamTable" DROP COLUMN "team_member_permissions", DROP COLUMN "soft_budget"');
    await older.sql('ALTER TABLE "LiteLLM_UserTable" DROP COLUMN "metadata", DROP COLUMN "created_at"');
    await older.sql(
      'ALTER TABLE "LiteLLM_BudgetTable" DROP COLUMN "allowed_models", DROP COLUMN "temp_budget_increase"',
    );
    const target = await createDatabase('sqlite');
    const database = await openDatabase(target.url);
    const counts = countsOf(await runImport(older.url, database));
    expect(counts).toMatchObject({
      budgets: [3, 0, 1],
      users: [4, 0, 1],
      teams: [1, 0, 0],
      keys: [234, 0, 3],
      models: [1, 0, 1],
    });
    expect(Object.keys(counts)).not.toContain('tags');
    await database.onApplicationShutdown();
    await target.drop();
  });

  it("the command reads its configuration, prints the report and ends with 0; with 1 for a database that is not LiteLLM's", async () => {
    const folder = new GatewayFolder();
    folder.writeConfig({
      general_settings: { master_key: newMasterKey(), database_url: `file:${folder.path}/target.db` },
    });
    const env = { TOLLGATE_ENCRYPTION_KEY: encryptionKey, LITELLM_SALT_KEY: saltKey };
    const run = (url: string, ...args: string[]) =>
      runTollgate(['import', 'litellm', '--database-url', url, ...args], { cwd: folder.path, withinMs: 60_000, env });
    const dry = await run(source.url, '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/models: 1 to bring[^]*keys: 234 to bring, 0 already there, 3 not brought/),
    });
    expect(await run(source.url)).toMatchObject({ code: 0, stdout: expect.stringContaining('objects were brought.') });
    expect(await run(source.url)).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed.') });
    expect(await runTollgate(['audit', 'verify'], { cwd: folder.path, withinMs: 60_000 })).toMatchObject({ code: 0 });
    const empty = await source.another();
    const wrong = await run(empty.url);
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining("no database of LiteLLM's") });
    folder.remove();
  });
});
