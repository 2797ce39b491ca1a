/** Compiles a TypeScript file and all that it imports into a temporary folder, for tests that need a Node of their own. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { transformSync } from '@swc/core';

const root = resolve(__dirname, '../../..');

export interface CompiledScript {
  /** The compiled file, to be run by `node`. */
  readonly path: string;
  remove(): void;
}

/** @param entry absolute path of a `.ts` file within the project */
export function compileForNode(entry: string): CompiledScript {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-compiled-')));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const done = new Set<string>();
  const compile = (source: string): string => {
    const target = join(folder, relative(root, source)).replace(/\.ts$/, '.js');
    if (done.has(source)) return target;
    done.add(source);
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      swcrc: false,
      jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
      module: { type: 'es6' },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
    // Types are gone from the compiled code, so only what is needed at run time follows.
    for (const [, specifier = ''] of code.matchAll(/from\s+["'](\.[^"']+)\.js["']/g)) {
      compile(`${resolve(dirname(source), specifier)}.ts`);
    }
    return target;
  };
  return { path: compile(entry), remove: () => rmSync(folder, { recursive: true }) };
}
