/** The product without the folder `enterprise`: it builds, starts and serves; what was switched on of the folder is told to be off. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayFolder, GatewayProcess, newMasterKey, projectRoot } from '../e2e/kill/gateway-process.js';

jest.setTimeout(180_000);

const copied = ['src', 'prisma', 'scripts', 'package.json', 'package-lock.json', 'nest-cli.json', '.swcrc'];
const folder = mkdtempSync(join(tmpdir(), 'tollgate-bare-'));
const gatewayFolder = new GatewayFolder();

beforeAll(() => {
  for (const name of [...copied, 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('bash', ['scripts/build.sh'], { cwd: folder, env: { ...process.env, TOLLGATE_NODE_READY: '1' } });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  gatewayFolder.remove();
});

it.each<[string, Readonly<Record<string, string>>, boolean]>([
  ['nothing is switched on', {}, false],
  ['a feature is switched on', { TOLLGATE_AUDIT_EXPORT: '1', TOLLGATE_LICENSE: 'tollgate1.x.y' }, true],
])('serves where %s', async (_, variables, isTold) => {
  expect(existsSync(join(folder, 'dist/enterprise'))).toBe(false);
  const masterKey = newMasterKey();
  gatewayFolder.writeConfig({ model_list: [{ model_name: 'demo', litellm_params: { model: 'demo/hello' } }] });
  const gateway = await GatewayProcess.start(gatewayFolder, {
    env: { TOLLGATE_MASTER_KEY: masterKey, ...variables },
    program: join(folder, 'dist/main.js'),
  });
  const answer = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${masterKey}` } });
  expect(answer.status).toBe(200);
  expect(/without the folder .enterprise.: these features are off/.test(gateway.output)).toBe(isTold);
  expect(await gateway.stop()).toMatchObject({ code: 0 });
});
