/** Unmodified `openai` clients from npm and PyPI, with OpenAI and Anthropic behind the gateway, see what they see at OpenAI. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayClient } from '../e2e/kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey, projectRoot } from '../e2e/kill/gateway-process.js';
import { eventually } from '../integration/support/databases.js';
import { expectedOf, expectedOfGateway, providers, type Provider } from './expectations.js';
import type { ClientOptions } from './npm-openai.js';
import { ReplayingProvider } from './replaying-provider.js';

type Report = Record<Provider | 'gateway', Record<string, unknown>>;

const scenarios = ['chat', 'stream', 'tools', 'stream-tools', 'after-tools', 'structured', 'permission', 'not-found'];
const allScenarios = [...scenarios, 'rate-limit', 'overloaded', 'stream-error', 'silent', 'endless'];

const upstream = new ReplayingProvider();
const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let options: ClientOptions;

function deployment(provider: Provider, scenario: string, upstreamUrl: string): object {
  const base = `${upstreamUrl}/${provider}/${scenario}`;
  // Newer models of Anthropic take a JSON schema as it is; the recorded answer is an older one's.
  const claude = scenario === 'structured' ? 'claude-3-5-sonnet-20241022' : 'claude-sonnet-4-20250514';
  const litellmParams =
    provider === 'openai'
      ? { model: 'openai/gpt-4o', api_base: `${base}/v1`, api_key: 'sk-provider' }
      : { model: `anthropic/${claude}`, api_base: base, api_key: 'sk-ant-provider' };
  return { model_name: `${provider}-${scenario}`, litellm_params: litellmParams };
}

/** An address that was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/v1`;
}

beforeAll(async () => {
  const upstreamUrl = await upstream.listen();
  folder.writeConfig({
    model_list: providers.flatMap((provider) =>
      allScenarios.map((scenario) => deployment(provider, scenario, upstreamUrl)),
    ),
    router_settings: { num_retries: 0 },
    general_settings: { master_key: masterKey },
  });
  gateway = await GatewayProcess.start(folder);
  const url = await gateway.listening();
  const admin = new GatewayClient(url, masterKey);
  options = {
    baseUrl: `${url}/v1`,
    key: await admin.generateKey(),
    limitedKey: await admin.generateKey({ models: ['anthropic-chat'] }),
    deadUrl: await deadUrl(),
  };
}, 40_000);
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  folder.remove();
}, 30_000);

/** In processes of their own: a client that runs inside Jest meets errors of two realms. */
async function reportOf(command: string, program: string): Promise<Report> {
  // Answers are not all ASCII, whatever the machine's locale is.
  const env = { PATH: process.env['PATH'] ?? '', PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)(command, [join(__dirname, program), JSON.stringify(options)], { env });
  return JSON.parse(stdout) as Report;
}

function byNpm(): Promise<Report> {
  return reportOf(process.execPath, 'npm-openai.ts');
}

async function byPypi(): Promise<Report> {
  const python = join(projectRoot, '.venv/bin/python');
  if (existsSync(python)) return reportOf(python, 'pypi_openai.py');
  throw new Error(
    `There is no ${python}: run scripts/python-venv.sh, which needs python3 with venv. Without it the Python client is not tested.`,
  );
}

describe.each([
  ['npm', byNpm],
  ['PyPI', byPypi],
])('the openai client from %s', (_, callAll) => {
  let report: Report;
  let closedStreams = 0;
  beforeAll(async () => {
    closedStreams = upstream.endlessClosedAt.length;
    report = await callAll();
  }, 60_000);

  describe.each(providers)('with %s behind the gateway', (provider) => {
    test.each(Object.keys(expectedOf(provider)))('%s', (scenario) => {
      expect(report[provider][scenario]).toEqual(expectedOf(provider)[scenario]);
    });
  });

  test.each(Object.keys(expectedOfGateway()))('gateway: %s', (scenario) => {
    expect(report.gateway[scenario]).toEqual(expectedOfGateway()[scenario]);
  });

  test('a stream that the client leaves is closed at the provider too', async () => {
    await eventually(
      'both endless streams are closed',
      () => upstream.endlessClosedAt.length === closedStreams + 2,
      2_000,
    );
  });
});
