/** The command line as a new user meets it: what it prints, and how it ends. */
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GatewayFolder,
  newMasterKey,
  projectRoot,
  runTollgate,
  type Environment,
  type Ran,
} from '../kill/gateway-process.js';

const folder = new GatewayFolder();
afterAll(() => folder.remove());

const demo = { model_name: 'demo', litellm_params: { model: 'demo/hello' } };
const goodKey = newMasterKey();

function run(args: readonly string[], env: Environment = {}): Promise<Ran> {
  return runTollgate(args, { cwd: folder.path, env });
}

function serve(config: object | string, env: Environment = {}, args: readonly string[] = []): Promise<Ran> {
  folder.writeConfig(config as Parameters<GatewayFolder['writeConfig']>[0]);
  return run(['--config', folder.configPath, '--port', '0', '--host', '127.0.0.1', ...args], env);
}

describe('tollgate', () => {
  test('--help names every flag', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const flag of ['config', 'port', 'host', 'num-workers', 'check', 'version', 'help'])
      expect(stdout).toContain(`--${flag}`);
  });

  test('--version prints the version of package.json', async () => {
    const { version } = (await import(join(projectRoot, 'package.json'))) as { version: string };
    expect(await run(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    [['--confg', 'x'], /Unknown flag --confg. Did you mean --config\?/],
    [['--port', 'http'], /--port must be a whole number from 0 to 65535/],
    [['--num-workers', '0'], /--num-workers must be a whole number from 1 /],
    [['--config'], /--config needs a value/],
    [['serve'], /Unexpected argument `serve`/],
  ])('%j ends with 2 and says what to do', async (args, message) => {
    folder.writeConfig({ model_list: [demo] });
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(message)]);
  });

  test('without a configuration it ends with 2 and names the flag', async () => {
    const { code, stderr } = await runTollgate([], { cwd: tmpdir() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/There is no config.yaml in this folder.*--config/);
  });

  test('a configuration that is not there is named with its whole path, by --check and by a start', async () => {
    const path = join(folder.path, 'nowhere.yaml');
    for (const args of [['--check'], ['--port', '0']]) {
      const { code, stdout, stderr } = await run(['--config', 'nowhere.yaml', ...args]);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain(`there is no file ${path}`);
    }
  });
});

describe('--check', () => {
  const check = (config: object | string, env: Environment = {}): Promise<Ran> => {
    folder.writeConfig(config as Parameters<GatewayFolder['writeConfig']>[0]);
    return run(['--check', '--config', folder.configPath], env);
  };

  test('a file that can be used ends with 0 and says so', async () => {
    const { code, stdout } = await check({ model_list: [demo] }, { TOLLGATE_MASTER_KEY: goodKey });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${folder.configPath} can be used.\n` });
  });

  test('the example of the repository can be used', async () => {
    const { code, stdout } = await run(['--check', '--config', join(projectRoot, 'config.example.yaml')]);
    expect(code).toBe(0);
    expect(stdout).toContain('config.example.yaml can be used.');
  });

  test.each([
    [
      'text in the place of a number',
      'general_settings:\n  client_cache: {max_size: many}\n',
      /:2: general_settings\.client_cache\.max_size: expected a number, got text/,
    ],
    [
      'a list in the place of a map',
      'model_list: []\nrouter_settings: [1]\n',
      /:2: router_settings: expected a map, got a list/,
    ],
    [
      'a provider that there is not',
      'model_list:\n- model_name: a\n  litellm_params: {model: nobody/b, api_key: c}\n',
      /:3: model_list\[0\]\.litellm_params\.model: there is no provider `nobody`/,
    ],
    ['broken YAML', 'model_list:\n  - model_name: demo\n   litellm_params: {\n', /:3: not valid YAML/],
    [
      'a published master key',
      'general_settings:\n  master_key: sk-1234\n',
      /:2: general_settings\.master_key: .*published/,
    ],
  ])('%s is an error with file, line and path', async (_, text, message) => {
    const { code, stdout } = await check(text);
    expect(code).toBe(1);
    expect(stdout).toMatch(message);
    expect(stdout).toMatch(/: \d+ error\(s\)\n$/);
  });

  test('an unknown key is a warning with the nearest name, and the file can be used', async () => {
    const { code, stdout } = await check({ model_list: [demo], general_settings: { master_kee: goodKey } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/general_settings\.master_kee: warning: unknown key.*Did you mean `master_key`\?/);
    expect(stdout).not.toContain(goodKey);
  });
});

describe('A start is refused', () => {
  test.each([
    ['no master key', {}],
    ['an empty one', { TOLLGATE_MASTER_KEY: '' }],
    ['a published one', { LITELLM_MASTER_KEY: 'sk-1234' }],
    ['a published one with padding', { LITELLM_MASTER_KEY: `sk-${'1234'.repeat(10)}` }],
    ['one of 31 characters', { TOLLGATE_MASTER_KEY: goodKey.slice(0, 31) }],
    ["an example's", { TOLLGATE_MASTER_KEY: 'sk-change-me-0f9a7c3e5b1d48628e4c0f9a7' }],
  ])('with %s: the master key is named, never shown', async (_, env: Environment) => {
    const { code, stdout, stderr } = await serve({ model_list: [demo] }, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/general_settings\.master_key: .*openssl rand/);
    for (const key of Object.values(env).filter((value) => value.length > 8)) expect(stderr).not.toContain(key);
  });

  test('with an invalid configuration, by the same text that --check has', async () => {
    const { code, stdout, stderr } = await serve('router_settings: [1]\n', { TOLLGATE_MASTER_KEY: goodKey });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim()).toMatch(
      /config\.yaml:1: router_settings: expected a map, got a list\. Correct it, or remove it\.$/,
    );
  });

  test.each([
    ['one process', []],
    ['several', ['--num-workers', '2']],
  ])(
    'where another program has the port, by one clear line (%s)',
    async (_, args) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const { code, signal, stderr } = await serve({ model_list: [demo] }, { TOLLGATE_MASTER_KEY: goodKey }, [
        '--port',
        String(port),
        ...args,
      ]);
      await new Promise((resolve) => other.close(resolve));
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*--port`));
      expect(stderr).not.toMatch(/^\s+at /m);
    },
    30_000,
  );
});
