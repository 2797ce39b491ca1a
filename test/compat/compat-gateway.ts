/** One gateway for one spec file, with a model for each scenario of each provider, and the programs that talk to it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayClient } from '../e2e/kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey, projectRoot } from '../e2e/kill/gateway-process.js';
import { providers, type Provider } from './expectations.js';
import { ReplayingProvider } from './replaying-provider.js';

/** Given to each program as JSON in its first argument. */
export interface ClientOptions {
  readonly url: string;
  readonly key: string;
  /** More that one client needs. */
  readonly [name: string]: string;
}

/** Answers of chat models. */
const dialogues = [
  'chat',
  'stream',
  'tools',
  'stream-tools',
  'after-tools',
  'agent',
  'structured',
  'json-tool',
  'facts-tool',
  'thinking',
];
const failures = ['permission', 'not-found', 'rate-limit', 'overloaded', 'stream-error', 'silent', 'endless'];
const endpoints = ['embeddings', 'images', 'image-edit', 'speech', 'transcription'];

/** The models whose answers are recorded, by scenario. */
const recordedModels: Readonly<Record<Provider, Readonly<Record<string, string>>>> = {
  openai: {
    chat: 'openai/gpt-4o',
    thinking: 'openai/o4-mini',
    embeddings: 'openai/text-embedding-3-small',
    images: 'openai/gpt-image-1',
    'image-edit': 'openai/gpt-image-1',
    speech: 'openai/gpt-4o-mini-tts',
    transcription: 'openai/gpt-4o-transcribe',
  },
  anthropic: {
    // Takes a JSON schema as it is; older models, as Bedrock's here, get it as a tool.
    chat: 'anthropic/claude-sonnet-4-5-20250929',
  },
  gemini: {
    chat: 'gemini/gemini-2.5-flash',
    embeddings: 'gemini/gemini-embedding-001',
    images: 'gemini/imagen-4.0-generate-001',
    'image-edit': 'gemini/gemini-2.5-flash-image',
  },
  bedrock: {
    chat: 'bedrock/converse/anthropic.claude-3-5-sonnet-20240620-v1:0',
    thinking: 'bedrock/converse/us.anthropic.claude-3-7-sonnet-20250219-v1:0',
    embeddings: 'bedrock/amazon.titan-embed-text-v2:0',
    images: 'bedrock/amazon.nova-canvas-v1:0',
    'image-edit': 'bedrock/amazon.titan-image-generator-v2:0',
  },
};

/** Clouds that have Claude, which answers there what it answers at Anthropic, in the cloud's envelope. */
export const clouds = ['bedrock-claude', 'vertex-claude'] as const;
export type Cloud = (typeof clouds)[number];

function cloudDeployment(cloud: Cloud, scenario: string, upstreamUrl: string): object {
  const base = `${upstreamUrl}/${cloud}/${scenario}`;
  const params = {
    'bedrock-claude': { model: 'bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0', ...access('bedrock', base) },
    'vertex-claude': {
      model: 'vertex_ai/claude-sonnet-4-5@20250929',
      api_base: `${base}/v1/projects/replayed/locations/europe-west1`,
      api_key: 'ya29.replayed',
    },
  };
  return { model_name: `${cloud}-${scenario}`, litellm_params: params[cloud] };
}

/** Where each provider's API begins below its address, and what it lets in. */
function access(provider: Provider, base: string): object {
  if (provider === 'bedrock')
    return {
      aws_bedrock_runtime_endpoint: base,
      aws_region_name: 'us-east-1',
      aws_access_key_id: 'AKIDREPLAYED',
      aws_secret_access_key: 'replayed-secret',
    };
  const version = { openai: '/v1', anthropic: '', gemini: '/v1beta' }[provider];
  return { api_base: base + version, api_key: 'sk-provider' };
}

function deployment(provider: Provider, scenario: string, upstreamUrl: string): object {
  const models = recordedModels[provider];
  const model = models[scenario] ?? models['chat'];
  const base = `${upstreamUrl}/${provider}/${scenario}`;
  return { model_name: `${provider}-${scenario}`, litellm_params: { model, ...access(provider, base) } };
}

export class CompatGateway {
  readonly upstream = new ReplayingProvider();
  readonly #folder = new GatewayFolder();
  readonly #masterKey = newMasterKey();
  #process: GatewayProcess | undefined;
  #url = '';

  async start(): Promise<void> {
    const upstreamUrl = await this.upstream.listen();
    const scenarios = [...dialogues, ...failures, ...endpoints];
    this.#folder.writeConfig({
      model_list: [
        ...providers.flatMap((provider) => scenarios.map((scenario) => deployment(provider, scenario, upstreamUrl))),
        ...clouds.flatMap((cloud) =>
          [...dialogues, ...failures].map((scenario) => cloudDeployment(cloud, scenario, upstreamUrl)),
        ),
      ],
      router_settings: { num_retries: 0 },
      general_settings: { master_key: this.#masterKey },
    });
    this.#process = await GatewayProcess.start(this.#folder);
    this.#url = await this.#process.listening();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await this.upstream.close();
    this.#folder.remove();
  }

  generateKey(body: object = {}): Promise<string> {
    return new GatewayClient(this.#url, this.#masterKey).generateKey(body);
  }

  async options(more: Readonly<Record<string, string>> = {}): Promise<ClientOptions> {
    return { url: this.#url, key: await this.generateKey(), ...more };
  }
}

/** What a program saw. It runs in a process of its own: a client inside Jest meets errors of two realms. */
export async function reportOf<Report>(program: string, options: ClientOptions): Promise<Report> {
  const command = program.endsWith('.py') ? pythonCommand() : process.execPath;
  // Answers are not all ASCII, whatever the machine's locale is.
  const env = { PATH: process.env['PATH'] ?? '', PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' };
  const args = [join(__dirname, program), JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 10_000_000 });
  return JSON.parse(stdout) as Report;
}

function pythonCommand(): string {
  const python = join(projectRoot, '.venv/bin/python');
  if (existsSync(python)) return python;
  throw new Error(
    `There is no ${python}: run scripts/python-venv.sh, which needs python3 with venv. Without it the Python clients are not tested.`,
  );
}
