/** Keys on real databases: what is written is all of it or nothing, told to the audit log and to every cache. */
import { keyHash } from '../../../src/auth/key-hash.js';
import { newKeyAnswer, keyInfoAnswer, updatedKeyAnswer } from '../../../src/management/keys/key-answers.dto.js';
import { generateKeySchema, updateKeySchema } from '../../../src/management/keys/key-bodies.dto.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { KeysOnDatabase, masterKey, now } from './keys-on-database.js';

const day = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();

describeOnBothDatabases('keys', (database) => {
  let bench: KeysOnDatabase;
  let count = 0;

  beforeAll(async () => {
    bench = await KeysOnDatabase.open(database.url);
    await bench.addOrganization('org');
    await bench.addTeam('team', { organizationId: 'org', settings: { team_member_key_duration: '7d' } });
    await bench.database.run(
      (client) =>
      client.project.create({ data: { id: 'project', teamId: 'team', models: [], metadata: {}, createdBy: 't', updatedBy: 't' } }), // prettier-ignore
    );
    await bench.database.run(
      (client) =>
      client.budget.create({ data: { id: 'budget', limits: { max_budget: '7000000000', rpm_limit: 9 }, createdBy: 't', updatedBy: 't' } }), // prettier-ignore
    );
  });
  beforeEach(() => {
    bench.settings = { defaults: {}, upperBounds: {}, generation: {}, allowsCustomKeys: true, gracePeriod: null };
    bench.forgotten.length = 0;
  });
  afterAll(() => bench.close());

  const newValue = (): string => `sk-${'v'.repeat(20)}-${++count}`;
  const generate = async (body: object = {}): Promise<{ key: string; token: string } & Record<string, unknown>> =>
    (await bench.services.issuer.generate(generateKeySchema.parse(body), bench.admin)) as never;
  const update = (body: object) => bench.services.changer.update(updateKeySchema.parse(body), bench.admin);
  const info = async (key?: string, actor = bench.admin) =>
    (await bench.services.reader.info(key, actor.principal)) as { key: string; info: Record<string, unknown> };
  const auditOf = (objectId: string) =>
    bench.database.run((client) => client.auditEntry.findMany({ where: { objectId }, orderBy: { sequence: 'asc' } }));
  const feed = () => bench.database.run((client) => client.changeFeed.findMany({ orderBy: { sequence: 'asc' } }));

  it('a key has all that it was made with, and shows it ever after but for its value', async () => {
    const value = newValue();
    const body = {
      key: value,
      key_alias: `all-${count}`,
      key_type: 'llm_api',
      duration: '1mo',
      models: ['openai/*'],
      tags: ['a'],
      metadata: { b: { c: 1 } },
      user_id: 'not-there-yet',
      team_id: 'team',
      project_id: 'project',
      organization_id: 'org',
      blocked: true,
      aliases: { fast: 'openai/gpt-4o-mini' },
      enforced_params: ['user'],
      spend: 1.25,
      max_budget: 20,
      soft_budget: 15,
      budget_duration: '30d',
      budget_limits: [{ budget_duration: '1d', max_budget: 2 }],
      model_max_budget: { 'openai/gpt-4o': { max_budget: 3, budget_duration: '7d' } },
      tpm_limit: 1,
      rpm_limit: 2,
      tpd_limit: 3,
      max_parallel_requests: 0,
      model_rpm_limit: { x: 4 },
      model_tpm_limit: { x: 5 },
      tag_rpm_limit: { a: 6 },
      rpm_limit_type: 'dynamic',
    };
    const made = await generate(body);
    expect(newKeyAnswer.parse(made)).toEqual(made);
    const { duration: _duration, key: _key, ...kept } = body;
    expect(made).toMatchObject({
      ...kept,
      key: value,
      token: keyHash(value),
      metadata: { b: { c: 1 }, tags: ['a'] },
      allowed_routes: ['llm_api_routes'],
      expires: '2030-02-28T12:00:00.000Z',
      budget_reset_at: '2030-02-01T00:00:00.000Z',
      status: 'revoked',
      created_by: 'default_user_id',
    });
    const shown = await info(value);
    expect(keyInfoAnswer.parse(shown)).toEqual(shown);
    expect(shown.info).toMatchObject({ ...kept, metadata: { b: { c: 1 }, tags: ['a'] } });
    expect(JSON.stringify(shown.info)).not.toContain(value);
    expect(JSON.stringify(shown.info)).not.toContain(keyHash(value));
    const [entry] = await auditOf(made.token);
    expect(entry).toMatchObject({ action: 'key.generate', objectKind: 'key', actor: 'default_user_id', before: null });
    expect(entry?.after).not.toContain(value);
    const events = (await feed()).slice(-2).map(({ topic, key }) => [topic, key]);
    expect(events).toEqual([['limits', `key:${made.token}`], ['key', made.token]]); // prettier-ignore
    expect(bench.forgotten).toEqual([made.token]);
  });

  it('a budget’s limits hold where the key has none of its own', async () => {
    const made = await generate({ budget_id: 'budget', rpm_limit: 3 });
    expect(made).toMatchObject({ budget_id: 'budget', max_budget: null, rpm_limit: 3, litellm_budget_table: { budget_id: 'budget', max_budget: 7, rpm_limit: 9 } }); // prettier-ignore
    const account = await bench.database.run((client) => client.budgetAccount.findUnique({ where: { id: `key:${made.token}` } })); // prettier-ignore
    expect(account?.maxNanos).toBe(7_000_000_000n);
  });

  it.each([
    ['organization_id', { organization_id: 'nowhere' }],
    ['project_id', { project_id: 'nowhere', team_id: 'team' }],
    ['project_id', { project_id: 'project' }],
    ['budget_id', { budget_id: 'nowhere' }],
  ])('`%s` that leads nowhere: 400, and nothing is made', async (param, body) => {
    const before = await bench.database.run((client) => client.virtualKey.count());
    await expect(generate(body)).rejects.toMatchObject({ code: 'invalid_request', param });
    expect(await bench.database.run((client) => client.virtualKey.count())).toBe(before);
  });

  it('a proxy admin may name a user and a team that are not there yet, as with LiteLLM', async () => {
    expect(await generate({ user_id: 'later', team_id: 'later' })).toMatchObject({
      user_id: 'later',
      team_id: 'later',
    });
  });

  it('a key that exists, its alias, one that was replaced, and the master key are not made again', async () => {
    const value = newValue();
    const made = await generate({ key: value, key_alias: `once-${count}` });
    await expect(generate({ key: value })).rejects.toMatchObject({ code: 'conflict' });
    await expect(generate({ key_alias: made['key_alias'] })).rejects.toMatchObject({ code: 'conflict' });
    await expect(generate({ key: masterKey })).rejects.toMatchObject({ code: 'conflict' });
    await bench.services.renewal.regenerate({ key: value, grace_period: '1h' }, bench.admin);
    await expect(generate({ key: value })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('a team’s keys live as long as the team says, where they belong to somebody and say nothing', async () => {
    expect(await generate({ team_id: 'team', user_id: 'u' })).toMatchObject({ expires: iso(now + 7 * day) });
    expect(await generate({ team_id: 'team', user_id: 'u', duration: '1d' })).toMatchObject({
      expires: iso(now + day),
    });
    expect(await generate({ team_id: 'team' })).toMatchObject({ expires: null });
  });

  describe('what the configuration says', () => {
    it('defaults fill what a request leaves open', async () => {
      const defaults = { max_budget: 5, budget_duration: '30d', duration: '1d', models: ['m'], metadata: { from: 'defaults' }, user_id: 'd', allowed_routes: ['llm_api_routes'] }; // prettier-ignore
      bench.settings = { ...bench.settings, defaults };
      expect(await generate()).toMatchObject({ max_budget: 5, budget_duration: '30d', models: ['m'], metadata: { from: 'defaults' }, user_id: 'd', allowed_routes: ['llm_api_routes'], expires: iso(now + day) }); // prettier-ignore
      expect(await generate({ max_budget: 1, models: ['n'], key_type: 'management', duration: '-1' })).toMatchObject({ max_budget: 1, models: ['n'], allowed_routes: ['management_routes'], expires: null }); // prettier-ignore
    });

    it('bounds fill and forbid, for everybody, when a key is made and when it is changed', async () => {
      const upperBounds = { max_budget: 10, rpm_limit: 5, duration: '30d', budget_duration: '30d' };
      bench.settings = { ...bench.settings, upperBounds };
      const made = await generate();
      expect(made).toMatchObject({
        max_budget: 10,
        rpm_limit: 5,
        budget_duration: '30d',
        expires: iso(now + 30 * day),
      });
      const beyond = { max_budget: 11, rpm_limit: 6, duration: '31d', budget_duration: '2mo' };
      for (const [param, value] of Object.entries(beyond)) {
        await expect(generate({ [param]: value })).rejects.toMatchObject({ code: 'invalid_request', param });
        await expect(update({ key: made.token, [param]: value })).rejects.toMatchObject({ param });
        await expect(update({ key: made.token, [param]: null })).rejects.toMatchObject({ param });
      }
      await expect(generate({ duration: '-1' })).rejects.toMatchObject({ param: 'duration' });
      expect(await update({ key: made.token, max_budget: 9 })).toMatchObject({ max_budget: 9 });
    });

    it('values of keys are not chosen where that is switched off', async () => {
      bench.settings = { ...bench.settings, allowsCustomKeys: false };
      await expect(generate({ key: newValue() })).rejects.toMatchObject({ code: 'forbidden', param: 'key' });
      const { token } = await generate();
      const renewal = { key: token, new_key: newValue() };
      await expect(bench.services.renewal.regenerate(renewal, bench.admin)).rejects.toMatchObject({ param: 'new_key' });
    });
  });

  describe('a change', () => {
    it('leaves what it does not name, and lifts by null', async () => {
      const made = await generate({ models: ['m'], max_budget: 5, rpm_limit: 3, tags: ['t'], metadata: { a: 1 }, duration: '1d', aliases: { x: 'm' } }); // prettier-ignore
      const changed = await update({ key: made.key, max_budget: 7, metadata: { b: 2 } });
      expect(updatedKeyAnswer.parse(changed)).toEqual(changed);
      expect(changed).toMatchObject({ key: made.key, token: made.token, models: ['m'], max_budget: 7, rpm_limit: 3, metadata: { b: 2, tags: ['t'] }, tags: ['t'], aliases: { x: 'm' }, expires: made['expires'] }); // prettier-ignore
      expect(await update({ key: made.token, max_budget: null, rpm_limit: null, duration: null, tags: null })).toMatchObject({ max_budget: null, rpm_limit: null, expires: null, tags: [] }); // prettier-ignore
      const [, entry] = await auditOf(made.token);
      expect(JSON.parse(entry?.before ?? '')).toMatchObject({ max_budget: 5 });
      expect(JSON.parse(entry?.after ?? '')).toMatchObject({ max_budget: 7 });
    });

    it('loses nothing of another one at the same moment', async () => {
      const { token } = await generate();
      const changes = [{ models: ['m'] }, { metadata: { a: 1 } }, { aliases: { x: 'm' } }, { enforced_params: ['user'] }, { rpm_limit: 1 }, { tpm_limit: 2 }]; // prettier-ignore
      await Promise.all(changes.map((change) => update({ key: token, ...change })));
      expect((await info(token)).info).toMatchObject(Object.assign({}, ...changes) as object);
    });

    it('finds its key by the alias where it names no key', async () => {
      const { token } = await generate({ key_alias: 'find-me' });
      expect(await update({ key_alias: 'find-me', rpm_limit: 4 })).toMatchObject({ token, key_alias: 'find-me', rpm_limit: 4 }); // prettier-ignore
      await expect(update({ key_alias: 'nobody', rpm_limit: 4 })).rejects.toMatchObject({ status: 404 });
      await expect(update({ key: 'sk-nobody', rpm_limit: 4 })).rejects.toMatchObject({ status: 404 });
    });

    it('gives a temporary increase with its end', async () => {
      const { token } = await generate({ max_budget: 5 });
      const changed = await update({ key: token, temp_budget_increase: 2, temp_budget_expiry: '1d' });
      expect(changed).toMatchObject({ temp_budget_increase: 2, temp_budget_expiry: iso(now + day) });
      await expect(update({ key: token, temp_budget_increase: 2 })).rejects.toMatchObject({
        param: 'temp_budget_expiry',
      });
    });

    it('of many keys goes on past those that are refused', async () => {
      const one = await generate();
      const other = await generate({ key_alias: `bulk-${++count}` });
      const answer = await bench.services.changer.updateMany(
        { keys: [{ key: one.token, max_budget: 1 }, { key: 'sk-nobody', max_budget: 1 }, { key: one.token, key_alias: String(other['key_alias']) }, { key: other.token, tags: ['z'] }] }, // prettier-ignore
        bench.admin,
      );
      expect(answer).toMatchObject({
        total_requested: 4,
        successful_updates: [
          { key: one.token, key_info: { max_budget: 1 } },
          { key: other.token, key_info: { tags: ['z'] } },
        ],
        failed_updates: [
          { key: 'sk-nobody', failed_reason: 'Key not found in database' },
          { key: one.token, failed_reason: expect.stringContaining('exists already') as string },
        ],
      });
    });

    it('blocks and unblocks', async () => {
      const { token } = await generate();
      expect(await bench.services.changer.setBlocked(token, true, bench.admin)).toMatchObject({ token, blocked: true, status: 'revoked' }); // prettier-ignore
      expect(await bench.services.changer.setBlocked(token, false, bench.admin)).toMatchObject({ token, blocked: false, status: 'active' }); // prettier-ignore
      expect((await auditOf(token)).map(({ action }) => action)).toEqual(['key.generate', 'key.block', 'key.unblock']);
    });

    it('resets the spend to what was really spent at most, and begins the windows anew', async () => {
      const { token } = await generate({ spend: 4, max_budget: 3, budget_limits: [{ budget_duration: '1d', max_budget: 1 }] }); // prettier-ignore
      const window = `key:${token}/w/1d`;
      await bench.database.run((client) => client.budgetAccount.update({ where: { id: window }, data: { spentNanos: 9n } })); // prettier-ignore
      const { changer } = bench.services;
      for (const to of [4.5, 3.5]) {
        await expect(changer.resetSpend(token, to, bench.admin)).rejects.toMatchObject({ param: 'reset_to' });
      }
      expect(await changer.resetSpend(token, 0.5, bench.admin)).toEqual({ key_hash: token, spend: 0.5, previous_spend: 4, max_budget: 3, budget_reset_at: null }); // prettier-ignore
      expect((await info(token)).info).toMatchObject({
        spend: 0.5,
        budget_limits_usage: { '1d': { current_spend: 0 } },
      });
    });
  });

  describe('a new value', () => {
    it('has all that the old one had: limits, spend, files, mappings of tokens', async () => {
      const made = await generate({ max_budget: 9, spend: 2, models: ['m'], key_alias: `renew-${++count}`, model_max_budget: { m: { max_budget: 1 } } }); // prettier-ignore
      await bench.database.run(async (client) => {
        await client.jwtKeyMapping.create({ data: { id: `j${count}`, claimName: 'c', claimValue: `${count}`, token: made.token, createdBy: 't', updatedBy: 't' } }); // prettier-ignore
      });
      const renewed = await bench.services.renewal.regenerate({ key: made.key }, bench.admin);
      expect(newKeyAnswer.parse(renewed)).toEqual(renewed);
      expect(renewed['key']).not.toBe(made.key);
      expect(renewed).toMatchObject({ max_budget: 9, spend: 2, models: ['m'], key_alias: made['key_alias'], model_max_budget: { m: { max_budget: 1 } } }); // prettier-ignore
      await expect(info(made.key)).rejects.toMatchObject({ status: 404 });
      const token = String(renewed['token']);
      await bench.database.run(async (client) => {
        expect(await client.budgetAccount.count({ where: { owner: `key:${made.token}` } })).toBe(0);
        expect((await client.budgetAccount.findMany({ where: { owner: `key:${token}` } })).map(({ id }) => id).sort()).toEqual([`key:${token}`, `key:${token}/m/m`]); // prettier-ignore
        expect(await client.jwtKeyMapping.count({ where: { token } })).toBe(1);
      });
      expect(bench.forgotten).toEqual(expect.arrayContaining([made.token, token]));
    });

    it('lets the old one live for its grace period, also through further renewals', async () => {
      const first = await generate();
      const second = await bench.services.renewal.regenerate({ key: first.key, grace_period: '2h' }, bench.admin);
      const third = await bench.services.renewal.regenerate({ key: String(second['key']), grace_period: '1h' }, bench.admin); // prettier-ignore
      const rows = await bench.database.run((client) =>
        client.replacedKey.findMany({
          where: { currentToken: String(third['token']) },
          orderBy: { validUntil: 'asc' },
        }),
      );
      expect(rows.map(({ token, validUntil }) => [token, validUntil.getTime()])).toEqual([
        [second['token'], now + 3_600_000],
        [first.token, now + 7_200_000],
      ]);
      expect((await info(first.key)).info).toMatchObject({ key_name: third['key_name'] });
    });

    it('takes the grace period of the environment where the request has none, and none at all otherwise', async () => {
      const validUntil = async (token: string): Promise<number | undefined> =>
        (await bench.database.run((client) => client.replacedKey.findUnique({ where: { token } })))?.validUntil.getTime(); // prettier-ignore
      const one = await generate();
      await bench.services.renewal.regenerate({ key: one.key }, bench.admin);
      expect(await validUntil(one.token)).toBe(now);
      bench.settings = { ...bench.settings, gracePeriod: '24h' };
      const other = await generate();
      await bench.services.renewal.regenerate({ key: other.key }, bench.admin);
      expect(await validUntil(other.token)).toBe(now + day);
    });

    it('comes with changes, chosen values, and only once where two ask at once', async () => {
      const made = await generate();
      const value = newValue();
      const renewed = await bench.services.renewal.regenerateOne(made.token, { new_key: value, rpm_limit: 8 }, bench.admin); // prettier-ignore
      expect(renewed).toMatchObject({ key: value, token: keyHash(value), rpm_limit: 8 });
      const both = await Promise.allSettled([1, 2].map(() => bench.services.renewal.regenerate({ key: value }, bench.admin))); // prettier-ignore
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await expect(bench.services.renewal.regenerate({}, bench.admin)).rejects.toMatchObject({ param: 'key' });
    });
  });

  describe('a deletion', () => {
    it('takes all or none, and keeps what they were', async () => {
      const one = await generate({ key_alias: `gone-${++count}`, max_budget: 3 });
      const other = await generate({ max_budget: 4 });
      const { remover } = bench.services;
      await expect(remover.delete({ keys: [one.key, 'sk-nobody'] }, bench.admin)).rejects.toMatchObject({
        status: 404,
      });
      expect((await info(one.key)).info['status']).toBe('active');
      const answer = await remover.delete({ keys: [other.token], key_aliases: [`gone-${count}`] }, bench.admin);
      expect(answer).toEqual({ deleted_keys: [other.token, `gone-${count}`] });
      const shown = await info(one.token);
      expect(keyInfoAnswer.parse(shown)).toEqual(shown);
      expect(shown.info).toMatchObject({ status: 'deleted', max_budget: 3, deleted_at: iso(now), deleted_by: 'default_user_id' }); // prettier-ignore
      await bench.database.run(async (client) => {
        expect(await client.ownerLimits.count({ where: { owner: `key:${one.token}` } })).toBe(0);
        expect(await client.budgetAccount.count({ where: { owner: `key:${one.token}` } })).toBe(0);
      });
      expect((await auditOf(one.token)).map(({ action }) => action)).toEqual(['key.generate', 'key.delete']);
    });

    it('ends the values that it had before', async () => {
      const made = await generate();
      const renewed = await bench.services.renewal.regenerate({ key: made.key, grace_period: '1d' }, bench.admin);
      bench.forgotten.length = 0;
      await bench.services.remover.delete({ keys: [String(renewed['key'])] }, bench.admin);
      expect(bench.forgotten).toEqual([made.token, renewed['token']]);
      expect(await bench.database.run((client) => client.replacedKey.count({ where: { token: made.token } }))).toBe(0);
    });
  });

  it('reports what a key has spent by model, with its earlier values', async () => {
    const made = await generate();
    const renewed = await bench.services.renewal.regenerate({ key: made.key }, bench.admin);
    const token = String(renewed['token']);
    const row = (apiKeyHash: string, date: string, model: string, spendNanos: bigint) => ({
      id: `${apiKeyHash}${date}${model}`,
      date,
      kind: 'all',
      entity: '',
      apiKeyHash,
      userId: '',
      teamId: '',
      organizationId: '',
      projectId: '',
      modelGroup: model,
      model,
      provider: 'p',
      requests: 1,
      failedRequests: 0,
      promptTokens: 10n,
      completionTokens: 2n,
      cacheReadTokens: 0n,
      cacheWriteTokens: 0n,
      spendNanos, // prettier-ignore
    });
    await bench.database.run((client) =>
      client.dailySpend.createMany({
        data: [
          row(made.token, '2030-01-01', 'a', 1_000_000_000n),
          row(token, '2030-01-02', 'a', 500_000_000n),
          row(token, '2030-01-02', 'b', 250_000_000n),
          row(token, '2030-01-03', 'b', 7n),
        ],
      }),
    );
    const query = { start_date: '2030-01-01', end_date: '2030-01-02', api_key: token };
    expect(await bench.services.reader.spendReport(query, bench.admin.principal)).toEqual([
      {
        api_key: token,
        total_cost: 1.75,
        total_input_tokens: 30,
        total_output_tokens: 6,
        model_details: [
          { model: 'a', total_cost: 1.5, total_input_tokens: 20, total_output_tokens: 4 },
          { model: 'b', total_cost: 0.25, total_input_tokens: 10, total_output_tokens: 2 },
        ],
      },
    ]);
    const stranger = bench.principal({ userId: 'stranger' });
    await expect(bench.services.reader.spendReport(query, stranger)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
