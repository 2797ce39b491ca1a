/**
 * The attack: an internal user, a team's member or admin, or an organization's admin reaches for keys, owners and powers that are not theirs,
 * by every route that makes or changes keys (S-08, S-09). Each is refused by name, and nothing is changed.
 */
import {
  generateKeySchema,
  regenerateKeySchema,
  updateKeySchema,
} from '../../../src/management/keys/key-bodies.dto.js';
import type { Actor } from '../../../src/management/writes/actor.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { KeysOnDatabase } from './keys-on-database.js';

const hour = 3_600_000;

describeOnBothDatabases('who makes and changes keys', (database) => {
  let bench: KeysOnDatabase;
  let count = 0;
  /** As seen in the database: all keys, their limits, and the audit log. */
  const everything = () =>
    bench.database.run(async (client) => ({
      keys: await client.virtualKey.findMany({ orderBy: { token: 'asc' } }),
      limits: await client.ownerLimits.findMany({ orderBy: { owner: 'asc' } }),
      accounts: await client.budgetAccount.findMany({ orderBy: { id: 'asc' } }),
      audit: await client.auditEntry.count(),
    }));

  beforeAll(async () => {
    bench = await KeysOnDatabase.open(database.url);
    await bench.addOrganization('org', ['a', 'b', 'c'], { boss: 'org_admin', insider: 'internal_user' });
    await bench.addOrganization('foreign');
    for (const user of ['user', 'lead', 'member', 'maker', 'boss', 'insider', 'other']) await bench.addUser(user, user === 'user' ? ['a', 'b'] : []); // prettier-ignore
    await bench.addTeam('team', {
      organizationId: 'org',
      models: ['a', 'b'],
      members: { lead: 'admin', member: 'user' },
    });
    await bench.addTeam('open', { permissions: ['/key/generate', '/key/update', '/key/delete'], members: { maker: 'user', other: 'user' } }); // prettier-ignore
    await bench.addTeam('closed', { members: { other: 'admin' } });
    const { limits } = bench.services;
    await bench.database.transaction(async (tx) => {
      await limits.write(tx, 'user:user', { maxNanos: 10_000_000_000n, rates: { rpm: 10 } });
      await limits.write(tx, 'team:team', { maxNanos: 20_000_000_000n, rates: { tpm: 100 } });
      await limits.write(tx, 'organization:org', { rates: { maxParallel: 5 } });
    });
  });
  afterAll(() => bench.close());
  beforeEach(() => {
    bench.settings = { defaults: {}, upperBounds: {}, generation: {}, allowsCustomKeys: true, gracePeriod: null };
  });

  const as = (userId: string, key?: string): Actor => bench.actor({ userId, ...(key !== undefined && { key }) });
  const generate = (body: object, actor: Actor) => bench.services.issuer.generate(generateKeySchema.parse(body), actor);
  const update = (body: object, actor: Actor) => bench.services.changer.update(updateKeySchema.parse(body), actor);
  const regenerate = (body: object, actor: Actor) =>
    bench.services.renewal.regenerate(regenerateKeySchema.parse(body), actor);
  /** A key made by the proxy admin: its value. */
  const given = async (body: object): Promise<string> => {
    const key = `sk-given-${'x'.repeat(20)}-${++count}`;
    await generate({ key, ...body }, bench.admin);
    return key;
  };
  async function expectRefused(work: () => Promise<unknown>, param: string, code = 'forbidden'): Promise<void> {
    const before = await everything();
    await expect(work()).rejects.toMatchObject({ code, param });
    expect(await everything()).toEqual(before);
  }

  describe('an internal user', () => {
    it('makes keys of their own, within what they have', async () => {
      expect(await generate({ models: ['a'], max_budget: 10, rpm_limit: 10 }, as('user'))).toMatchObject({ user_id: 'user', created_by: 'user' }); // prettier-ignore
      expect(await generate({ user_id: 'user' }, as('user'))).toMatchObject({ user_id: 'user', models: [] });
    });

    it.each<[object, string, string]>([
      [{ user_id: 'other' }, 'user_id', 'forbidden'],
      [{ user_id: 'nowhere' }, 'user_id', 'forbidden'],
      [{ team_id: 'closed' }, 'team_id', 'forbidden'],
      [{ team_id: 'nowhere' }, 'team_id', 'forbidden'],
      [{ organization_id: 'foreign' }, 'organization_id', 'forbidden'],
      [{ organization_id: 'nowhere' }, 'organization_id', 'forbidden'],
      [{ project_id: 'nowhere' }, 'project_id', 'invalid_request'],
      [{ models: ['a', 'c'] }, 'models', 'forbidden'],
      [{ aliases: { a: 'c' } }, 'aliases', 'forbidden'],
      [{ max_budget: 10.01 }, 'max_budget', 'forbidden'],
      [{ rpm_limit: 11 }, 'rpm_limit', 'forbidden'],
      [{ spend: 1 }, 'spend', 'forbidden'],
    ])('does not make one with %j', async (body, param, code) => {
      await expectRefused(() => generate(body, as('user')), param, code);
    });

    it('who is not in the database makes none', async () => {
      await expectRefused(() => generate({}, as('ghost')), 'user_id', 'invalid_request');
    });

    it('a key of nobody makes none', async () => {
      const nobody = bench.actor({ key: await given({}) });
      await expectRefused(() => generate({}, nobody), 'user_id');
    });

    it('hands on no more than the key that they use has, and a key that says nothing has just that', async () => {
      const limited = await given({ user_id: 'user', models: ['a'], max_budget: 3, budget_duration: '30d', rpm_limit: 2, duration: '1h', key_type: 'llm_api', enforced_params: ['user'], allowed_cache_controls: ['ttl'], budget_limits: [{ budget_duration: '1d', max_budget: 1 }], model_max_budget: { a: { max_budget: 2 } }, model_rpm_limit: { a: 1 } }); // prettier-ignore
      const caller = as('user', limited);
      expect(await generate({}, caller)).toMatchObject({
        models: ['a'],
        max_budget: 3,
        budget_duration: '30d',
        rpm_limit: 2,
        allowed_routes: ['llm_api_routes'],
        enforced_params: ['user'],
        allowed_cache_controls: ['ttl'],
        budget_limits: [{ budget_duration: '1d', max_budget: 1 }],
        model_max_budget: { a: { max_budget: 2 } },
        model_rpm_limit: { a: 1 },
        expires: new Date(bench.clock.now() + hour).toISOString(),
      });
      const beyond: [object, string][] = [
        [{ models: ['b'] }, 'models'],
        [{ max_budget: 4 }, 'max_budget'],
        [{ max_budget: 3, budget_duration: '1d' }, 'max_budget'],
        [{ rpm_limit: 3 }, 'rpm_limit'],
        [{ duration: '2h' }, 'duration'],
        [{ key_type: 'management' }, 'allowed_routes'],
        [{ allowed_routes: ['/key/generate'] }, 'allowed_routes'],
        [{ budget_limits: [{ budget_duration: '1d', max_budget: 2 }] }, 'budget_limits'],
        [{ model_max_budget: { a: { max_budget: 3 } } }, 'model_max_budget'],
        [{ model_rpm_limit: { a: 2 } }, 'model_rpm_limit'],
        [{ allowed_cache_controls: ['ttl', 'no-cache'] }, 'allowed_cache_controls'],
      ];
      for (const [body, param] of beyond) await expectRefused(() => generate(body, caller), param);
    });

    it('tightens a key of their own, and loosens nothing that it was limited to', async () => {
      const held = { allowed_ips: ['10.0.0.1'], enforced_params: ['user'] };
      const key = await given({
        user_id: 'user',
        models: ['a'],
        max_budget: 3,
        rpm_limit: 2,
        duration: '1d',
        metadata: held,
      });
      expect(await update({ key, max_budget: 2, rpm_limit: 1, key_alias: `mine-${count}`, metadata: { ...held, m: 1 }, duration: '1h' }, as('user'))).toMatchObject({ max_budget: 2, rpm_limit: 1, key_alias: `mine-${count}` }); // prettier-ignore
      const beyond: [object, string][] = [
        [{ max_budget: 3 }, 'max_budget'],
        [{ max_budget: null }, 'max_budget'],
        [{ temp_budget_increase: 1, temp_budget_expiry: '1d' }, 'max_budget'],
        [{ rpm_limit: null }, 'rpm_limit'],
        [{ models: [] }, 'models'],
        [{ models: ['b'] }, 'models'],
        [{ duration: '2h' }, 'duration'],
        [{ duration: null }, 'duration'],
        [{ spend: 0 }, 'spend'],
        [{ blocked: false }, 'blocked'],
        [{ metadata: {} }, 'allowed_ips'],
        [{ metadata: { allowed_ips: ['10.0.0.1', '10.0.0.2'], enforced_params: ['user'] } }, 'allowed_ips'],
        [{ enforced_params: [], metadata: { allowed_ips: ['10.0.0.1'] } }, 'enforced_params'],
        [{ user_id: 'other' }, 'user_id'],
        [{ user_id: null }, 'user_id'],
        [{ team_id: 'closed' }, 'team_id'],
        [{ organization_id: 'foreign' }, 'organization_id'],
      ];
      for (const [body, param] of beyond) await expectRefused(() => update({ key, ...body }, as('user')), param);
    });

    it('a foreign key and one that does not exist are the same to them, on every route', async () => {
      const foreign = await given({ user_id: 'other', key_alias: 'foreign-alias' });
      const { changer, remover, reader } = bench.services;
      const caller = as('user');
      const attempts: ((key: string) => Promise<unknown>)[] = [
        (key) => update({ key, metadata: {} }, caller),
        (key) => regenerate({ key }, caller),
        (key) => changer.setBlocked(key, true, caller),
        (key) => changer.setBlocked(key, false, caller),
        (key) => changer.resetSpend(key, 0, caller),
        (key) => remover.delete({ keys: [key] }, caller),
        (key) => reader.info(key, caller.principal),
      ];
      const before = await everything();
      for (const attempt of attempts) {
        const heard = await Promise.all(['sk-nowhere', foreign].map((key) => attempt(key).catch((error: unknown) => error))); // prettier-ignore
        expect(heard[0]).toMatchObject({ code: 'forbidden' });
        expect(String(heard[1])).toBe(String(heard[0]));
      }
      const byAlias = await Promise.all(['foreign-alias', 'nowhere'].map((alias) => update({ key_alias: alias, metadata: {} }, caller).catch((error: unknown) => (error as { code: string }).code))); // prettier-ignore
      expect(byAlias).toEqual(['forbidden', 'forbidden']);
      expect(await everything()).toEqual(before);
      expect(await reader.infos({ keys: [foreign, 'sk-nowhere'] }, caller.principal)).toMatchObject({ info: [] });
    });

    it('gives their own key up, or a new value, with no more than it had', async () => {
      const key = await given({ user_id: 'user', max_budget: 3 });
      await expectRefused(() => regenerate({ key, max_budget: 4 }, as('user')), 'max_budget');
      const renewed = await regenerate({ key }, as('user'));
      expect(renewed).toMatchObject({ max_budget: 3, user_id: 'user' });
      await bench.services.remover.delete({ keys: [String(renewed['key'])] }, as('user'));
    });
  });

  describe('within a team', () => {
    it('a member makes and changes nothing that the team does not let', async () => {
      const key = await given({ team_id: 'team', user_id: 'member' });
      await expectRefused(() => generate({ team_id: 'team' }, as('member')), 'team_id');
      await expectRefused(() => update({ key, metadata: {} }, as('member')), 'key');
      expect(await bench.services.reader.info(key, as('member').principal)).toMatchObject({
        info: { team_id: 'team' },
      });
    });

    it('a member whom it lets makes keys for themselves alone', async () => {
      expect(await generate({ team_id: 'open' }, as('maker'))).toMatchObject({ team_id: 'open', user_id: 'maker' });
      await expectRefused(() => generate({ team_id: 'open', user_id: 'other' }, as('maker')), 'user_id');
      await expectRefused(() => bench.services.issuer.generateForService({ team_id: 'open' }, as('maker')), 'team_id');
      const others = await given({ team_id: 'open', user_id: 'other', max_budget: 5 });
      expect(await update({ key: others, max_budget: 4 }, as('maker'))).toMatchObject({ max_budget: 4 });
      await expectRefused(() => update({ key: others, max_budget: 5 }, as('maker')), 'max_budget');
      await expectRefused(() => bench.services.changer.setBlocked(others, true, as('maker')), 'key');
    });

    it('its admin makes keys for its members and its services, within what the team has', async () => {
      expect(await generate({ team_id: 'team', user_id: 'member', models: ['a'], max_budget: 20 }, as('lead'))).toMatchObject({ user_id: 'member' }); // prettier-ignore
      const service = await bench.services.issuer.generateForService({ team_id: 'team' }, as('lead'));
      expect(service).toMatchObject({ user_id: null, team_id: 'team' });
      const beyond: [object, string, string?][] = [
        [{ user_id: 'other' }, 'user_id', 'invalid_request'],
        [{ models: ['c'] }, 'models'],
        [{ models: ['all-team-models', 'c'] }, 'models'],
        [{ max_budget: 21 }, 'max_budget'],
        [{ tpm_limit: 101 }, 'tpm_limit'],
        [{ max_parallel_requests: 6 }, 'max_parallel_requests'],
        [{ organization_id: 'foreign' }, 'organization_id', 'invalid_request'],
      ];
      for (const [body, param, code] of beyond) {
        await expectRefused(() => generate({ team_id: 'team', ...body }, as('lead')), param, code);
      }
      expect(await generate({ team_id: 'team', models: ['all-team-models'] }, as('lead'))).toMatchObject({ models: ['all-team-models'] }); // prettier-ignore
    });

    it('its admin changes, blocks and resets its keys, within what the team has, and no others', async () => {
      const key = await given({ team_id: 'team', user_id: 'member', max_budget: 5, spend: 3 });
      const { changer } = bench.services;
      expect(await update({ key, max_budget: 20, user_id: 'lead' }, as('lead'))).toMatchObject({ user_id: 'lead' });
      await expectRefused(() => update({ key, max_budget: 21 }, as('lead')), 'max_budget');
      await expectRefused(() => update({ key, team_id: 'closed' }, as('lead')), 'team_id');
      await changer.setBlocked(key, true, as('lead'));
      expect(await update({ key, blocked: false }, as('lead'))).toMatchObject({ blocked: false });
      expect(await changer.resetSpend(key, 1, as('lead'))).toMatchObject({ spend: 1 });
      const foreign = await given({ team_id: 'closed', user_id: 'lead' });
      await expectRefused(() => changer.setBlocked(foreign, true, as('lead')), 'key');
      await expectRefused(() => update({ key: foreign, metadata: {} }, as('lead')), 'key');
    });

    it('a key that moves into a team comes with no more than the team has', async () => {
      const key = await given({ user_id: 'lead', models: ['a', 'c'], max_budget: 30 });
      await expectRefused(() => update({ key, team_id: 'team' }, as('lead')), 'models');
      await expectRefused(() => update({ key, team_id: 'team', models: ['a'] }, as('lead')), 'max_budget');
      expect(await update({ key, team_id: 'team', models: ['a'], max_budget: 20 }, as('lead'))).toMatchObject({ team_id: 'team' }); // prettier-ignore
    });
  });

  describe('within an organization', () => {
    it('its admin has a say in the keys of its teams and in its own, and in no others', async () => {
      const ofTeam = await given({ team_id: 'team', user_id: 'member' });
      const own = await given({ organization_id: 'org', user_id: 'insider' });
      const foreign = await given({ organization_id: 'foreign' });
      const { changer, reader } = bench.services;
      for (const key of [ofTeam, own]) {
        expect(await changer.setBlocked(key, true, as('boss'))).toMatchObject({ blocked: true });
        expect(await update({ key, blocked: false }, as('boss'))).toMatchObject({ blocked: false });
        await reader.info(key, as('boss').principal);
      }
      await expectRefused(() => changer.setBlocked(foreign, true, as('boss')), 'key');
      expect(await generate({ team_id: 'team', user_id: 'member' }, as('boss'))).toMatchObject({ team_id: 'team' });
      await expectRefused(() => generate({ organization_id: 'org', models: ['d'] }, as('boss')), 'models');
      await expectRefused(() => generate({ organization_id: 'foreign' }, as('boss')), 'organization_id');
    });
  });

  describe('where the configuration leaves it to others', () => {
    it('keys are made by the roles that it names, with what it requires', async () => {
      bench.settings = {
        ...bench.settings,
        generation: {
          team_key_generation: { allowed_team_member_roles: ['admin'], required_params: ['tags'] },
          personal_key_generation: { allowed_user_roles: ['proxy_admin'] },
        },
      };
      await expect(generate({}, as('user'))).rejects.toMatchObject({ code: 'forbidden' });
      await expect(generate({ team_id: 'open', tags: ['x'] }, as('maker'))).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expectRefused(() => generate({ team_id: 'team' }, as('lead')), 'tags', 'invalid_request');
      expect(await generate({ team_id: 'team', tags: ['x'] }, as('lead'))).toMatchObject({ tags: ['x'] });
      expect(await generate({}, bench.admin)).toMatchObject({ user_id: null });
    });
  });

  it('a looker changes nothing, whatever is theirs', async () => {
    const key = await given({ user_id: 'user' });
    const looker = bench.actor({ role: 'internal_user_viewer', userId: 'user' });
    await expectRefused(() => update({ key, metadata: {} }, looker), 'key');
    await expectRefused(() => bench.services.remover.delete({ keys: [key] }, looker), 'keys');
    await expectRefused(() => regenerate({ key }, looker), 'key');
    expect(await bench.services.reader.info(key, looker.principal)).toMatchObject({ info: { user_id: 'user' } });
  });
});
