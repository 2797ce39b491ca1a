/** Two servers on one database: what one changes holds on the other within two seconds. */
import { describeOnBothDatabases, eventually } from '../../integration/support/databases.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';

describeOnBothDatabases('two servers on one database', (database) => {
  const masterKey = newMasterKey();
  const folders = [new GatewayFolder(), new GatewayFolder()];
  let gateways: GatewayProcess[] = [];
  let clients: GatewayClient[] = [];

  beforeAll(async () => {
    for (const folder of folders) {
      folder.writeConfig({
        model_list: [{ model_name: 'demo', litellm_params: { model: 'demo/hello' } }],
        general_settings: { master_key: masterKey, database_url: database.url },
      });
    }
    gateways = await Promise.all(folders.map((folder) => GatewayProcess.start(folder)));
    clients = await Promise.all(
      gateways.map(async (gateway) => new GatewayClient(await gateway.listening(), masterKey)),
    );
  }, 40_000);
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    for (const folder of folders) folder.remove();
  }, 40_000);

  const pair = (): readonly [GatewayClient, GatewayClient] => {
    const [here, there] = clients;
    if (!here || !there) throw new Error('The servers are there once the tests run.');
    return [here, there];
  };

  test('a key made on one is good on the other at once', async () => {
    const [here, there] = pair();
    for (let count = 0; count < 5; count += 1) {
      const key = await here.generateKey();
      expect((await there.as(key).chat('demo')).status).toBe(200);
    }
  });

  test('a key deleted on one is refused there at once, and on the other within two seconds', async () => {
    const [here, there] = pair();
    const took: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const key = await here.generateKey();
      for (const client of [here, there]) expect((await client.as(key).chat('demo')).status).toBe(200);
      expect((await here.post('/key/delete', { keys: [key] })).status).toBe(200);
      const deletedAt = performance.now();
      expect((await here.as(key).chat('demo')).status).toBe(401);
      await eventually(
        'the key is refused elsewhere',
        async () => (await there.as(key).chat('demo')).status === 401,
        5_000,
      );
      took.push(performance.now() - deletedAt);
    }
    console.log(
      `${database.dialect}: deleted keys were refused elsewhere after ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`,
    );
    expect(Math.max(...took)).toBeLessThan(2_000);
  }, 30_000);
});
