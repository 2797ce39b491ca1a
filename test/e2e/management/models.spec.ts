/** Models by the management API: stored sealed, checked as the file's are, shown without a secret, and changed by those whose they are. */
import { DatabaseService } from '../../../src/database/database.service.js';
import { expectRefused } from '../support/envelope.js';
import { TestGateway } from '../support/gateway.js';
import { addMember, callerOf, type Call } from './management-client.js';

const encryptionKey = '5f0c1a9d7be24836a1c2d3e4f5061728';
const secret = 'sk-provider-canary-0123456789';

let gateway: TestGateway;
let admin: Call;
let teamAdmin: Call;
let member: Call;
let stranger: Call;

beforeAll(async () => {
  gateway = await TestGateway.start({
    models: [{ model_name: 'file', litellm_params: { model: 'demo/hello' }, model_info: { id: 'of-the-file' } }],
    general: { store_model_in_db: true },
    sections: {
      credential_list: [{ credential_name: 'of-the-file', credential_values: { api_key: secret, api_version: '1' } }],
    },
    environment: { TOLLGATE_ENCRYPTION_KEY: encryptionKey },
  });
  admin = callerOf(gateway);
  teamAdmin = await addMember(gateway, { teamId: 'a', userId: 'ada', role: 'admin' });
  member = await addMember(gateway, { teamId: 'a', userId: 'mia', role: 'user' });
  stranger = await addMember(gateway, { teamId: 'b', userId: 'bob', role: 'admin' });
}, 30_000);
afterAll(() => gateway.stop());

const demo = { model: 'demo/hello', api_key: secret };
const ask = (call: Call, model: string) =>
  call('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });
const rows = () => gateway.app.get(DatabaseService).run((client) => client.configModel.findMany());
const audited = (action: string) =>
  gateway.app.get(DatabaseService).run((client) => client.auditEntry.findMany({ where: { action } }));

it('a model is served at once, stored sealed, shown masked, audited without its secret, and gone when it is deleted', async () => {
  const made = await admin('POST', '/model/new', {
    model_name: 'stored',
    litellm_params: { ...demo, extra_headers: { 'x-secret': secret }, timeout: 5 },
    model_info: { note: 'mine' },
  });
  expect(made.status).toBe(200);
  const { model_id: id } = made.json as { model_id: string };
  expect(made.json).toMatchObject({
    model_name: 'stored',
    litellm_params: { model: 'demo/hello', api_key: '*****', extra_headers: { 'x-secret': '*****' }, timeout: 5 },
    model_info: { id, note: 'mine' },
    blocked: false,
    created_by: 'default_user_id',
  });
  expect((await ask(admin, 'stored')).status).toBe(200);

  const [row] = await rows();
  expect(row?.litellmParams).toEqual({});
  expect(row?.sealedParams).toMatch(/^tg1\./);
  const shown = await admin('GET', `/v1/model/info?litellm_model_id=${id}`);
  expect((shown.json as { data: unknown[] }).data).toMatchObject([
    {
      model_name: 'stored',
      litellm_params: { timeout: 5 },
      model_info: { id, db_model: true, litellm_provider: 'demo', direct_access: true },
    },
  ]);

  const updated = await admin('POST', '/model/update', {
    litellm_params: { timeout: null, max_retries: 1, api_key: '*****' },
    model_info: { id, note: 'yours' },
  });
  expect(updated.json).toMatchObject({
    litellm_params: { max_retries: 1, api_key: '*****' },
    model_info: { note: 'yours' },
  });
  expect((updated.json as { litellm_params: object }).litellm_params).not.toHaveProperty('timeout');
  const patched = await admin('PATCH', `/model/${id}/update`, { model_name: 'renamed' });
  expect(patched.json).toMatchObject({ model_name: 'renamed', litellm_params: { max_retries: 1 } });
  expect((await ask(admin, 'stored')).status).toBe(400);
  expect((await ask(admin, 'renamed')).status).toBe(200);

  expect((await admin('POST', '/model/block', { model_id: id })).json).toMatchObject({ blocked: true });
  expect((await ask(admin, 'renamed')).status).toBe(400);
  const page = await admin('GET', '/v2/model/info?blocked=true');
  expect(page.json).toMatchObject({
    total_count: 1,
    current_page: 1,
    total_pages: 1,
    data: [{ model_info: { id, blocked: true } }],
  });
  await admin('POST', '/model/unblock', { model_id: id });
  expect((await ask(admin, 'renamed')).status).toBe(200);

  const gone = await admin('POST', '/model/delete', { id });
  expect(gone.json).toEqual({ message: `Model: ${id} deleted successfully` });
  expect((await ask(admin, 'renamed')).status).toBe(400);

  for (const action of ['model.new', 'model.update', 'model.block', 'model.unblock', 'model.delete'])
    expect(await audited(action)).not.toHaveLength(0);
  const log = await gateway.app.get(DatabaseService).run((client) => client.auditEntry.findMany());
  const seen = [
    made.text,
    shown.text,
    updated.text,
    page.text,
    JSON.stringify(log, (_, value: unknown) => String(value)),
  ];
  expect(seen.join()).not.toContain(secret);
  expect(JSON.stringify(log.map(({ after }) => after))).not.toContain(secret);
});

it.each([
  ['an unknown member', { model_name: 'x', litellm_params: demo, user_role: 'proxy_admin' }, 'user_role'],
  ['no name', { litellm_params: demo }, 'model_name'],
  ['an object for a name', { model_name: { not: '' }, litellm_params: demo }, 'model_name'],
  ['a wrong type', { model_name: 'x', litellm_params: { ...demo, timeout: 'soon' } }, 'litellm_params.timeout'],
  [
    'a reference',
    { model_name: 'x', litellm_params: { model: 'openai/x', api_key: 'os.environ/HOME' } },
    'litellm_params.api_key',
  ],
  [
    'an unknown provider',
    { model_name: 'x', litellm_params: { model: 'opnai/x', api_key: 'k' } },
    'litellm_params.model',
  ],
  [
    'what is not enforced',
    { model_name: 'x', litellm_params: { ...demo, guardrails: ['pii'] } },
    'litellm_params.guardrails',
  ],
  [
    'a metadata address',
    { model_name: 'x', litellm_params: { model: 'openai/x', api_key: 'k', api_base: 'http://169.254.169.254/v1' } },
    'litellm_params.api_base',
  ],
  [
    'a team that does not exist',
    { model_name: 'x', litellm_params: demo, model_info: { team_id: 'none' } },
    'model_info.team_id',
  ],
])('with %s it is refused by name, and nothing is stored', async (_, body, param) => {
  const before = (await rows()).length;
  const answer = await admin('POST', '/model/new', body);
  expect(expectRefused(answer, 400).param).toBe(param);
  expect((await rows()).length).toBe(before);
});

it('a credential that does not exist is refused, and one with an address of the model’s own', async () => {
  const params = { model: 'openai/x', litellm_credential_name: 'nowhere' };
  const unknown = await admin('POST', '/model/new', { model_name: 'x', litellm_params: params });
  expect(expectRefused(unknown, 400).message).toContain('there is no credential `nowhere`');
  const address = { ...params, litellm_credential_name: 'of-the-file', api_base: 'https://attacker.example/v1' };
  const stolen = await admin('POST', '/model/new', { model_name: 'x', litellm_params: address });
  expect(expectRefused(stolen, 400).message).toContain('names an address cannot use a credential');
});

it('a team’s admin adds a model of the team, which its keys alone see and use', async () => {
  const body = { model_name: 'ours', litellm_params: demo, model_info: { team_id: 'a' } };
  const made = await teamAdmin('POST', '/model/new', body);
  expect(made.status).toBe(200);
  const { model_id: id } = made.json as { model_id: string };
  expect((await ask(teamAdmin, 'ours')).status).toBe(200);
  expect((await ask(member, 'ours')).status).toBe(200);
  expect((await ask(stranger, 'ours')).status).toBe(400);
  expect((await ask(admin, 'ours')).status).toBe(400);
  const idsFor = async (call: Call) =>
    ((await call('GET', '/model/info')).json as { data: { model_info: { id: string } }[] }).data.map(
      ({ model_info: info }) => info.id,
    );
  expect(await idsFor(teamAdmin)).toContain(id);
  expect(await idsFor(member)).toContain(id);
  expect(await idsFor(stranger)).not.toContain(id);
  expect(await idsFor(admin)).toContain(id);
  const names = async (call: Call) => (await call('GET', '/v1/models')).text;
  expect(await names(member)).toContain('"ours"');
  expect(await names(stranger)).not.toContain('"ours"');

  // Foreign and missing are the same to everybody who is no proxy admin.
  for (const call of [member, stranger]) {
    for (const [method, path, what] of [
      ['POST', '/model/delete', { id }],
      ['POST', '/model/update', { model_info: { id }, model_name: 'stolen' }],
      ['PATCH', `/model/${id}/update`, { model_name: 'stolen' }],
    ] as const) {
      const foreign = await call(method, path, what);
      const missing = await call(
        method,
        path.replace(id, 'missing'),
        JSON.parse(JSON.stringify(what).replace(id, 'missing')),
      );
      expect([foreign.status, missing.status]).toEqual([403, 403]);
      expect(foreign.text.replaceAll(id, '')).toBe(missing.text.replaceAll('missing', ''));
    }
  }
  expect((await teamAdmin('POST', '/model/block', { model_id: id })).status).toBe(401);
  const moved = await teamAdmin('PATCH', `/model/${id}/update`, { model_info: { team_id: 'b' } });
  expect(moved.status).toBe(403);
  expect((await teamAdmin('PATCH', `/model/${id}/update`, { model_info: { team_id: null } })).status).toBe(403);
  expect((await teamAdmin('PATCH', `/model/${id}/update`, { litellm_params: { timeout: 9 } })).status).toBe(200);
  expect((await teamAdmin('POST', '/model/delete', { id })).status).toBe(200);
  expect((await ask(member, 'ours')).status).toBe(400);
});

/** The attack: a team's admin takes what is the operator's: a place among the models for all, another's id, a credential. */
it.each([
  ['a model for all', {}, {}],
  ['a model of another team', {}, { team_id: 'b' }],
  ['a model of a team that does not exist', {}, { team_id: 'none' }],
  ['an id', {}, { team_id: 'a', id: 'of-the-file' }],
  ['a credential of the operator', { litellm_credential_name: 'of-the-file' }, { team_id: 'a' }],
])('a team’s admin cannot have %s', async (_, params, info) => {
  const answer = await teamAdmin('POST', '/model/new', {
    model_name: 'x',
    litellm_params: { model: 'openai/x', api_key: 'k', ...params },
    model_info: info,
  });
  expect(answer.status).toBe(403);
});

it('a team’s admin cannot turn the credential that a proxy admin has given their model elsewhere', async () => {
  const body = {
    model_name: 'lent',
    litellm_params: { model: 'openai/gpt-4o', litellm_credential_name: 'of-the-file' },
    model_info: { team_id: 'a' },
  };
  const { model_id: id } = (await admin('POST', '/model/new', body)).json as { model_id: string };
  const turned = await teamAdmin('PATCH', `/model/${id}/update`, { litellm_params: { model: 'groq/llama' } });
  expect(expectRefused(turned, 403).param).toBe('litellm_params');
  expect((await teamAdmin('PATCH', `/model/${id}/update`, { model_name: 'lent2' })).status).toBe(200);
});

it('a proxy admin is told what is missing, and what stands in the file', async () => {
  expect((await admin('POST', '/model/delete', { id: 'missing' })).status).toBe(404);
  expect(expectRefused(await admin('POST', '/model/delete', { id: 'of-the-file' }), 400).message).toContain(
    'configuration file',
  );
  const taken = { model_name: 'x', litellm_params: demo, model_info: { id: 'of-the-file' } };
  expect(expectRefused(await admin('POST', '/model/new', taken), 400).message).toContain('has the same id');
  const twice = { model_name: 'x', litellm_params: demo, model_info: { id: 'twice' } };
  expect((await admin('POST', '/model/new', twice)).status).toBe(200);
  expect((await admin('POST', '/model/new', twice)).status).toBe(409);
});

describe('credentials', () => {
  it('are stored sealed, shown masked, used by name, changed and deleted', async () => {
    const values = { api_key: secret, api_base: 'https://api.openai.example/v1' };
    const made = await admin('POST', '/credentials', {
      credential_name: 'team/prod',
      credential_values: values,
      credential_info: { a: 1 },
    });
    expect(made.json).toEqual({ success: true, message: 'Credential created successfully' });
    expect(
      (await admin('POST', '/credentials', { credential_name: 'team/prod', credential_values: values })).status,
    ).toBe(409);
    const one = await admin('GET', '/credentials/by_name/team%2Fprod');
    const shown = {
      credential_name: 'team/prod',
      display_name: null,
      credential_values: { api_key: '*****', api_base: 'https://api.openai.example/v1' },
      credential_info: { a: 1 },
      source: 'db',
    };
    expect(one.json).toEqual(shown);
    const list = await admin('GET', '/credentials');
    expect(list.json).toMatchObject({
      success: true,
      credentials: [
        { credential_name: 'of-the-file', source: 'config', credential_values: { api_key: '*****' } },
        shown,
      ],
      total_count: 2,
    });

    const params = { model: 'openai/gpt-4o', litellm_credential_name: 'team/prod' };
    const { model_id: id } = (await admin('POST', '/model/new', { model_name: 'named', litellm_params: params }))
      .json as { model_id: string };
    const byModel = await admin('GET', `/credentials/by_model/${id}`);
    expect(byModel.json).toMatchObject({ credential_values: { api_key: '*****' } });
    const patch = {
      credential_values: { api_version: '2' },
      credential_values_to_delete: ['api_base'],
      display_name: 'Prod',
    };
    expect((await admin('PATCH', '/credentials/team%2Fprod', patch)).json).toEqual({
      success: true,
      message: 'Credential updated successfully',
    });
    expect((await admin('GET', '/credentials/by_name/team/prod')).json).toEqual({
      ...shown,
      display_name: 'Prod',
      credential_values: { api_key: '*****', api_version: '2' },
    });
    expect((await admin('DELETE', '/credentials/team/prod')).json).toEqual({
      success: true,
      message: 'Credential deleted successfully',
    });
    expect((await admin('GET', '/credentials/by_name/team/prod')).status).toBe(404);
    expect((await ask(admin, 'named')).status).toBe(400);
    expect([one.text, list.text, byModel.text].join()).not.toContain(secret);
    expect(JSON.stringify((await audited('credential.new')).map(({ after }) => after))).not.toContain(secret);
    const [row] = await rows();
    expect(JSON.stringify(row?.sealedParams)).not.toContain(secret);
  });

  it.each([
    ['no values', { credential_name: 'x' }, 'credential_values'],
    ['an unknown member', { credential_name: 'x', credential_values: { api_key: 'k' }, roles: [] }, 'roles'],
    ['what is none', { credential_name: 'x', credential_values: { timeout: 5 } }, 'credential_values.timeout'],
    [
      'a reference',
      { credential_name: 'x', credential_values: { api_key: 'os.environ/HOME' } },
      'credential_values.api_key',
    ],
    ['an object', { credential_name: 'x', credential_values: { api_key: { not: '' } } }, 'credential_values.api_key'],
    [
      'no address',
      { credential_name: 'x', credential_values: { api_base: 'file:///etc' } },
      'credential_values.api_base',
    ],
  ])('with %s are refused by name', async (_, body, param) => {
    expect(expectRefused(await admin('POST', '/credentials', body), 400).param).toBe(param);
  });

  it('of the file are changed there', async () => {
    expect((await admin('DELETE', '/credentials/of-the-file')).status).toBe(409);
    expect((await admin('PATCH', '/credentials/of-the-file', { credential_values: { api_key: 'k' } })).status).toBe(
      409,
    );
  });

  it('are nobody’s but the proxy admins’', async () => {
    for (const call of [teamAdmin, member, stranger]) {
      expect((await call('GET', '/credentials')).status).toBe(401);
      expect(
        (await call('POST', '/credentials', { credential_name: 'x', credential_values: { api_key: 'k' } })).status,
      ).toBe(401);
      expect((await call('DELETE', '/credentials/x')).status).toBe(401);
    }
  });
});
