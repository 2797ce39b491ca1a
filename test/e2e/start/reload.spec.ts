/** A changed configuration is in force without a restart; one that cannot be used changes nothing. */
import { eventually } from '../../integration/support/databases.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let client: GatewayClient;

const configWith = (...names: string[]) => ({
  model_list: names.map((name) => ({ model_name: name, litellm_params: { model: 'demo/hello' } })),
  general_settings: { master_key: masterKey },
});

beforeAll(async () => {
  folder.writeConfig(configWith('first'));
  gateway = await GatewayProcess.start(folder);
  client = new GatewayClient(await gateway.listening(), masterKey);
}, 30_000);
afterAll(async () => {
  await gateway.stop();
  folder.remove();
}, 30_000);

/** The models that are served, once they are as expected. */
async function servedModels(expected: readonly string[]): Promise<void> {
  await eventually(
    `the models ${expected.join()} are served`,
    async () => (await client.models()).join() === expected.join(),
    5_000,
  );
}

test('a new model is served as soon as the file names it, and an old one no longer', async () => {
  await servedModels(['first']);
  folder.writeConfig(configWith('second', 'third'));
  await servedModels(['second', 'third']);
  expect((await client.chat('second')).status).toBe(200);
  expect((await client.chat('first')).status).toBe(400);
});

test.each([
  ['is no YAML', 'model_list: [{'],
  ['holds a mistake', JSON.stringify({ ...configWith('fourth'), router_settings: [1] })],
  ['is empty', ''],
])('a file that %s leaves the old one in force, and says why', async (_, text) => {
  folder.writeConfig(configWith('kept'));
  await servedModels(['kept']);
  const before = gateway.output.length;
  folder.writeConfig(text);
  await eventually(
    'the refusal is logged',
    () => gateway.output.slice(before).includes('the old one stays in force'),
    5_000,
  );
  expect(await client.models()).toEqual(['kept']);
  expect((await client.chat('kept')).status).toBe(200);
});

test('a file that was put right is in force again', async () => {
  folder.writeConfig('model_list: [{');
  folder.writeConfig(configWith('right'));
  await servedModels(['right']);
});

test('SIGHUP reads the file again at once, and the process lives on', async () => {
  const before = gateway.output.length;
  gateway.kill('SIGHUP');
  await eventually(
    'the reading is logged',
    () => gateway.output.slice(before).includes('SIGHUP: reading the configuration again'),
    5_000,
  );
  folder.writeConfig(configWith('hung', 'up'));
  gateway.kill('SIGHUP');
  await servedModels(['hung', 'up']);
});

test('another master key needs a restart: the old one stays, with a warning', async () => {
  const otherKey = newMasterKey();
  const before = gateway.output.length;
  folder.writeConfig({ ...configWith('fifth'), general_settings: { master_key: otherKey } });
  await servedModels(['fifth']);
  expect((await client.as(otherKey).get('/v1/models')).status).toBe(401);
  expect(gateway.output.slice(before)).toMatch(/general_settings\.master_key.*restart/);
  expect(gateway.output).not.toContain(otherKey);
  expect(gateway.output).not.toContain(masterKey);
});
