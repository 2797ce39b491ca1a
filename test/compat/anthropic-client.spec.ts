/** Anthropic's unmodified client talks to models of OpenAI and of Anthropic behind the gateway, and sees the same. */
import { execFile } from 'node:child_process';
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
} as const;
const scenarios = ['chat', 'stream', 'tools', 'stream-tools', 'permission', 'overloaded', 'stream-error'];
const providers = Object.keys(models);

beforeAll(async () => {
  const url = await upstream.listen();
  folder.writeConfig({
    model_list: Object.entries(models).flatMap(([provider, { model, version }]) =>
      scenarios.map((scenario) => ({
        model_name: `${provider}-${scenario}`,
        litellm_params: { model, api_base: `${url}/${provider}/${scenario}${version}`, api_key: 'sk-provider' },
      })),
    ),
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey },
  });
  gateway = await GatewayProcess.start(folder);
  const address = await gateway.listening();
  const options = { url: address, key: await new GatewayClient(address, masterKey).generateKey() };
  const program = join(__dirname, 'npm-anthropic.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(options)]);
  report = JSON.parse(stdout) as typeof report;
}, 60_000);

afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  folder.remove();
}, 30_000);

test.each(providers)('a model of %s answers, whole and streamed', (provider) => {
  expect(report[`${provider}-chat`]).toEqual({ text: expect.stringMatching(/\S/), stop: 'end_turn', counted: true });
  expect(report[`${provider}-stream`]).toEqual({
    text: expect.stringMatching(/\S/),
    stop: 'end_turn',
    severalPieces: true,
  });
});

test.each(providers)('a model of %s calls tools, whole and streamed', (provider) => {
  for (const scenario of ['tools', 'stream-tools']) {
    const { stop, calls } = report[`${provider}-${scenario}`] as { stop: string; calls: readonly object[] };
    expect([scenario, stop]).toEqual([scenario, 'tool_use']);
    expect(calls[0]).toEqual({ name: expect.stringMatching(/^get_/), input: expect.any(Object) });
  }
});

test.each(providers)('errors of %s are those that the client knows', (provider) => {
  expect(report[`${provider}-permission`]).toEqual({ isApiError: true, status: 403, type: 'permission_error' });
  // OpenAI says it with the status of any other failure.
  const type = provider === 'openai' ? 'api_error' : 'overloaded_error';
  expect(report[`${provider}-overloaded`]).toMatchObject({ isApiError: true, type });
  expect(report[`${provider}-stream-error`]).toMatchObject({ isApiError: true });
});

test('a model that does not exist is a bad request', () => {
  expect(report['unknown']).toEqual({ isApiError: true, status: 400, type: 'invalid_request_error' });
});
