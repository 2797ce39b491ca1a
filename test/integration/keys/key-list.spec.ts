/** Lists of keys on real databases: every filter, every order, every page, and nobody's keys but those that the caller may see. */
import { keyAliasesAnswer, keyListAnswer } from '../../../src/management/keys/key-answers.dto.js';
import { generateKeySchema } from '../../../src/management/keys/key-bodies.dto.js';
import { keyAliasesQuerySchema, keyListQuerySchema } from '../../../src/management/keys/key-queries.dto.js';
import type { Actor } from '../../../src/management/writes/actor.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { KeysOnDatabase } from './keys-on-database.js';

const minute = 60_000;

describeOnBothDatabases('lists of keys', (database) => {
  let bench: KeysOnDatabase;
  const tokens = new Map<string, string>();
  const aliasOf = (token: unknown): string => [...tokens].find(([, known]) => known === token)?.[0] ?? String(token);

  beforeAll(async () => {
    bench = await KeysOnDatabase.open(database.url);
    await bench.addOrganization('o1', [], { oa: 'org_admin', u1: 'internal_user' });
    await bench.addOrganization('o2');
    for (const user of ['u1', 'u2', 'u10', 'oa']) await bench.addUser(user);
    await bench.addTeam('t1', { organizationId: 'o1', members: { u1: 'admin', u2: 'user' } });
    await bench.addTeam('t2', { members: { u1: 'user' } });
    await bench.addTeam('t3', { members: { u2: 'user' }, permissions: ['/key/list'] });
    await bench.database.run(
      (client) =>
      client.project.create({ data: { id: 'p1', teamId: 't1', models: [], metadata: {}, createdBy: 't', updatedBy: 't' } }), // prettier-ignore
    );
    const bodies: Record<string, object> = {
      A: { user_id: 'u1', max_budget: 5, spend: 3, rpm_limit: 7, budget_duration: '1d' },
      B: { user_id: 'u2', team_id: 't1', max_budget: 1, spend: 1, tpm_limit: 2 },
      C: { team_id: 't1', project_id: 'p1', duration: '1h', spend: 2, rpm_limit: 3 },
      D: { team_id: 't2', blocked: true, duration: '2d' },
      E: { user_id: 'u10', organization_id: 'o1', max_budget: 9, budget_duration: '2mo', tpm_limit: 1 },
      F: { user_id: 'u2', team_id: 't3' },
      G: { organization_id: 'o2' },
    };
    for (const [alias, body] of Object.entries(bodies)) {
      bench.clock.advance(minute);
      const made = await bench.services.issuer.generate(
        generateKeySchema.parse({ ...body, key_alias: `Alias-${alias}` }),
        bench.admin,
      );
      tokens.set(alias, String(made['token']));
    }
    bench.clock.advance(60 * minute);
    await bench.services.changer.update({ key: tokens.get('B') ?? '', tags: ['x'] }, bench.admin);
  });
  afterAll(() => bench.close());

  const list = (query: object = {}, caller: Actor = bench.admin) =>
    bench.services.lister.list(keyListQuerySchema.parse(query), caller.principal);
  const shown = async (query: object = {}, caller?: Actor): Promise<string> => {
    const answer = await list(query, caller);
    expect(keyListAnswer.parse(answer)).toEqual(answer);
    const { keys, total_count: total } = answer as { keys: unknown[]; total_count: number };
    if (!('page' in query)) expect(total).toBe(keys.length);
    return keys.map(aliasOf).join('');
  };

  it.each<[object, string]>([
    [{}, 'GFEDCBA'],
    [{ user_id: 'u1' }, 'A'],
    [{ user_id: 'U1' }, ''],
    [{ user_id: 'U1', substring_matching: 'true' }, 'EA'],
    [{ team_id: 't1' }, 'CB'],
    [{ organization_id: 'o1' }, 'E'],
    [{ project_id: 'p1' }, 'C'],
    [{ key_alias: 'Alias-A' }, 'A'],
    [{ key_alias: 'alias-a' }, ''],
    [{ key_alias: 'alias-a', substring_matching: 'true' }, 'A'],
    [{ search: 'ALIAS' }, 'GFEDCBA'],
    [{ search: 'nothing' }, ''],
    [{ status: 'active' }, 'GFEBA'],
    [{ status: 'expired' }, 'C'],
    [{ status: 'revoked' }, 'D'],
    [{ expires: 'expired' }, 'C'],
    [{ expires: 'active' }, 'GFEDBA'],
    [{ user_id: 'u2', team_id: 't1' }, 'B'],
    [{ user_id: 'default_user_id', include_created_by_keys: 'true' }, 'GFEDCBA'],
  ])('%j shows %s', async (query, expected) => {
    expect(await shown(query)).toBe(expected);
  });

  it('shows the key with a hash', async () => {
    expect(await shown({ key_hash: tokens.get('C') })).toBe('C');
    expect(await shown({ search: tokens.get('C') })).toBe('C');
  });

  it.each<[string, string, string]>([
    ['created_at', 'ABCDEFG', 'GFEDCBA'],
    ['updated_at', 'ACDEFGB', 'BGFEDCA'],
    ['key_alias', 'ABCDEFG', 'GFEDCBA'],
    ['expires', 'CD', 'DC'],
    ['spend', 'BCA', 'ACB'],
    ['max_budget', 'BAE', 'EAB'],
    ['budget_reset_at', 'AE', 'EA'],
    ['tpm_limit', 'EB', 'BE'],
    ['rpm_limit', 'CA', 'AC'],
  ])('sorts by %s, and what has no value comes last', async (sort, ascending, descending) => {
    const up = await shown({ sort_by: sort, sort_order: 'asc' });
    const down = await shown({ sort_by: sort, sort_order: 'desc' });
    if (sort === 'spend') expect([up.slice(-3), down.slice(0, 3)]).toEqual([ascending, descending]);
    else expect([up.slice(0, ascending.length), down.slice(0, descending.length)]).toEqual([ascending, descending]);
    expect([up.length, down.length]).toEqual([7, 7]);
  });

  it.each(['created_at', 'key_alias', 'spend', 'token'])(
    'by %s its pages are the list, each key once',
    async (sort) => {
      const whole = await shown({ sort_by: sort });
      let pages = '';
      for (let page = 1; page <= 4; page += 1) {
        const query = { sort_by: sort, size: '2', page: String(page) };
        pages += await shown(query);
        expect(await list(query)).toMatchObject({ total_count: 7, current_page: page, total_pages: 4 });
      }
      expect(pages).toBe(whole);
      expect(await list({ size: '2', page: '9' })).toMatchObject({ keys: [], total_count: 7, total_pages: 4 });
    },
  );

  it('shows whole keys, and their users', async () => {
    const { keys } = (await list({ return_full_object: 'true', key_alias: 'Alias-A' })) as { keys: object[] };
    expect(keys).toEqual([expect.objectContaining({ token: tokens.get('A'), key_alias: 'Alias-A', max_budget: 5, spend: 3, status: 'active' })]); // prettier-ignore
    const expanded = await list({ expand: 'user', key_alias: 'Alias-A' });
    expect(keyListAnswer.parse(expanded)).toEqual(expanded);
    expect(expanded).toMatchObject({ keys: [{ user: { user_id: 'u1', user_role: 'internal_user' } }] });
  });

  describe('within what the caller may see', () => {
    const user = (userId: string): Actor => bench.actor({ userId });

    it.each<[string, object, string]>([
      ['u1', {}, 'A'],
      ['u1', { include_team_keys: 'true' }, 'DCBA'],
      ['u2', {}, 'FB'],
      ['u2', { include_team_keys: 'true' }, 'FCB'],
      ['u2', { include_team_keys: 'true', team_id: 't1' }, 'CB'],
      ['u10', { include_team_keys: 'true', include_created_by_keys: 'true' }, 'E'],
      ['oa', {}, ''],
      ['oa', { include_team_keys: 'true' }, 'ECB'],
      ['oa', { organization_id: 'o1' }, 'E'],
      ['oa', { team_id: 't1', include_team_keys: 'true' }, 'CB'],
      ['nobody', {}, ''],
    ])('%s with %j: %s', async (userId, query, expected) => {
      expect(await shown(query, user(userId))).toBe(expected);
    });

    it.each<[string, object, string]>([
      ['u1', { user_id: 'u2' }, 'user_id'],
      ['u1', { team_id: 't3' }, 'team_id'],
      ['u1', { team_id: 'nowhere' }, 'team_id'],
      ['u1', { organization_id: 'o2' }, 'organization_id'],
      ['u2', { organization_id: 'nowhere' }, 'organization_id'],
      ['u1', { key_hash: 'f'.repeat(64) }, 'key_hash'],
    ])('%s may not ask for %j', async (userId, query, param) => {
      await expect(list(query, user(userId))).rejects.toMatchObject({ code: 'forbidden', param });
    });

    it('a foreign hash and one that does not exist are the same', async () => {
      const foreign = await list({ key_hash: tokens.get('F') }, user('u1')).catch((error: unknown) => error);
      const missing = await list({ key_hash: 'f'.repeat(64) }, user('u1')).catch((error: unknown) => error);
      expect(String(foreign)).toBe(String(missing));
    });

    it('a key of nobody sees itself', async () => {
      const caller = bench.actor({ key: 'sk-itself-01234567890123456789' });
      await bench.services.issuer.generate({ key: 'sk-itself-01234567890123456789' }, bench.admin);
      expect(await list({}, caller)).toMatchObject({ total_count: 1, keys: [caller.keyHash] });
      await bench.services.remover.delete({ keys: [caller.keyHash] }, bench.admin);
    });
  });

  it('lists aliases within the same bounds', async () => {
    const aliases = async (query: object, caller: Actor = bench.admin) => {
      const answer = await bench.services.lister.aliases(keyAliasesQuerySchema.parse(query), caller.principal);
      expect(keyAliasesAnswer.parse(answer)).toEqual(answer);
      return answer;
    };
    expect(await aliases({ size: '3', page: '2' })).toEqual({ aliases: ['Alias-D', 'Alias-E', 'Alias-F'], total_count: 7, current_page: 2, total_pages: 3, total_is_exact: true, size: 3 }); // prettier-ignore
    expect(await aliases({ search: 'S-b' })).toMatchObject({ aliases: ['Alias-B'] });
    expect(await aliases({ team_id: 't1' })).toMatchObject({ aliases: ['Alias-B', 'Alias-C'] });
    expect(await aliases({}, bench.actor({ userId: 'u2' }))).toMatchObject({ aliases: ['Alias-B', 'Alias-C', 'Alias-F'] }); // prettier-ignore
    await expect(aliases({ team_id: 't3' }, bench.actor({ userId: 'u1' }))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('shows deleted keys, filtered like the others, to whoever saw them', async () => {
    const made = await bench.services.issuer.generate({ key_alias: 'Was-here', user_id: 'u1', max_budget: 2 }, bench.admin); // prettier-ignore
    await bench.services.remover.delete({ key_aliases: ['Was-here'] }, bench.admin);
    const query = { status: 'deleted', search: 'was', return_full_object: 'true' };
    const answer = await list(query);
    expect(keyListAnswer.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ total_count: 1, keys: [{ token: made['token'], max_budget: 2, status: 'deleted', deleted_by: 'default_user_id' }] }); // prettier-ignore
    expect(await list(query, bench.actor({ userId: 'u1' }))).toMatchObject({ total_count: 1 });
    expect(await list(query, bench.actor({ userId: 'u2' }))).toMatchObject({ total_count: 0, keys: [] });
    expect(await list({ ...query, user_id: 'u2' })).toMatchObject({ total_count: 0 });
  });

  it('gets to the end of a list that is longer than what is counted', async () => {
    const rows = Array.from({ length: 10_050 }, (_, at) => ({
      token: `z${String(at).padStart(6, '0')}`,
      keyName: 'sk-...',
      models: [],
      metadata: {},
      teamId: 'many',
      createdBy: 't',
      updatedBy: 't',
      createdAt: new Date(Math.floor(at / 3)), // prettier-ignore
    }));
    for (let at = 0; at < rows.length; at += 1_000) {
      await bench.database.run((client) => client.virtualKey.createMany({ data: rows.slice(at, at + 1_000) }));
    }
    const seen: string[] = [];
    for (let page = 1; ; page += 1) {
      const answer = (await list({ team_id: 'many', size: '100', page: String(page), sort_order: 'asc' })) as { keys: string[]; total_count: number; total_pages: number }; // prettier-ignore
      seen.push(...answer.keys);
      if (page >= answer.total_pages) break;
    }
    expect(seen).toEqual(rows.map(({ token }) => token));
    await expect(list({ team_id: 'many', sort_by: 'spend' })).rejects.toMatchObject({ param: 'sort_by' });
    const query = { team_id: 'many', size: '100', sort_order: 'desc' };
    await list({ ...query, page: '49' });
    const following = (await list({ ...query, page: '50' })) as { keys: string[] };
    expect(following.keys).toEqual(rows.map(({ token }) => token).toReversed().slice(4_900, 5_000)); // prettier-ignore
  }, 60_000);
});
