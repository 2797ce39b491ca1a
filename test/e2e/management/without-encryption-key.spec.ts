/** Without an encryption key a secret is not stored at all, and nothing is encrypted under the master key in its place. */
import { DatabaseService } from '../../../src/database/database.service.js';
import { expectRefused } from '../support/envelope.js';
import { TestGateway } from '../support/gateway.js';
import { callerOf, type Call } from './management-client.js';

let gateway: TestGateway;
let admin: Call;
const start = async (general: object): Promise<void> => {
  gateway = await TestGateway.start({ models: [], general: { ...general } });
  admin = callerOf(gateway);
};
afterEach(() => gateway.stop());

it('a credential and a model with a key are refused with the reason, a model without one is served', async () => {
  await start({ store_model_in_db: true });
  const credential = await admin('POST', '/credentials', { credential_name: 'x', credential_values: { api_key: 'k' } });
  expect(expectRefused(credential, 409).message).toContain('set it as TOLLGATE_ENCRYPTION_KEY');
  const params = { model: 'demo/hello', api_key: 'k' };
  const model = await admin('POST', '/model/new', { model_name: 'x', litellm_params: params });
  expect(expectRefused(model, 409).message).toContain('openssl rand -hex 32');
  const open = await admin('POST', '/model/new', { model_name: 'x', litellm_params: { model: 'demo/hello' } });
  expect(open.status).toBe(200);
  const rows = await gateway.app.get(DatabaseService).run((client) => client.configModel.findMany());
  expect(rows).toMatchObject([{ litellmParams: { model: 'demo/hello' }, sealedParams: null }]);
});

it('models of the database are refused where they are not served', async () => {
  await start({ store_model_in_db: false });
  const answer = await admin('POST', '/model/new', { model_name: 'x', litellm_params: { model: 'demo/hello' } });
  expect(expectRefused(answer, 400).message).toContain('STORE_MODEL_IN_DB=True');
});
