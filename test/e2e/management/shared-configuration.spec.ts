/** What is managed on one process holds on another within two seconds: models, credentials, settings. A tampered row stops itself alone. */
import { randomBytes } from 'node:crypto';
import { describeOnBothDatabases, eventually } from '../../integration/support/databases.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';

jest.setTimeout(60_000);

describeOnBothDatabases('two processes', (database) => {
  const masterKey = newMasterKey();
  const env = { TOLLGATE_ENCRYPTION_KEY: randomBytes(32).toString('hex') };
  const folders = [new GatewayFolder(), new GatewayFolder()];
  let gateways: GatewayProcess[] = [];
  let here: GatewayClient;
  let there: GatewayClient;

  beforeAll(async () => {
    for (const folder of folders) {
      folder.writeConfig({
        model_list: [
          { model_name: 'demo', litellm_params: { model: 'demo/hello' } },
          { model_name: 'named', litellm_params: { model: 'demo/hello', litellm_credential_name: 'later' } },
        ],
        general_settings: { master_key: masterKey, database_url: database.url, store_model_in_db: true },
      });
    }
    gateways = await Promise.all(folders.map((folder) => GatewayProcess.start(folder, { env })));
    const [one, other] = await Promise.all(gateways.map((each) => each.listening()));
    here = new GatewayClient(one ?? '', masterKey);
    there = new GatewayClient(other ?? '', masterKey);
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    for (const folder of folders) folder.remove();
  });

  /** How long it takes until `isTrue`, milliseconds. */
  async function msUntil(what: string, isTrue: () => Promise<boolean>): Promise<number> {
    const startedAt = performance.now();
    await eventually(what, isTrue, 10_000);
    return performance.now() - startedAt;
  }
  const answers = async (client: GatewayClient, model: string): Promise<boolean> =>
    (await client.chat(model)).status === 200;

  test('a model that is added answers on the other, and one that is deleted stops', async () => {
    const took: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const name = `added-${count}`;
      const made = await here.post('/model/new', {
        model_name: name,
        litellm_params: { model: 'demo/hello', api_key: 'k' },
      });
      expect(made.status).toBe(200);
      expect(await answers(here, name)).toBe(true);
      took.push(await msUntil('the model answers elsewhere', () => answers(there, name)));
      expect((await here.post('/model/delete', { id: made.json['model_id'] })).status).toBe(200);
      expect(await answers(here, name)).toBe(false);
      took.push(await msUntil('the model is gone elsewhere', async () => !(await answers(there, name))));
    }
    expect(Math.max(...took)).toBeLessThan(2_000);
  });

  test('an entry of the file is served on both once its credential is there, and on neither once it is gone', async () => {
    expect(await answers(there, 'named')).toBe(false);
    const credential = { credential_name: 'later', credential_values: { api_key: 'k' } };
    expect((await here.post('/credentials', credential)).status).toBe(200);
    expect(await answers(here, 'named')).toBe(true);
    expect(await msUntil('it is served elsewhere', () => answers(there, 'named'))).toBeLessThan(2_000);
  });

  test('a setting holds on the other, and survives a restart and a reload of the file', async () => {
    expect(
      (await here.post('/config/update', { router_settings: { model_group_alias: { short: 'demo' } } })).status,
    ).toBe(200);
    expect(await answers(here, 'short')).toBe(true);
    expect(await msUntil('it holds elsewhere', () => answers(there, 'short'))).toBeLessThan(2_000);

    const [, gateway] = gateways;
    const [, folder] = folders;
    if (!gateway || !folder) throw new Error('There are two.');
    await gateway.stop();
    const restarted = await GatewayProcess.start(folder, { env });
    gateways[1] = restarted;
    there = new GatewayClient(await restarted.listening(), masterKey);
    expect(await answers(there, 'short')).toBe(true);

    folder.writeConfig({
      model_list: [
        { model_name: 'demo', litellm_params: { model: 'demo/hello' } },
        { model_name: 'new-in-the-file', litellm_params: { model: 'demo/hello' } },
      ],
      general_settings: { master_key: masterKey, database_url: database.url, store_model_in_db: true },
    });
    await eventually('the file is read again', () => answers(there, 'new-in-the-file'));
    expect(await answers(there, 'short')).toBe(true);
  });

  test('a row that was tampered with is skipped with a warning that names it, and stops no other', async () => {
    const ids: string[] = [];
    for (const model_name of ['tampered', 'whole']) {
      const made = await here.post('/model/new', { model_name, litellm_params: { model: 'demo/hello', api_key: 'k' } });
      ids.push(String(made.json['model_id']));
    }
    const [tampered = '', whole = ''] = ids;
    await eventually('both answer', async () => (await answers(there, 'tampered')) && (await answers(there, 'whole')));
    // The one's ciphertext in the other's row.
    const theirs = `SELECT sealed_params FROM config_models WHERE id = '${whole}'`;
    await database.sql(`UPDATE config_models SET sealed_params = (${theirs}) WHERE id = '${tampered}'`);
    const added = await here.post('/model/new', {
      model_name: 'after',
      litellm_params: { model: 'demo/hello', api_key: 'k' },
    });
    expect(added.status).toBe(200);
    for (const client of [here, there]) {
      await eventually(
        'the others answer',
        async () => (await answers(client, 'after')) && (await answers(client, 'whole')),
      );
      expect(await answers(client, 'tampered')).toBe(false);
    }
    for (const gateway of gateways) {
      expect(gateway.output).toContain(`database row ${tampered} of config_models`);
      expect(gateway.output).not.toContain(`database row ${whole} of config_models`);
    }
    const info = await here.get(`/model/info?litellm_model_id=${tampered}`);
    expect(info.json['data']).toMatchObject([{ model_info: { id: tampered, unreadable: true } }]);
    expect(
      (await here.post('/model/update', { model_info: { id: tampered }, litellm_params: { timeout: 5 } })).status,
    ).toBe(409);
    expect((await here.post('/model/delete', { id: tampered })).status).toBe(200);
  });
});
