/** Conversations outlive the process that held their turns: one is ended between two turns, and another goes on. */
import OpenAI from 'openai';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { TwoProviders } from './two-providers.js';

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let providers: TwoProviders;
let gateway: GatewayProcess;
let key: string;

const openai = (): OpenAI => new OpenAI({ baseURL: `${gateway.url ?? ''}/v1`, apiKey: key, maxRetries: 0 });

beforeAll(async () => {
  providers = await TwoProviders.start();
  const { origin } = providers;
  const native = (account: string) => ({
    model_name: 'gpt',
    litellm_params: { model: 'openai/gpt-5', api_base: `${origin}/v1`, api_key: account },
  });
  folder.writeConfig({
    model_list: [
      { model_name: 'claude', litellm_params: { model: 'anthropic/claude-x', api_base: origin, api_key: 'sk-a' } },
      native('account-1'),
      native('account-2'),
      native('account-3'),
    ],
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey },
  });
  gateway = await GatewayProcess.start(folder);
  key = await new GatewayClient(gateway.url ?? '', masterKey).generateKey();
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  await providers.stop();
  folder.remove();
}, 30_000);

/** The response is read off the stream, and the process ended as soon as the client has its last event. */
async function streamedId(model: string): Promise<string> {
  let id = '';
  for await (const event of await openai().responses.create({ model, input: 'One', stream: true }))
    if (event.type === 'response.completed') id = event.response.id;
  return id;
}

it.each([
  ['claude', 'SIGKILL'],
  ['claude', 'SIGTERM'],
  ['gpt', 'SIGKILL'],
] as const)(
  '%s, after %s',
  async (model, signal) => {
    const id = await streamedId(model);
    const { account } = providers.last;
    gateway.kill(signal);
    await gateway.ended;
    gateway = await GatewayProcess.start(folder);
    const second = await openai().responses.create({ model, input: 'Two', previous_response_id: id });
    expect([second.previous_response_id, providers.last.account]).toEqual([id, account]);
    if (model === 'claude') expect(JSON.stringify(providers.last.body['messages'])).toContain('One');
    expect((await openai().responses.retrieve(id)).id).toBe(id);
  },
  60_000,
);
