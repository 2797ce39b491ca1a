/** Settings by the management API: laid over the file's, checked as the file is, and never what is the operator's own. */
import { DatabaseService } from '../../../src/database/database.service.js';
import { defaultStrategy } from '../../../src/config/schema/routing.schema.js';
import { SettingsService } from '../../../src/config/settings.service.js';
import { expectRefused } from '../support/envelope.js';
import { masterKey, TestGateway } from '../support/gateway.js';
import { addMember, callerOf, type Call } from './management-client.js';

let gateway: TestGateway;
let admin: Call;
let member: Call;

beforeAll(async () => {
  gateway = await TestGateway.start({
    models: ['one', 'two', 'three/x'].map((name) => ({ model_name: name, litellm_params: { model: 'demo/hello' } })),
    router: { num_retries: 1, fallbacks: [{ one: ['two'] }] },
    environment: { TOLLGATE_ENCRYPTION_KEY: '5f0c1a9d7be24836a1c2d3e4f5061728' },
  });
  admin = callerOf(gateway);
  member = await addMember(gateway, { teamId: 'a', userId: 'ada', role: 'admin' });
}, 30_000);
afterAll(() => gateway.stop());

const config = () => gateway.app.get(SettingsService).current();
const rows = () =>
  gateway.app
    .get(DatabaseService)
    .run((client) => client.configSetting.findMany({ orderBy: [{ section: 'asc' }, { name: 'asc' }] }));

it('a setting holds at once, goes before the file’s, is shown with its source, and gives way to the file’s again', async () => {
  const body = {
    router_settings: { num_retries: 3 },
    general_settings: { health_check_interval: 60 },
    litellm_settings: { drop_params: true },
  };
  expect((await admin('POST', '/config/update', body)).json).toEqual({ message: 'Config updated successfully' });
  expect([config().router.numRetries, config().general.healthChecks.intervalMs, config().requests.dropParams]).toEqual([
    3,
    60_000,
    true,
  ]);
  expect(await rows()).toMatchObject([
    { section: 'general_settings', name: 'health_check_interval', value: 60, updatedBy: 'default_user_id' },
    { section: 'litellm_settings', name: 'drop_params', value: true },
    { section: 'router_settings', name: 'num_retries', value: 3 },
  ]);
  const info = await admin('GET', '/config/field/info?field_name=health_check_interval');
  expect(info.json).toEqual({ field_name: 'health_check_interval', field_value: 60, source: 'db', editable: true });
  const list = (await admin('GET', '/config/list?config_type=general_settings')).json as { field_name: string }[];
  expect(list.find(({ field_name: name }) => name === 'health_check_interval')).toMatchObject({
    field_type: 'Float',
    stored_in_db: true,
  });
  expect(list.find(({ field_name: name }) => name === 'max_request_size_mb')).toMatchObject({
    source: 'config',
    editable: false,
  });
  const router = (await admin('GET', '/router/settings')).json as { current_values: object; source: object };
  expect(router.current_values).toMatchObject({ num_retries: 3, routing_strategy: defaultStrategy });
  expect(router.source).toMatchObject({ num_retries: 'db', routing_strategy: 'default', fallbacks: 'config' });

  await admin('POST', '/config/update', {
    router_settings: { num_retries: null },
    litellm_settings: { drop_params: null },
  });
  expect([config().router.numRetries, config().requests.dropParams]).toEqual([1, false]);
  const left = await admin('POST', '/config/field/delete', {
    field_name: 'health_check_interval',
    config_type: 'general_settings',
  });
  expect(left.json).toEqual({ param_name: 'general_settings', param_value: {} });
  expect(config().general.healthChecks.intervalMs).toBe(300_000);
  expect(await rows()).toEqual([]);
  expect((await admin('POST', '/config/field/delete', { field_name: 'health_check_interval' })).status).toBe(404);
  const audited = await gateway.app
    .get(DatabaseService)
    .run((client) => client.auditEntry.findMany({ where: { objectKind: 'config' }, orderBy: { sequence: 'asc' } }));
  expect(audited.map(({ action, objectId }) => `${action} ${objectId}`)).toEqual([
    'config.update general_settings.health_check_interval',
    'config.update litellm_settings.drop_params',
    'config.update router_settings.num_retries',
    'config.delete litellm_settings.drop_params',
    'config.delete router_settings.num_retries',
    'config.delete general_settings.health_check_interval',
  ]);
});

it('what is shown holds no secret', async () => {
  const yaml = await admin('GET', '/config/yaml');
  expect(yaml.json).toMatchObject({ general_settings: { master_key: '*****' }, router_settings: { num_retries: 1 } });
  const list = await admin('GET', '/config/list?config_type=general_settings');
  expect(yaml.text + list.text).not.toContain(masterKey);
});

it.each([
  ['a wrong type', { router_settings: { num_retries: 'many' } }, 'router_settings.num_retries'],
  [
    'a wrong type deep within',
    { router_settings: { retry_policy: { TimeoutErrorRetries: -1 } } },
    'router_settings.retry_policy.TimeoutErrorRetries',
  ],
  [
    'a strategy that does not exist',
    { router_settings: { routing_strategy: 'fastest' } },
    'router_settings.routing_strategy',
  ],
  [
    'an alias that leads nowhere',
    { router_settings: { model_group_alias: { short: 'nowhere' } } },
    'router_settings.model_group_alias.short',
  ],
  [
    'a setting that does not exist',
    { general_settings: { health_check_intervall: 5 } },
    'general_settings.health_check_intervall',
  ],
  ['what is not served', { litellm_settings: { success_callback: ['langfuse'] } }, 'litellm_settings.success_callback'],
  ['what is read at start', { general_settings: { max_request_size_mb: 64 } }, 'general_settings.max_request_size_mb'],
  [
    'a reference',
    { litellm_settings: { default_fallbacks: ['os.environ/HOME'] } },
    'litellm_settings.default_fallbacks',
  ],
  ['one good and one bad', { router_settings: { num_retries: 4, timeout: -1 } }, 'router_settings.timeout'],
  ['a section that does not exist', { guardrail_settings: {} }, 'guardrail_settings'],
  ['models', { model_list: [{ model_name: 'x' }] }, 'model_list'],
])('%s: 400 with the path, and the old stays', async (_, body, param) => {
  const before = config();
  expect(expectRefused(await admin('POST', '/config/update', body), 400).param).toBe(param);
  expect(config()).toBe(before);
  expect(await rows()).toEqual([]);
});

/** The attack: whoever has a proxy admin's key, and not the machine, turns the gateway against its operator. */
it.each([
  [{ general_settings: { master_key: 'sk-0123456789abcdef0123456789abcdef' } }],
  [{ general_settings: { database_url: 'postgresql://attacker.example/db' } }],
  [{ general_settings: { egress: { allowed_cidrs: ['169.254.169.254/32'] } } }],
  [{ general_settings: { custom_auth: 'file.function' } }],
  [{ general_settings: { pass_through_endpoints: [{ path: '/x', target: 'https://attacker.example', auth: false }] } }],
  [
    {
      litellm_settings: { custom_providers: { evil: { base_url: 'http://10.0.0.1', api_key_env: 'OPENAI_API_KEY' } } },
    },
  ],
  [{ router_settings: { redis_host: 'attacker.example' } }],
  [{ environment_variables: { OPENAI_BASE_URL: 'https://attacker.example' } }],
])('%j is refused by name', async (body) => {
  const [[section = '', values = {}] = []] = Object.entries(body as Record<string, object>);
  const { param, message } = expectRefused(await admin('POST', '/config/update', body), 400);
  expect(param).toBe(section === 'environment_variables' ? section : `${section}.${Object.keys(values)[0]}`);
  expect(message).toMatch(/file/);
  if (section === 'general_settings') {
    const [[name, value] = []] = Object.entries(values);
    const field = { field_name: name, field_value: value as unknown, config_type: 'general_settings' };
    expectRefused(await admin('POST', '/config/field/update', field), 400);
  }
  expect(await rows()).toEqual([]);
});

it('fallbacks of one model are set, shown and deleted beside those of the file', async () => {
  const set = await admin('POST', '/fallback', { model: 'three/x', fallback_models: ['one', 'two'] });
  expect(set.json).toEqual({
    model: 'three/x',
    fallback_models: ['one', 'two'],
    fallback_type: 'general',
    message: 'Fallback configuration created successfully',
  });
  expect((await admin('GET', '/fallback/three%2Fx')).json).toEqual({
    model: 'three/x',
    fallback_models: ['one', 'two'],
    fallback_type: 'general',
  });
  expect((await admin('GET', '/fallback/one')).json).toMatchObject({ fallback_models: ['two'] });
  expect((await admin('GET', '/fallback/one?fallback_type=context_window')).status).toBe(404);
  const again = await admin('POST', '/fallback', { model: 'three/x', fallback_models: ['two'] });
  expect(again.json).toMatchObject({ message: 'Fallback configuration updated successfully' });
  expect(config().router.fallbacks.general.get('three/x')).toEqual([{ model: 'two' }]);
  expect((await admin('DELETE', '/fallback/three/x')).status).toBe(200);
  expect((await admin('DELETE', '/fallback/three/x')).status).toBe(404);
  expect((await admin('GET', '/fallback/one')).json).toMatchObject({ fallback_models: ['two'] });
  expect((await admin('POST', '/fallback', { model: 'nowhere', fallback_models: ['one'] })).status).toBe(404);
  for (const fallback_models of [['nowhere'], ['one'], [], ['two', 'two']])
    expect(expectRefused(await admin('POST', '/fallback', { model: 'one', fallback_models }), 400).param).toBe(
      'fallback_models',
    );
});

it('nobody but a proxy admin sees or changes any of it', async () => {
  for (const [method, path, body] of [
    ['POST', '/config/update', { router_settings: { num_retries: 9 } }],
    ['POST', '/config/field/update', { field_name: 'health_check_interval', field_value: 1 }],
    ['POST', '/config/field/delete', { field_name: 'health_check_interval' }],
    ['GET', '/config/field/info?field_name=master_key', undefined],
    ['GET', '/config/list', undefined],
    ['GET', '/config/yaml', undefined],
    ['GET', '/router/settings', undefined],
    ['POST', '/fallback', { model: 'one', fallback_models: ['two'] }],
    ['GET', '/fallback/one', undefined],
    ['DELETE', '/fallback/one', undefined],
  ] as const)
    expect((await member(method, path, body)).status).toBe(401);
});
