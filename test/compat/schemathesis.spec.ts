/** Schemathesis, over the gateway's own OpenAPI document: whatever it makes up, no answer is a 5xx, a status that is not documented, or of another shape than its schema. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayClient } from '../e2e/kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey, projectRoot } from '../e2e/kill/gateway-process.js';

/** `SCHEMATHESIS_EXAMPLES=1000` for the long run; the seed is printed by a failure, and set by `SCHEMATHESIS_SEED`. */
const examples = process.env['SCHEMATHESIS_EXAMPLES'] ?? '8';
const seed = process.env['SCHEMATHESIS_SEED'] ?? '1';
const withinMs = 240_000 * Math.max(1, Number(examples) / 8);
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

/** Operations that are not asked for, each with its reason. */
const leftOut: Readonly<Record<string, string>> = {
  '^/health$': 'calls every model, for as long as that takes',
  '^/health/test_connection$': 'calls a model at an address of the caller’s choice, for as long as that takes',
  '^/key/regenerate$': 'without a body the caller’s own key gets another value; `/key/{key}/regenerate` is the same',
};

/** Who asks, and what each of them may see before and after: a caller whose key is gone would see 401 everywhere, and nothing would be tested. */
const roles = {
  proxy_admin: {
    user: 'root',
    userRole: 'proxy_admin',
    sees: ['/key/info', '/config/list?config_type=general_settings'],
  },
  proxy_admin_viewer: { user: 'viewer', userRole: 'proxy_admin_viewer', sees: ['/key/info', '/audit'] },
  internal_user: { user: 'internal', userRole: 'internal_user', sees: ['/key/info', '/user/info', '/key/list'] },
  team_admin: { user: 'lead', userRole: 'internal_user', sees: ['/key/info', '/team/info?team_id=research'] },
} as const;
type Role = keyof typeof roles;

jest.setTimeout(withinMs + 60_000);

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess | undefined;
let url: string;

beforeEach(async () => {
  const fresh = { database_url: `file:${join(folder.path, `${Date.now()}.db`)}` };
  folder.writeConfig({
    model_list: [
      { model_name: 'mock', litellm_params: { model: 'openai/mock', api_key: 'none', mock_response: 'hello' } },
    ],
    general_settings: { master_key: masterKey, store_model_in_db: true, ...fresh },
  });
  // Methods that a path does not have are not in the document.
  writeFileSync(join(folder.path, 'schemathesis.toml'), '[phases.coverage]\nunexpected-methods = []\n');
  gateway = await GatewayProcess.start(folder, { env: { TOLLGATE_ENCRYPTION_KEY: newMasterKey() } });
  url = await gateway.listening();
}, 60_000);
afterEach(async () => {
  await gateway?.stop();
}, 30_000);
afterAll(() => {
  folder.remove();
});

async function keyOf(role: Role): Promise<string> {
  const { user, userRole } = roles[role];
  const admin = new GatewayClient(url, masterKey);
  await post('/user/new', { user_id: user, user_role: userRole, auto_create_key: false });
  if (role === 'team_admin') {
    await post('/team/new', { team_id: 'research', members_with_roles: [{ role: 'admin', user_id: user }] });
  }
  return admin.generateKey({ user_id: user });
}

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

async function statusesOf(role: Role, key: string): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (const path of roles[role].sees) {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
    await answer.body?.cancel();
    statuses[path] = answer.status;
  }
  return statuses;
}

function schemathesis(key: string, isAdmin: boolean): Promise<{ code: number; output: string }> {
  const command = join(projectRoot, '.venv/bin/schemathesis');
  if (!existsSync(command)) throw new Error(`There is no ${command}: run scripts/python-venv.sh.`);
  const args = [
    ...['run', `${url}/openapi.json`, '--header', `Authorization: Bearer ${key}`, '--checks', checks.join(',')],
    ...['--max-examples', examples, '--seed', seed, '--phases', 'examples,coverage,fuzzing', '--continue-on-failure'],
    ...['--no-color', '--output-sanitize', 'true', '--suppress-health-check', 'all', '--warnings', 'off'],
    // One expression: of several the last one alone counts.
    ...['--exclude-path-regex', Object.keys(leftOut).join('|')],
    // Any key may call a model, and gets the same from it: one of the roles asks for all of them.
    ...(isAdmin ? [] : ['--exclude-by', '/x-audience == llm_api']),
  ];
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder.path, PYTHONIOENCODING: 'utf-8', COLUMNS: '160' };
  return new Promise((resolve) => {
    const options = { env: environment, cwd: folder.path, timeout: withinMs, maxBuffer: 50_000_000 };
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

it.each(Object.keys(roles) as Role[])('as %s', async (role) => {
  const key = await keyOf(role);
  const all = Object.fromEntries(roles[role].sees.map((path) => [path, 200]));
  expect(await statusesOf(role, key)).toEqual(all);
  const { code, output } = await schemathesis(key, role === 'proxy_admin');
  if (code !== 0) throw new Error(output.slice(-20_000));
  expect(output).toMatch(/\d+ generated, \d+ passed/);
  // A team's admin may leave the team, and the run does whatever it may; its key goes on.
  const lasting = role === 'team_admin' ? { '/key/info': 200 } : all;
  expect(await statusesOf(role, key)).toMatchObject(lasting);
  expect(gateway?.hasEnded).toBe(false);
});
