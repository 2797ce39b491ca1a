/** Whatever a caller or a row of the database names as an address, nothing of it reaches a listener on this machine. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callerOf, type Call } from '../management/management-client.js';
import { TestGateway } from '../support/gateway.js';
import { EchoUpstream } from './echo-upstream.js';

jest.setTimeout(120_000);

let upstream: EchoUpstream;
let gateway: TestGateway;
let admin: Call;
let canary: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  canary = createServer((_request, response) => response.end('{}'));
  canary.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  ({ port } = canary.address() as AddressInfo);
  upstream = await EchoUpstream.start();
  gateway = await TestGateway.start({
    models: [
      { model_name: 'own-address', litellm_params: { model: 'openai/gpt-4o', api_key: 'sk-own', configurable_clientside_auth_params: ['api_base'] } }, // prettier-ignore
      { model_name: 'pictures', litellm_params: { model: 'bedrock/converse/anthropic.claude-3-5-sonnet-20240620-v1:0', aws_bedrock_runtime_endpoint: upstream.origin, aws_region_name: 'us-east-1', aws_access_key_id: 'AKID', aws_secret_access_key: 'secret' } }, // prettier-ignore
    ],
    general: {
      store_model_in_db: true,
      pass_through_endpoints: [{ path: '/canary', target: `http://127.0.0.1:${port}` }],
    },
    environment: { TOLLGATE_ENCRYPTION_KEY: '5f0c1a9d7be24836a1c2d3e4f5061728' },
  });
  admin = callerOf(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
  canary.closeAllConnections();
  canary.close();
});
beforeEach(() => {
  connections = 0;
});

const hosts = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', 'localhost', 'localhost.', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '127。0。0。1', '①②⑦.⓪.⓪.①', '127.0.0.1.', 'a@127.0.0.1']; // prettier-ignore

it('the operator’s own file reaches it, which shows that the canary would sing', async () => {
  expect((await admin('GET', '/canary')).status).toBe(200);
  expect(connections).toBe(1);
});

describe.each(hosts)('%s', (host) => {
  const address = (): string => `http://${host}:${port}`;
  const messages = [{ role: 'user', content: 'Hi' }];

  it('as the target of a stored pass-through endpoint', async () => {
    const path = `/stored-${Buffer.from(host).toString('hex')}`;
    const made = await admin('POST', '/config/pass_through_endpoint', { id: path.slice(1), path, target: address(), include_subpath: true }); // prettier-ignore
    if (made.status === 200) expect((await admin('GET', `${path}/x`)).status).toBe(502);
    else expect(made.status).toBe(400);
    expect(connections).toBe(0);
  });

  it('as the address that a request names', async () => {
    const { status } = await admin('POST', '/v1/chat/completions', { model: 'own-address', messages, api_base: `${address()}/v1` }); // prettier-ignore
    expect(status).toBeGreaterThanOrEqual(400);
    expect(connections).toBe(0);
  });

  it('as the address of a stored model', async () => {
    const id = `stored-${Buffer.from(host).toString('hex')}`;
    const litellm_params = { model: 'openai/gpt-4o', api_key: 'sk-x', api_base: `${address()}/v1` };
    await admin('POST', '/model/new', { model_name: id, litellm_params, model_info: { id } });
    expect((await admin('POST', '/v1/chat/completions', { model: id, messages })).status).toBeGreaterThanOrEqual(400);
    expect(connections).toBe(0);
  });

  it('as the address of a picture', async () => {
    const content = [{ type: 'image_url', image_url: { url: `${address()}/picture.png` } }];
    const { status } = await admin('POST', '/v1/chat/completions', { model: 'pictures', messages: [{ role: 'user', content }] }); // prettier-ignore
    expect(status).toBeGreaterThanOrEqual(400);
    expect(connections).toBe(0);
  });

  it.each([
    ['webhooks', (url: string) => ({ alert_to_webhook_url: { budget_alerts: url } })],
    ['Slack', (url: string) => ({ slack_webhook_url: url })],
    ['issuers of tokens', (url: string) => ({ litellm_jwtauth: { issuers: [{ issuer: url, audience: 'a' }] } })],
    ['opaque tokens', (url: string) => ({ oauth2_config_mappings: { introspection_url: url } })],
    ['pass-through', (url: string) => ({ pass_through_endpoints: [{ path: '/x', target: url }] })],
  ])('as the address of %s among the settings of the database', async (_what, settings) => {
    const answer = await admin('POST', '/config/update', { general_settings: settings(address()) });
    expect(answer.status).toBe(400);
    expect(connections).toBe(0);
  });
});
