/** Users over HTTP on both databases: what they are made with, what each caller may do with them, and what goes with them. */
import { describeOnBothDatabases, eventually } from '../support/databases.js';
import { IdentityGateway } from './identity-gateway.js';

jest.setTimeout(60_000);

describeOnBothDatabases('users', (database) => {
  let world: IdentityGateway;
  beforeAll(async () => {
    world = await IdentityGateway.start(database.url, {
      litellm: {
        default_internal_user_params: { models: ['small'], teams: ['everybody'] },
        max_internal_user_budget: 5,
        internal_user_budget_duration: '30d',
      },
    });
    await world.organization('acme', { models: ['small', 'openai/*'] });
    await world.organization('other');
    await world.team('everybody');
    await world.team('acme-team', 'acme');
    await world.team('lone-team');
  });
  afterAll(() => world.stop());

  describe('/user/new', () => {
    it('makes a user with a key, what the configuration gives to everybody, and a trace of it all', async () => {
      const answer = await world.done('/user/new', {
        user_id: 'ann',
        user_email: 'Ann@Example.com',
        key_alias: 'anns',
      });
      expect(answer).toMatchObject({
        user_id: 'ann',
        user_email: 'Ann@Example.com',
        user_role: 'internal_user',
        models: ['small'],
        teams: ['everybody'],
        max_budget: 5,
        budget_duration: '30d',
        spend: 0,
        key_alias: 'anns',
        key: expect.stringMatching(/^sk-[\w-]{43}$/) as unknown,
      });
      const token = world.tokenOf(String(answer['key']));
      const row = await world.run((client) => client.virtualKey.findUnique({ where: { token } }));
      expect(row).toMatchObject({ userId: 'ann', keyAlias: 'anns', models: ['small'] });
      expect(await world.audited('ann')).toEqual(['user.create']);
      expect(await world.audited(token)).toEqual(['key.generate']);
      expect(await world.audited('everybody')).toContain('team.member_add');
      expect(await world.feed('user', 'ann')).toBe(1);
      expect(await world.feed('key', token)).toBe(1);
      expect(await world.feed('limits', 'user:ann')).toBe(1);
      expect(await world.feed('member', 'everybody/ann')).toBe(1);
    });

    it('makes no key where none is wanted, and a proxy admin without the limits of others', async () => {
      const answer = await world.done('/user/new', {
        user_id: 'root',
        user_role: 'proxy_admin',
        auto_create_key: false,
      });
      expect(answer).toMatchObject({ key: null, max_budget: null, models: [], teams: [] });
    });

    it('limits members of a team where it is told to', async () => {
      await world.done('/user/new', {
        user_id: 'limited',
        teams: [{ team_id: 'lone-team', max_budget_in_team: 2.5, user_role: 'admin' }],
      });
      const account = await world.run((client) =>
        client.budgetAccount.findUnique({ where: { id: 'member:lone-team/limited' } }),
      );
      expect(account?.maxNanos).toBe(2_500_000_000n);
      const member = await world.run((client) => client.teamMember.findFirst({ where: { userId: 'limited' } }));
      expect(member).toMatchObject({ teamId: 'lone-team', role: 'admin' });
    });

    it.each([
      ['user_id', { user_id: 'ann' }, 409],
      ['user_email', { user_email: 'ANN@example.com' }, 409],
      ['key_alias', { key_alias: 'anns' }, 409],
      ['teams', { teams: ['nowhere'] }, 400],
      ['organizations', { organizations: ['nowhere'] }, 400],
      ['budget_id', { budget_id: 'nowhere' }, 400],
      ['duration', { duration: 'for ever' }, 400],
      ['password', { password: 'Correct-Horse-7-Battery' }, 400],
      ['send_invite_email', { send_invite_email: true }, 400],
      ['user_role', { user_role: 'org_admin' }, 400],
      ['guardrails', { guardrails: ['pii'] }, 400],
      ['passwordHash', { passwordHash: 'x' }, 400],
      ['user_id', { user_id: { not: '' } }, 400],
    ])('refuses a %s that cannot be had, and changes nothing', async (_field, body, status) => {
      const before = await world.run(async (client) => [await client.user.count(), await client.virtualKey.count()]);
      expect((await world.post('/user/new', body)).status).toBe(status);
      const after = await world.run(async (client) => [await client.user.count(), await client.virtualKey.count()]);
      expect(after).toEqual(before);
    });

    it('text that no database keeps is refused, and is no failure', async () => {
      expect((await world.post('/user/new', { user_id: 'a\u0000b' })).status).toBe(400);
      expect((await world.post('/user/new', { metadata: { note: '\ud800' } })).status).toBe(400);
      expect((await world.get('/user/list?search=%00')).status).toBe(400);
    });
  });

  describe('/user/update and /user/bulk_update', () => {
    it('changes what is named and leaves the rest', async () => {
      await world.user('bea', { user_alias: 'Bea', metadata: { floor: 3 } });
      const { data } = await world.done('/user/update', { user_id: 'bea', max_budget: 7, models: [] });
      expect(data).toMatchObject({ user_alias: 'Bea', metadata: { floor: 3 }, max_budget: 7, models: [] });
      const { data: lifted } = await world.done('/user/update', { user_id: 'bea', max_budget: null, spend: 1.25 });
      expect(lifted).toMatchObject({ max_budget: null, spend: 1.25, budget_duration: '30d' });
      expect(await world.audited('bea')).toEqual(['user.create', 'user.update', 'user.update']);
    });

    it('finds a user by the address, whatever its case', async () => {
      const { user_id: id } = await world.done('/user/update', { user_email: 'ann@EXAMPLE.com', user_alias: 'Ann' });
      expect(id).toBe('ann');
      expect((await world.post('/user/update', { user_email: 'nobody@example.com' })).status).toBe(404);
      expect((await world.post('/user/update', { user_alias: 'x' })).status).toBe(400);
    });

    it('a password is kept as an argon2id hash, shown nowhere, and has to be a good one', async () => {
      const weak = await world.post('/user/update', { user_id: 'bea', password: 'secret' });
      expect(weak.status).toBe(400);
      expect(weak.text).not.toContain('secret');
      const answer = await world.post('/user/update', { user_id: 'bea', password: 'Correct-Horse-7-Battery' });
      expect(answer.status).toBe(200);
      const row = await world.run((client) => client.user.findUnique({ where: { id: 'bea' } }));
      expect(row?.passwordHash).toMatch(/^\$argon2id\$/);
      for (const shown of [answer, await world.get('/user/info?user_id=bea'), await world.get('/user/list')])
        expect(shown.text).not.toMatch(/argon2|Battery/);
      const audit = await world.run((client) => client.auditEntry.findMany({ where: { objectId: 'bea' } }));
      expect(
        JSON.stringify(audit, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      ).not.toMatch(/argon2|Battery/);
    });

    it('many at once: each by itself, with a word on those that failed', async () => {
      const answer = await world.done('/user/bulk_update', {
        users: [
          { user_id: 'bea', user_alias: 'B' },
          { user_id: 'nobody', user_alias: 'N' },
        ],
      });
      expect(answer).toMatchObject({
        total_requested: 2,
        successful_updates: 1,
        failed_updates: 1,
        results: [
          { user_id: 'bea', success: true, updated_user: { user_alias: 'B' } },
          { user_id: 'nobody', success: false, error: expect.stringContaining('not found') as unknown },
        ],
      });
      const all = await world.done('/user/bulk_update', { all_users: true, user_updates: { rpm_limit: 60 } });
      expect(all).toMatchObject({ failed_updates: 0 });
      expect((await world.get('/v2/user/info?user_id=ann')).body).toMatchObject({ rpm_limit: 60 });
      expect((await world.post('/user/bulk_update', { all_users: true })).status).toBe(400);
    });
  });

  describe('/user/delete', () => {
    it('takes the keys, the memberships, the limits and the invitations with it, and tells every process', async () => {
      const key = await world.user('gone', { teams: ['lone-team'], organizations: ['acme'] });
      await world.done('/invitation/new', { user_id: 'gone' });
      expect((await world.get('/v1/models', key)).status).toBe(200);
      expect((await world.post('/user/delete', { user_ids: ['gone'] })).body).toBe(1);
      const left = await world.run(async (client) => [
        await client.user.count({ where: { id: 'gone' } }),
        await client.virtualKey.count({ where: { userId: 'gone' } }),
        await client.teamMember.count({ where: { userId: 'gone' } }),
        await client.organizationMember.count({ where: { userId: 'gone' } }),
        await client.invitation.count({ where: { userId: 'gone' } }),
        await client.ownerLimits.count({ where: { owner: 'user:gone' } }),
        await client.budgetAccount.count({ where: { owner: 'user:gone' } }),
      ]);
      expect(left).toEqual([0, 0, 0, 0, 0, 0, 0]);
      const token = world.tokenOf(key);
      expect(await world.audited(token)).toEqual(['key.generate', 'key.delete']);
      expect(await world.feed('key', token)).toBe(2);
      expect(await world.feed('user', 'gone')).toBe(2);
      await eventually(
        'the key of the deleted user is refused',
        async () => (await world.get('/v1/models', key)).status === 401,
        2_000,
      );
      const kept = await world.run((client) => client.deletedObject.findMany({ where: { deletedBy: { not: '' } } }));
      expect(kept.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual([`key ${token}`, 'user gone'].sort());
      expect(JSON.stringify(kept)).not.toContain('passwordHash');
    });

    it('all of them or none', async () => {
      await world.user('stays');
      expect((await world.post('/user/delete', { user_ids: ['stays', 'nobody'] })).status).toBe(404);
      expect((await world.get('/user/info?user_id=stays')).status).toBe(200);
    });
  });

  describe('what is shown', () => {
    it('one user with keys and teams, oneself where nobody is named', async () => {
      const key = await world.user('cat', { teams: ['lone-team'] });
      const own = await world.get('/user/info', key);
      expect(own.body).toMatchObject({
        user_id: 'cat',
        user_info: { user_id: 'cat', teams: ['lone-team'] },
        key_count: 1,
        keys: [{ token: world.tokenOf(key), user_id: 'cat' }],
        teams: [{ team_id: 'lone-team', user_role: 'user' }],
      });
      expect((await world.get('/v2/user/info', key)).body).toMatchObject({
        user_id: 'cat',
        user_role: 'internal_user',
      });
      expect((await world.get('/user/info?user_id=nobody')).status).toBe(404);
      expect((await world.get('/user/info')).status).toBe(404);
      expect((await world.get('/user/available_roles', key)).body).toHaveProperty('internal_user_viewer');
    });

    it('a page of users, narrowed and in order, and no user twice', async () => {
      for (const name of ['p1', 'p2', 'p3', 'p4', 'p5'])
        await world.done('/user/new', { user_id: name, user_email: `${name}@pages.example`, auto_create_key: false });
      const page = async (query: string): Promise<readonly string[]> => {
        const { status, body, text } = await world.get(`/user/list?${query}`);
        if (status !== 200) throw new Error(text);
        return (body['users'] as { user_id: string }[]).map((user) => user.user_id);
      };
      const narrowed = 'user_email=PAGES.example&sort_by=user_id&page_size=2';
      expect(await page(`${narrowed}&page=1`)).toEqual(['p1', 'p2']);
      expect(await page(`${narrowed}&page=3`)).toEqual(['p5']);
      expect(await page(`${narrowed}&sort_order=desc`)).toEqual(['p5', 'p4']);
      expect((await world.get(`/user/list?${narrowed}`)).body).toMatchObject({
        total: 5,
        total_pages: 3,
        page: 1,
        page_size: 2,
      });
      expect(await page('user_ids=p1,p4,nobody&sort_by=user_id')).toEqual(['p1', 'p4']);
      expect(await page('user_ids=P3')).toEqual(['p3']);
      expect(await page('search=P5@')).toEqual(['p5']);
      expect(await page('role=proxy_admin')).toEqual(['root']);
      expect(await page('team=lone-team&sort_by=user_id')).toEqual(['cat', 'limited']);
      expect(await page('organization_ids=other')).toEqual([]);
      expect((await world.get('/user/list?sort_by=spend')).status).toBe(400);
      expect((await world.get('/user/list?page_size=1000')).status).toBe(400);
    });
  });

  describe('who may', () => {
    let own: string;
    let boss: string;
    let lead: string;
    beforeAll(async () => {
      own = await world.user('self');
      boss = await world.orgAdmin('boss', 'acme', ['small', 'openai/*']);
      lead = await world.teamAdmin('lead', 'acme-team');
      await world.user('staff', { organizations: ['acme'], teams: ['acme-team'], models: ['small'] });
      await world.user('both', { organizations: ['acme', 'other'] });
      await world.user('elsewhere', { organizations: ['other'] });
      await world.user('chief', { organizations: ['acme'], user_role: 'proxy_admin' });
    });

    const refusedWords = async (path: string, body: object, key: string): Promise<string> => {
      const answer = await world.post(path, body, key);
      expect(answer.status).toBe(403);
      return answer.text;
    };

    it('a user changes their own name and notes, and nothing that says what they may do (CVE-2026-47102)', async () => {
      const { data } = await world.done('/user/update', { user_id: 'self', user_alias: 'Me', metadata: { a: 1 } }, own);
      expect(data).toMatchObject({ user_alias: 'Me', metadata: { a: 1 } });
      for (const field of [
        { user_role: 'proxy_admin' },
        { user_role: 'internal_user' },
        { max_budget: 1_000 },
        { budget_id: 'x' },
        { models: [] },
        { spend: 0 },
        { rpm_limit: null },
        { blocked: false },
        { password: 'Correct-Horse-7-Battery' },
        { user_email: 'ceo@example.com' },
        { sso_user_id: 'ceo' },
      ])
        await refusedWords('/user/update', { user_id: 'self', ...field }, own);
      const bulk = await world.done(
        '/user/bulk_update',
        { users: [{ user_id: 'self', user_role: 'proxy_admin' }] },
        own,
      );
      expect(bulk).toMatchObject({ failed_updates: 1 });
      await refusedWords('/user/bulk_update', { all_users: true, user_updates: { max_budget: 9 } }, own);
      expect((await world.get('/v2/user/info', own)).body).toMatchObject({ user_role: 'internal_user', max_budget: 5 });
    });

    it('a foreign user and a missing one are the same to whoever may see neither', async () => {
      for (const key of [own, lead]) {
        const foreign = await world.get('/user/info?user_id=elsewhere', key);
        const missing = await world.get('/user/info?user_id=nobody', key);
        expect([foreign.status, missing.status]).toEqual([403, 403]);
        expect(foreign.text).toBe(missing.text);
        const change = { user_alias: 'x' };
        expect(await refusedWords('/user/update', { user_id: 'elsewhere', ...change }, key)).toBe(
          await refusedWords('/user/update', { user_id: 'nobody', ...change }, key),
        );
        expect(await refusedWords('/user/delete', { user_ids: ['elsewhere'] }, key)).toBe(
          await refusedWords('/user/delete', { user_ids: ['nobody'] }, key),
        );
        expect(await refusedWords('/user/update', { user_email: 'ann@example.com', ...change }, key)).toBe(
          await refusedWords('/user/update', { user_email: 'nobody@example.com', ...change }, key),
        );
      }
      expect((await world.get('/user/list', own)).status).toBe(403);
      expect((await world.post('/user/new', {}, own)).status).toBe(403);
    });

    it('admins of a team see its members and change none of them', async () => {
      const personal = await world.run((client) => client.virtualKey.count({ where: { userId: 'staff' } }));
      const seen = await world.get('/user/info?user_id=staff', lead);
      expect([seen.status, personal]).toEqual([200, 1]);
      expect(seen.body).toMatchObject({ keys: [], key_count: 0, teams: [{ team_id: 'acme-team' }] });
      await refusedWords('/user/update', { user_id: 'staff', user_alias: 'x' }, lead);
      await refusedWords('/invitation/new', { user_id: 'staff' }, lead);
    });

    it('admins of an organization see, list and change its users', async () => {
      const list = await world.get('/user/list?sort_by=user_id', boss);
      expect((list.body['users'] as { user_id: string }[]).map((user) => user.user_id)).toEqual([
        'boss',
        'both',
        'chief',
        'staff',
      ]);
      expect((await world.get('/user/list?organization_ids=other', boss)).status).toBe(403);
      const { data } = await world.done(
        '/user/update',
        { user_id: 'staff', max_budget: 3, models: ['openai/gpt-4o'] },
        boss,
      );
      expect(data).toMatchObject({ max_budget: 3, models: ['openai/gpt-4o'] });
    });

    it('they reach nobody beyond it: not who is elsewhere too, not a proxy admin, not themselves', async () => {
      for (const id of ['both', 'elsewhere', 'chief', 'nobody', 'ann'])
        await refusedWords('/user/update', { user_id: id, user_alias: 'x' }, boss);
      for (const id of ['both', 'elsewhere', 'chief', 'boss'])
        await refusedWords('/user/delete', { user_ids: [id] }, boss);
      await refusedWords('/user/update', { user_id: 'boss', max_budget: 1_000 }, boss);
      expect((await world.get('/user/info?user_id=chief')).status).toBe(200);
    });

    it('they grant no more than they hold', async () => {
      await refusedWords('/user/update', { user_id: 'staff', user_role: 'proxy_admin' }, boss);
      await refusedWords('/user/update', { user_id: 'staff', user_role: 'proxy_admin_viewer' }, boss);
      await refusedWords('/user/update', { user_id: 'staff', models: ['anthropic/claude'] }, boss);
      await refusedWords('/user/update', { user_id: 'staff', models: [] }, boss);
      await refusedWords('/user/update', { user_id: 'staff', password: 'Correct-Horse-7-Battery' }, boss);
      await refusedWords('/user/new', { organizations: ['acme'], user_role: 'proxy_admin' }, boss);
      await refusedWords('/user/new', { organizations: ['acme', 'other'] }, boss);
      await refusedWords('/user/new', {}, boss);
      await refusedWords('/user/new', { organizations: ['acme'], sso_user_id: 'ceo' }, boss);
      // A key may name a user whom nobody has declared: whoever became that user would have it.
      await world.done('/key/generate', { user_id: 'undeclared' });
      await refusedWords('/user/new', { user_id: 'undeclared', organizations: ['acme'] }, boss);
      await refusedWords('/user/new', { user_id: 'default_user_id', organizations: ['acme'] }, boss);
      await refusedWords('/user/new', { organizations: ['acme'], teams: ['lone-team'] }, boss);
      await refusedWords('/user/new', { organizations: ['acme'], models: ['*'] }, boss);
      const made = await world.done(
        '/user/new',
        { user_id: 'hired', organizations: ['acme'], teams: ['acme-team'] },
        boss,
      );
      const token = world.tokenOf(String(made['key']));
      const row = await world.run((client) => client.virtualKey.findUnique({ where: { token } }));
      expect(row).toMatchObject({ organizationId: 'acme', models: ['small'] });
      expect((await world.post('/user/delete', { user_ids: ['hired'] }, boss)).body).toBe(1);
    });
  });
});
