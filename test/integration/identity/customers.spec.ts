/** Customers over HTTP on both databases: what management says of them, and what requests made for them may do. */
import { describeOnBothDatabases, eventually } from '../support/databases.js';
import { startUpstream, type TestUpstream } from './answering-upstream.js';
import { IdentityGateway, type Called } from './identity-gateway.js';

jest.setTimeout(60_000);

describeOnBothDatabases('customers', (database) => {
  let world: IdentityGateway;
  let upstream: TestUpstream;
  beforeAll(async () => {
    upstream = await startUpstream();
    const entry = (name: string, region?: string) => ({
      model_name: name,
      litellm_params: {
        model: `openai/${name}`,
        api_base: upstream.url,
        api_key: 'sk-upstream-test-key',
        ...(region !== undefined && { region_name: region }),
      },
    });
    world = await IdentityGateway.start(database.url, {
      models: [entry('plain'), entry('european', 'eu')],
      litellm: { blocked_user_list: ['listed'] },
    });
  });
  afterAll(async () => {
    await world.stop();
    await upstream.stop();
  });

  const chat = (user: string, model = 'plain', headers: Record<string, string> = {}): Promise<Called> =>
    world.gateway
      .chat({ model, ...(user !== '' && { user }), messages: [{ role: 'user', content: 'Hi' }] }, headers)
      .then((answer) => ({ ...answer, body: answer.json as Called['body'] }));

  it('somebody whom nobody has declared is served', async () => {
    expect((await chat('stranger')).status).toBe(200);
  });

  it('one is made, shown, changed, found and deleted, with limits and a trace', async () => {
    await world.done('/budget/new', { budget_id: 'tier', max_budget: 1, rpm_limit: 5 });
    const made = await world.done('/customer/new', { user_id: 'c1', alias: 'First', budget_id: 'tier' });
    expect(made).toMatchObject({
      user_id: 'c1',
      alias: 'First',
      blocked: false,
      spend: 0,
      budget_id: 'tier',
      litellm_budget_table: { budget_id: 'tier', max_budget: 1, rpm_limit: 5 },
    });
    const changed = await world.done('/end_user/update', {
      user_id: 'c1',
      max_budget: 2,
      budget_duration: '30d',
      spend: 0.5,
    });
    expect(changed).toMatchObject({
      alias: 'First',
      spend: 0.5,
      litellm_budget_table: { max_budget: 2, rpm_limit: 5 },
    });
    expect((await world.get('/customer/info?end_user_id=c1')).body).toEqual(changed);
    expect((await world.get('/end_user/list?search=FIRST')).body).toMatchObject([{ user_id: 'c1' }]);
    expect((await world.post('/customer/new', { user_id: 'c1' })).status).toBe(409);
    expect((await world.post('/customer/new', { user_id: 'c2', max_budget: 1, budget_id: 'tier' })).status).toBe(400);
    expect((await world.post('/customer/new', { user_id: 'c2', default_model: 'none' })).status).toBe(400);
    expect((await world.post('/customer/new', { user_id: 'c2', allowed_model_region: 'moon' })).status).toBe(400);
    expect((await world.post('/customer/update', { user_id: 'c2' })).status).toBe(404);
    expect((await world.post('/customer/delete', { user_ids: ['c1', 'c2'] })).status).toBe(404);
    expect(await world.done('/customer/delete', { user_ids: ['c1'] })).toMatchObject({ deleted_customers: 1 });
    expect((await world.get('/customer/info?end_user_id=c1')).status).toBe(404);
    expect(await world.audited('c1')).toEqual(['customer.create', 'customer.update', 'customer.delete']);
    const left = await world.run((client) => client.budgetAccount.count({ where: { owner: 'customer:c1' } }));
    expect(left).toBe(0);
  });

  it('the blocked are refused within two seconds, however a request names them, and served again once they are not', async () => {
    expect((await chat('mallory')).status).toBe(200);
    expect(await world.done('/customer/block', { user_ids: ['mallory'] })).toMatchObject({
      blocked_users: [{ user_id: 'mallory', blocked: true }],
    });
    await eventually('mallory is refused', async () => (await chat('mallory')).status === 403, 2_000);
    const before = upstream.requests;
    const refused = await chat('mallory');
    expect(refused.body).toMatchObject({ error: { type: 'permission_error', param: 'user' } });
    expect((await chat('', 'plain', { 'x-litellm-end-user-id': 'mallory' })).status).toBe(403);
    expect((await chat('innocent', 'plain', { 'x-litellm-customer-id': 'mallory' })).status).toBe(403);
    expect(upstream.requests).toBe(before);
    expect((await chat('innocent')).status).toBe(200);
    expect(await world.done('/customer/unblock', { user_ids: ['mallory'] })).toEqual({ blocked_users: [] });
    await eventually('mallory is served', async () => (await chat('mallory')).status === 200, 2_000);
    expect((await world.post('/customer/unblock', { user_ids: ['nobody'] })).status).toBe(404);
  });

  it('those in the file are refused, and no route lets them in', async () => {
    expect((await chat('listed')).status).toBe(403);
    const answer = await world.post('/customer/unblock', { user_ids: ['listed'] });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('blocked_user_list');
  });

  it('a customer uses the models that are allowed, and no other', async () => {
    await world.done('/customer/new', { user_id: 'narrow', models: ['european'] });
    await eventually('the customer is known', async () => (await chat('narrow')).status === 403, 2_000);
    expect((await chat('narrow')).body).toMatchObject({ error: { type: 'customer_model_access_denied' } });
    expect((await chat('narrow', 'european')).status).toBe(200);
  });

  it('a customer of a region is served there, by the default model where the one that was asked for is not there', async () => {
    await world.done('/customer/new', { user_id: 'bound', allowed_model_region: 'eu' });
    await eventually('the region holds', async () => (await chat('bound')).status === 503, 2_000);
    expect((await chat('bound', 'european')).status).toBe(200);
    await world.done('/customer/update', { user_id: 'bound', default_model: 'european' });
    await eventually('the default model stands in', async () => (await chat('bound')).status === 200, 2_000);
    expect(upstream.lastModel).toBe('european');
  });

  it('no caller but an admin reaches them', async () => {
    const key = await world.user('clerk');
    for (const route of ['new', 'update', 'block', 'unblock', 'delete'])
      expect((await world.post(`/customer/${route}`, { user_id: 'x', user_ids: ['x'] }, key)).status).toBe(401);
    expect((await world.get('/customer/list', key)).status).toBe(401);
    expect((await world.get('/customer/info?end_user_id=bound', key)).status).toBe(401);
  });
});
