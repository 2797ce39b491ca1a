/** Google's unmodified client talks to models of OpenAI, Anthropic and Google behind the gateway. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayClient } from '../e2e/kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../e2e/kill/gateway-process.js';
import { ReplayingProvider } from './replaying-provider.js';

const upstream = new ReplayingProvider();
const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let report: Record<string, unknown>;

const models = {
  openai: { model: 'openai/gpt-4o', version: '/v1' },
  anthropic: { model: 'anthropic/claude-sonnet-4-20250514', version: '' },
  gemini: { model: 'gemini/gemini-2.5-flash', version: '/v1beta' },
} as const;

beforeAll(async () => {
  const url = await upstream.listen();
  const scenarios = ['chat', 'stream', 'tools', 'permission'];
  const list = Object.entries(models).flatMap(([provider, { model, version }]) =>
    scenarios.map((scenario) => ({
      model_name: `${provider}-${scenario}`,
      litellm_params: { model, api_base: `${url}/${provider}/${scenario}${version}`, api_key: 'sk-provider' },
    })),
  );
  folder.writeConfig({
    model_list: list,
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey },
  });
  gateway = await GatewayProcess.start(folder);
  const address = await gateway.listening();
  const options = { url: address, key: await new GatewayClient(address, masterKey).generateKey() };
  const program = join(__dirname, 'npm-google-genai.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(options)]);
  report = JSON.parse(stdout) as typeof report;
}, 60_000);

afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  folder.remove();
}, 30_000);

/** With letters that are composed of several characters, as it was recorded. */
function recordedText(): string {
  const file = join(__dirname, 'fixtures/openai/chat.json');
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as {
    body: { choices: [{ message: { content: string } }] };
  };
  return recorded.body.choices[0].message.content;
}

/** What the recorded answers say. */
const texts = {
  openai: [recordedText(), 'The capital of France is Paris.'],
  anthropic: ['Tokyo.', 'The capital of France is Paris.'],
  gemini: ['The capital of France is Paris.', 'The capital of France is Paris.'],
};

test.each(Object.entries(texts))('a model of %s answers, whole and streamed', (provider, [whole, streamed]) => {
  expect(report[`${provider}-chat`]).toEqual({ finish: 'STOP', text: whole, total: expect.any(Number) });
  expect(report[`${provider}-stream`]).toEqual({
    finish: 'STOP',
    text: streamed,
    severalParts: true,
    total: expect.any(Number),
  });
});

test.each(['openai', 'anthropic'])('a model of %s calls a tool', (provider) => {
  const { calls } = report[`${provider}-tools`] as { calls: readonly { name: string; args: object; hasId: boolean }[] };
  expect(calls.length).toBeGreaterThan(0);
  expect(calls[0]).toMatchObject({ args: expect.any(Object), hasId: true });
});

test('errors are those of the client, with their status', () => {
  expect(report['permission']).toEqual({ isApiError: true, status: 403 });
  expect(report['unknown']).toEqual({ isApiError: true, status: 400 });
});
