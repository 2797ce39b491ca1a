/** Builds the spend room as the product is built, so that its writer thread and its death can be tested. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../support/built-database.js';

export interface BuiltSpend {
  /** The folder with the compiled rooms. */
  readonly dist: string;
  remove(): Promise<void>;
}

export async function buildSpend(): Promise<BuiltSpend> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-spend-build-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(projectRoot, 'prisma'), join(folder, 'prisma'));
  await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const dist = join(folder, 'dist');
  const sources = ['core', 'config', 'database', 'clients', 'observability', 'spend'].map((room) => `src/${room}`);
  const compiler = join(projectRoot, 'node_modules/.bin/swc');
  const options = [
    '-d',
    dist,
    '--strip-leading-paths',
    '--config-file',
    '.swcrc',
    '--ignore',
    '**/*.spec.ts',
    '--copy-files',
  ];
  await promisify(execFile)(process.execPath, [compiler, ...sources, ...options], { cwd: projectRoot });
  return { dist, remove: () => rm(folder, { recursive: true, force: true }) };
}
