/** The command as npm installs it and as a checkout has it, with stand-ins for what it starts. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-bin-'));
  put('package/dist/main.js', 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(7);');
  mkdirSync(join(folder, 'package/bin'));
  copyFileSync(join(__dirname, '../../../bin/tollgate'), join(folder, 'package/bin/tollgate'));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync('../../package/bin/tollgate', join(folder, 'node_modules/.bin/tollgate'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function run(args: readonly string[], path = ''): { status: number | null; stdout: string; stderr: string } {
  const node = dirname(process.execPath);
  const env = { PATH: [path, node, '/usr/bin', '/bin'].filter(Boolean).join(':') };
  return spawnSync(join(folder, 'node_modules/.bin/tollgate'), args, { env, encoding: 'utf8' });
}

it('installed from npm, it runs the build with the arguments as they are, and ends as it ends', () => {
  const { status, stdout } = run(['--config', 'a file.yaml', '--port=0', '']);
  expect(JSON.parse(stdout)).toEqual(['--config', 'a file.yaml', '--port=0', '']);
  expect(status).toBe(7);
});

it('installed from npm under a Node that is too old, it says which one is needed', () => {
  put('old/node', '#!/bin/sh\necho v20.20.2\n');
  const { status, stderr } = run(['--help'], join(folder, 'old'));
  expect(stderr).toBe(
    'tollgate: Node 22.19 or newer is needed, and v20.20.2 is here. Install it from https://nodejs.org.\n',
  );
  expect(status).toBe(1);
});

it('in a checkout, it builds where needed and runs under the Node that the checkout finds', () => {
  mkdirSync(join(folder, 'package/src'));
  mkdirSync(join(folder, 'package/node_modules'));
  put('package/scripts/with-node', '#!/bin/sh\necho "under $(basename "$1")" >&2\nexec "$@"\n');
  put('package/scripts/build.sh', '#!/bin/sh\necho "build $*" >&2\n');
  const { status, stdout, stderr } = run(['--check']);
  expect(stderr).toBe('under build.sh\nbuild --if-needed\nunder node\n');
  expect(JSON.parse(stdout)).toEqual(['--check']);
  expect(status).toBe(7);
});

it('in a checkout whose build fails, it does not run an old one', () => {
  mkdirSync(join(folder, 'package/src'));
  mkdirSync(join(folder, 'package/node_modules'));
  put('package/scripts/with-node', '#!/bin/sh\nexec "$@"\n');
  put('package/scripts/build.sh', '#!/bin/sh\nexit 3\n');
  const { status, stdout } = run(['--check']);
  expect([status, stdout]).toEqual([3, '']);
});
