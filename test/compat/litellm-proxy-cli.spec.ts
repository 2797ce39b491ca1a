/** LiteLLM's own command `litellm-proxy`, unmodified, manages keys, users, teams, models and credentials of the gateway as it does those of LiteLLM. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayFolder, GatewayProcess, newMasterKey, projectRoot } from '../e2e/kill/gateway-process.js';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Row = Record<string, unknown>;

const folder = new GatewayFolder();
const masterKey = newMasterKey();
const home = mkdtempSync(join(tmpdir(), 'tollgate-cli-'));
let gateway: GatewayProcess;
let url: string;

beforeAll(async () => {
  folder.writeConfig({
    model_list: [
      { model_name: 'from-file', litellm_params: { model: 'openai/gpt-4o', api_key: 'none', mock_response: 'hello' } },
    ],
    general_settings: { master_key: masterKey, store_model_in_db: true },
  });
  gateway = await GatewayProcess.start(folder, { env: { TOLLGATE_ENCRYPTION_KEY: newMasterKey() } });
  url = await gateway.listening();
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  folder.remove();
  rmSync(home, { recursive: true, force: true });
}, 30_000);

jest.setTimeout(60_000);

/** Wide, so that no table is cut. */
const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  COLUMNS: '400',
  PYTHONIOENCODING: 'utf-8',
  PYTHONDONTWRITEBYTECODE: '1',
};

function cli(args: readonly string[], key = masterKey): Promise<Ran> {
  const command = join(projectRoot, '.venv/bin/litellm-proxy');
  if (!existsSync(command)) throw new Error(`There is no ${command}: run scripts/python-venv.sh.`);
  return new Promise((resolve) => {
    execFile(command, ['--base-url', url, '--api-key', key, ...args], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

async function json<T = Row>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(args);
  if (code !== 0) throw new Error(`litellm-proxy ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(args);
  if (code !== 0) throw new Error(`litellm-proxy ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

async function api(path: string, key: string, body?: object): Promise<{ status: number; body: Row }> {
  const answer = await fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Row };
}

const chat = async (key: string, model: string): Promise<number> =>
  (await api('/v1/chat/completions', key, { model, messages: [{ role: 'user', content: 'hi' }] })).status;

describe('keys', () => {
  it('are generated, work, are listed, and stop when they are deleted', async () => {
    const made = await json('keys', 'generate', '--key-alias', 'cli-1', '--models', 'from-file', '--duration', '1h');
    expect(made).toMatchObject({ key_alias: 'cli-1', models: ['from-file'] });
    const key = String(made['key']);
    expect(await chat(key, 'from-file')).toBe(200);
    const listed = await json<{ keys: Row[]; total_count: number }>(
      'keys',
      'list',
      '--format',
      'json',
      '--key-alias',
      'cli-1',
    );
    expect(listed.total_count).toBe(1);
    expect(listed.keys).toMatchObject([{ key_alias: 'cli-1', models: ['from-file'] }]);
    expect(JSON.stringify(listed)).not.toContain(key);
    expect(await text('keys', 'list')).toContain('cli-1');
    expect(await json('keys', 'delete', '--key-aliases', 'cli-1')).toMatchObject({ deleted_keys: ['cli-1'] });
    expect(await chat(key, 'from-file')).toBe(401);
  });

  it('that cannot be made are told of, with the reason', async () => {
    const { code, stdout, stderr } = await cli(['keys', 'generate', '--duration', 'soon']);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('duration');
  });

  it('are copied from one gateway to another', async () => {
    await json('keys', 'generate', '--key-alias', 'cli-source', '--models', 'from-file');
    const dry = await text('keys', 'import', '--source-base-url', url, '--source-api-key', masterKey, '--dry-run');
    expect(dry).toContain('cli-source');
  });

  it('of somebody who is no admin list nothing of others', async () => {
    const key = String((await json('keys', 'generate', '--key-alias', 'cli-nobody'))['key']);
    const { stdout } = await cli(['keys', 'list', '--format', 'json'], key);
    expect(stdout).not.toContain('cli-source');
  });
});

describe('users', () => {
  it('are created, shown, listed and deleted', async () => {
    const made = await json(
      'users',
      'create',
      '--email',
      'ada@example.com',
      '--alias',
      'Ada',
      '--role',
      'internal_user',
      '--max-budget',
      '5',
    );
    expect(made).toMatchObject({ user_email: 'ada@example.com', user_role: 'internal_user', max_budget: 5 });
    const id = String(made['user_id']);
    expect(await json('users', 'get', '--id', id)).toMatchObject({
      user_id: id,
      user_info: { user_email: 'ada@example.com' },
    });
    expect(await text('users', 'list')).toContain('ada@example.com');
    await text('users', 'delete', id);
    expect(await text('users', 'list')).not.toContain('ada@example.com');
  });
});

describe('teams', () => {
  it('are listed', async () => {
    await api('/team/new', masterKey, { team_alias: 'cli-team', models: ['from-file'] });
    expect(await text('teams', 'list')).toContain('cli-team');
    expect((await cli(['teams', 'available'])).code).toBe(0);
  });

  it('take the key of the caller', async () => {
    const team = (await api('/team/new', masterKey, { team_alias: 'cli-assigned' })).body;
    const key = String((await json('keys', 'generate', '--key-alias', 'cli-moves'))['key']);
    const { body } = await api('/key/update', masterKey, { key, team_id: team['team_id'] });
    expect(body['team_id']).toBe(team['team_id']);
  });
});

describe('models', () => {
  it('are added, answer, are shown, changed and deleted', async () => {
    const made = await json(
      'models',
      'add',
      'cli-model',
      '-p',
      'model=openai/gpt-4o',
      '-p',
      'api_key=sk-cli-secret-0123456789',
      '-p',
      'mock_response=hello',
    );
    const id = String(made['model_id']);
    expect(await chat(masterKey, 'cli-model')).toBe(200);
    expect(await text('models', 'list', '--format', 'json')).toContain('cli-model');
    const info = await text('models', 'info', '--format', 'json');
    expect(info).toContain(id);
    expect(info).not.toContain('sk-cli-secret');
    expect(await json('models', 'get', '--id', id)).toMatchObject({ model_name: 'cli-model' });
    await text('models', 'update', id, '-p', 'model=openai/gpt-4o-mini', '-p', 'mock_response=hello');
    expect(await text('models', 'get', '--id', id)).toContain('gpt-4o-mini');
    await text('models', 'delete', id);
    expect(await chat(masterKey, 'cli-model')).toBe(400);
  });
});

describe('credentials', () => {
  it('are created, listed without their values, shown and deleted', async () => {
    await text(
      'credentials',
      'create',
      'cli-credential',
      '--info',
      '{"custom_llm_provider":"openai"}',
      '--values',
      '{"api_key":"sk-cli-secret-9876543210"}',
    );
    const listed = await json<{ credentials: Row[] }>('credentials', 'list', '--format', 'json');
    expect(listed.credentials).toMatchObject([
      { credential_name: 'cli-credential', credential_info: { custom_llm_provider: 'openai' } },
    ]);
    expect(JSON.stringify(listed)).not.toContain('sk-cli-secret-9876543210');
    expect(await text('credentials', 'get', 'cli-credential')).toContain('cli-credential');
    await text('credentials', 'delete', 'cli-credential');
    expect((await json<{ credentials: Row[] }>('credentials', 'list', '--format', 'json')).credentials).toEqual([]);
  });
});
