/** Anthropic's and Google's unmodified clients count tokens over models that their own provider counts for, and over others. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { GatewayClient } from '../e2e/kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../e2e/kill/gateway-process.js';

/** The paths that were asked, in their order. */
const asked: string[] = [];
const upstream = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push(path);
  request.resume().once('end', () => {
    const answer = path.endsWith(':countTokens') ? { totalTokens: 31 } : { input_tokens: 2_095 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
});

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let anthropic: Anthropic;
let options: { readonly url: string; readonly key: string };

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const model = (name: string, model: string, base: string) => ({
    model_name: name,
    litellm_params: { model, api_base: base, api_key: 'sk-provider' },
  });
  folder.writeConfig({
    model_list: [
      model('claude', 'anthropic/claude-sonnet-4-5', url),
      model('gemini', 'gemini/gemini-2.5-flash', url),
      model('gpt', 'openai/gpt-4o', `${url}/v1`),
    ],
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey },
  });
  gateway = await GatewayProcess.start(folder);
  const address = await gateway.listening();
  const key = await new GatewayClient(address, masterKey).generateKey();
  anthropic = new Anthropic({ baseURL: address, apiKey: key, maxRetries: 0 });
  options = { url: address, key };
}, 60_000);

afterAll(async () => {
  await gateway.stop();
  await new Promise((resolve) => upstream.close(resolve));
  folder.remove();
}, 30_000);

beforeEach(() => asked.splice(0));

const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];

test('messages.countTokens is answered by Anthropic for Claude', async () => {
  const counted = await anthropic.messages.countTokens({ model: 'claude', messages, system: 'Be brief.' });
  expect(counted).toEqual({ input_tokens: 2_095 });
  expect(asked).toEqual(['/v1/messages/count_tokens']);
});

test.each(['gpt', 'gemini'])('messages.countTokens is counted here for %s', async (model) => {
  const counted = await anthropic.messages.countTokens({ model, messages });
  expect(counted).toEqual({ input_tokens: 14 });
  expect(asked).toEqual([]);
});

test('messages.countTokens counts tools and pictures', async () => {
  const tools: Anthropic.Tool[] = [
    { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
  ];
  const image = { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' };
  const seen = [{ role: 'user' as const, content: [{ type: 'image' as const, source: image }] }];
  const plain = await anthropic.messages.countTokens({ model: 'gpt', messages });
  const tooled = await anthropic.messages.countTokens({ model: 'gpt', messages, tools });
  const pictured = await anthropic.messages.countTokens({ model: 'gpt', messages: seen });
  expect(tooled.input_tokens).toBeGreaterThan(plain.input_tokens);
  expect(pictured.input_tokens).toBeGreaterThan(500);
});

test('the errors of messages.countTokens are those that the client knows', async () => {
  const failure: unknown = await anthropic.messages.countTokens({ model: 'nobody', messages }).catch((error: unknown) => error); // prettier-ignore
  expect(failure).toBeInstanceOf(APIError);
  expect(failure).toMatchObject({ status: 400, error: { error: { type: 'invalid_request_error' } } });
});

test('models.list has the names that the client lists', async () => {
  const names: string[] = [];
  for await (const { id } of anthropic.models.list()) names.push(id);
  expect(names).toEqual(['claude', 'gemini', 'gpt']);
  expect(await anthropic.models.retrieve('gpt')).toMatchObject({ id: 'gpt', type: 'model' });
});

test('models.countTokens is answered by Google for Gemini, and counted here for others; errors are the client’s', async () => {
  const program = join(__dirname, 'npm-google-count.ts');
  const given = JSON.stringify({ ...options, models: ['gemini', 'gpt', 'claude', 'nobody'] });
  const { stdout } = await promisify(execFile)(process.execPath, [program, given]);
  expect(JSON.parse(stdout)).toEqual({
    gemini: { totalTokens: 31 },
    gpt: { totalTokens: 14 },
    claude: { totalTokens: 14 },
    nobody: { isApiError: true, status: 400 },
  });
  expect(asked).toEqual(['/v1beta/models/gemini-2.5-flash:countTokens']);
});
