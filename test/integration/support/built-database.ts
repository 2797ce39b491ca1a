/** Builds the database room as the product is built, and runs small programs on it in processes of their own. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const projectRoot = resolve(__dirname, '../../..');

export interface BuiltDatabase {
  /** Runs a program of support/programs under plain Node; its answer is the JSON that it prints. */
  run<T>(program: string, ...args: readonly string[]): Promise<T>;
  remove(): Promise<void>;
}

/** Laid out as an installed package: `dist`, `prisma` and `node_modules` side by side. */
export async function buildDatabase(): Promise<BuiltDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-build-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(projectRoot, 'prisma'), join(folder, 'prisma'));
  await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const compiler = join(projectRoot, 'node_modules/.bin/swc');
  const dist = join(folder, 'dist');
  const sources = ['src/core/spec', 'src/core/errors', 'src/database'];
  const ignored = ['--ignore', '**/*.spec.ts'];
  await promisify(execFile)(
    process.execPath,
    [compiler, ...sources, '-d', dist, '--strip-leading-paths', '--config-file', '.swcrc', ...ignored],
    { cwd: projectRoot },
  );
  return {
    run: (program, ...args) =>
      runProgram(join(projectRoot, 'test/integration/support/programs', program), [dist, ...args]),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export function runProgram<T>(program: string, args: readonly string[]): Promise<T> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise<T>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as T);
      else reject(new Error(`${program} ended with ${code}: ${errors}`));
    });
  });
}
