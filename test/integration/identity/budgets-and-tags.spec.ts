/** Budgets and tags over HTTP on both databases. */
import { describeOnBothDatabases } from '../support/databases.js';
import { DeclaredTags } from '../../../src/management/tags/declared-tags.service.js';
import { IdentityGateway } from './identity-gateway.js';

jest.setTimeout(60_000);

describeOnBothDatabases('budgets and tags', (database) => {
  let world: IdentityGateway;
  beforeAll(async () => {
    world = await IdentityGateway.start(database.url, {
      litellm: {
        tag_budget_config: { 'product:bot': { max_budget: 100, budget_duration: '30d' } },
        max_end_user_budget_id: 'default-tier',
      },
    });
  });
  afterAll(() => world.stop());

  const account = (id: string) => world.run((client) => client.budgetAccount.findUnique({ where: { id } }));

  it('a budget is made, shown, listed, described and deleted', async () => {
    const made = await world.done('/budget/new', {
      budget_id: 'b1',
      max_budget: 0.1,
      tpm_limit: 10,
      budget_duration: '1d',
    });
    expect(made).toMatchObject({
      budget_id: 'b1',
      max_budget: 0.1,
      tpm_limit: 10,
      budget_duration: '1d',
      rpm_limit: null,
    });
    expect(await world.done('/budget/info', { budgets: ['b1', 'none'] })).toEqual([made]);
    expect((await world.get('/budget/list?page_size=500')).body).toContainEqual(made);
    expect((await world.get('/budget/list?page=2&page_size=500')).body).toEqual([]);
    const settings = await world.get('/budget/settings?budget_id=b1');
    expect(settings.body).toContainEqual({
      field_name: 'max_budget',
      field_type: 'Float',
      field_description: expect.any(String) as unknown,
      field_value: 0.1,
      stored_in_db: true,
      field_default_value: null,
    });
    expect((await world.post('/budget/new', { budget_id: 'b1' })).status).toBe(409);
    expect(await world.done('/budget/delete', { id: 'b1' })).toEqual(made);
    expect((await world.post('/budget/delete', { id: 'b1' })).status).toBe(404);
    expect((await world.post('/budget/update', { budget_id: 'b1' })).status).toBe(404);
    expect(await world.audited('b1')).toEqual(['budget.create', 'budget.delete']);
  });

  it.each([
    { max_budget: -1 },
    { max_budget: '1' },
    { max_budget: { gt: 0 } },
    { budget_duration: 'monthly' },
    { tpm_limit: 1.5 },
    { budget_reset_at: '2030-01-01' },
    { limits: {} },
  ])('refuses %j', async (fields) => {
    expect((await world.post('/budget/new', { budget_id: 'bad', ...fields })).status).toBe(400);
    expect(await world.done('/budget/info', { budgets: ['bad'] })).toEqual([]);
  });

  it('those who have a budget follow it, and what they say themselves goes before it', async () => {
    await world.done('/budget/new', { budget_id: 'shared', max_budget: 5 });
    await world.done('/customer/new', { user_id: 'follows', budget_id: 'shared' });
    await world.done('/user/new', { user_id: 'insists', budget_id: 'shared', max_budget: 1, auto_create_key: false });
    const before = await account('customer:follows');
    await world.done('/budget/update', { budget_id: 'shared', max_budget: 8 });
    const after = await account('customer:follows');
    expect([before?.maxNanos, after?.maxNanos]).toEqual([5_000_000_000n, 8_000_000_000n]);
    expect(after?.epoch).toBe((before?.epoch ?? 0) + 1);
    expect((await account('user:insists'))?.maxNanos).toBe(1_000_000_000n);
    expect(await world.feed('limits', 'customer:follows')).toBe(2);
    expect(await world.feed('limits', 'user:insists')).toBe(2);
    expect(await world.feed('budget', 'shared')).toBe(2);
  });

  it('a budget that somebody has is not deleted: they would spend without a limit', async () => {
    const answer = await world.post('/budget/delete', { id: 'shared' });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('customer:follows');
    await world.done('/customer/update', { user_id: 'follows', budget_id: null });
    await world.done('/user/update', { user_id: 'insists', budget_id: null });
    expect((await world.post('/budget/delete', { id: 'shared' })).status).toBe(200);
    await world.done('/budget/new', { budget_id: 'default-tier', max_budget: 1 });
    expect((await world.post('/budget/delete', { id: 'default-tier' })).text).toContain('max_end_user_budget_id');
  });

  it('nobody is given a budget that does not exist', async () => {
    expect((await world.post('/customer/new', { user_id: 'hopes', budget_id: 'none' })).status).toBe(400);
    expect((await world.get('/customer/info?end_user_id=hopes')).status).toBe(404);
  });

  it('a tag is made, changed, shown and deleted', async () => {
    const made = await world.done('/tag/new', { name: 't1', description: 'One', max_budget: 3 });
    expect(made).toMatchObject({
      message: 'Tag t1 created successfully',
      tag: { name: 't1', description: 'One', spend: 0, litellm_budget_table: { max_budget: 3 } },
    });
    await world.done('/tag/update', { name: 't1', max_budget: 4, spend: 2 });
    expect(await world.done('/tag/info', { names: ['t1'] })).toMatchObject({
      t1: { description: 'One', spend: 2, litellm_budget_table: { max_budget: 4 } },
    });
    expect((await world.post('/tag/info', { names: ['t1', 'none'] })).status).toBe(404);
    expect((await world.post('/tag/new', { name: 't1' })).status).toBe(409);
    expect((await world.post('/tag/new', { name: 't2', models: ['a'] })).status).toBe(400);
    expect(await world.done('/tag/new', { name: 't3', models: [] })).toMatchObject({ tag: { models: [] } });
    expect(await world.done('/tag/delete', { name: 't1' })).toEqual({ message: 'Tag t1 deleted successfully' });
    expect(await account('tag:t1')).toBeNull();
    expect((await world.post('/tag/delete', { name: 't1' })).status).toBe(404);
    expect(await world.audited('t1')).toEqual(['tag.create', 'tag.update', 'tag.delete']);
  });

  it('lists the declared ones, and those that requests had between two days', async () => {
    const row = {
      kind: 'tag',
      date: '2026-03-02',
      apiKeyHash: '',
      userId: '',
      teamId: '',
      organizationId: '',
      projectId: '', // prettier-ignore
      modelGroup: '',
      model: '',
      provider: '',
      requests: 1,
      failedRequests: 0,
      promptTokens: 1n,
      completionTokens: 1n, // prettier-ignore
      cacheReadTokens: 0n,
      cacheWriteTokens: 0n,
      spendNanos: 1n, // prettier-ignore
    };
    await world.run((client) =>
      client.dailySpend.createMany({ data: ['seen', 't3'].map((entity) => ({ ...row, id: entity, entity })) }),
    );
    const names = async (query: string): Promise<unknown> =>
      ((await world.get(`/tag/list${query}`)).body as unknown as { name: string }[]).map(({ name }) => name);
    expect(await names('')).toEqual(['product:bot', 't3']);
    expect(await names('?start_date=2026-03-01&end_date=2026-03-03')).toEqual(['product:bot', 't3', 'seen']);
    expect(await names('?start_date=2026-04-01&end_date=2026-04-03')).toEqual(['product:bot', 't3']);
    expect((await world.get('/tag/list?start_date=2026-04-01')).status).toBe(400);
  });

  it('the tags of the file are there with their budgets, and are changed in the file alone', async () => {
    expect(await account('tag:product:bot')).toMatchObject({ maxNanos: 100_000_000_000n, duration: '30d' });
    for (const [route, body] of [
      ['update', { max_budget: 1_000 }],
      ['delete', {}],
      ['new', {}],
    ] as const)
      expect((await world.post(`/tag/${route}`, { name: 'product:bot', ...body })).status).toBe(409);
    const declared = world.gateway.app.get(DeclaredTags);
    const before = await world.audited('product:bot');
    const same = new Map([['product:bot', { maxNanos: 100_000_000_000n, duration: '30d' }]]);
    await declared.apply(same);
    expect(await world.audited('product:bot')).toEqual(before);
    await declared.apply(new Map([['product:bot', { maxNanos: 7n, duration: null }]]));
    expect(await account('tag:product:bot')).toMatchObject({ maxNanos: 7n, duration: null });
    await declared.apply(new Map());
    expect(await account('tag:product:bot')).toMatchObject({ maxNanos: null, duration: null });
    await declared.apply(same);
  });

  it('no caller but an admin reaches either', async () => {
    const key = await world.user('clerk');
    for (const path of [
      '/budget/new',
      '/budget/update',
      '/budget/info',
      '/budget/delete',
      '/tag/new',
      '/tag/update',
      '/tag/info',
      '/tag/delete',
    ])
      expect((await world.post(path, {}, key)).status).toBe(401);
    for (const path of ['/budget/list', '/budget/settings?budget_id=x', '/tag/list'])
      expect((await world.get(path, key)).status).toBe(401);
  });
});
