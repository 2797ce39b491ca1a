/** Each rule of the house is broken once in a made-up tree, and eslint reports it there and not where the rule makes an exception. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const lines = (count: number, line: string) => Array<string>(count).fill(line).join('\n');
const longFunction = `export function long(): void {\n${lines(81, '  void 0;')}\n}\n`;

/** The rule, a file, its content. */
const broken: readonly (readonly [rule: string, file: string, content: string])[] = [
  ['house/imports-at-the-top', 'src/gateway/lazy.ts', "export const load = () => import('node:fs');"],
  ['house/imports-at-the-top', 'src/gateway/required.ts', "export const fs: unknown = require('node:fs');"],
  ['house/imports-at-the-top', 'src/gateway/late.ts', "export const one = 1;\nimport 'node:fs';"],
  ['house/no-environment', 'src/gateway/env.ts', 'export const home = process.env.HOME;'],
  ['house/no-environment', 'src/gateway/env-computed.ts', "export const home = process['env'].HOME;"],
  ['house/no-environment', 'src/gateway/env-global.ts', 'export const home = globalThis.process.env.HOME;'],
  ['house/no-environment', 'src/gateway/env-taken.ts', 'const { env } = process;\nexport const home = env.HOME;'],
  [
    'house/no-environment',
    'src/gateway/env-imported.ts',
    "import { env } from 'node:process';\nexport const home = env.HOME;",
  ],
  [
    'house/no-raw-sql',
    'src/spend/raw.ts',
    'export const run = (db: { $queryRaw: (sql: TemplateStringsArray) => number }) => db.$queryRaw`SELECT 1`;',
  ],
  [
    'house/no-raw-sql',
    'src/spend/raw-unsafe.ts',
    "export const run = (db: Record<string, (sql: string) => number>) => db['$executeRawUnsafe']?.('VACUUM');",
  ],
  [
    'house/no-raw-sql',
    'src/spend/raw-builder.ts',
    'declare const Prisma: { sql: (text: TemplateStringsArray) => string };\nexport const text = Prisma.sql`SELECT 1`;',
  ],
  [
    'house/no-raw-sql',
    'test/integration/raw.spec.ts',
    'export const run = (db: { $executeRaw: (sql: TemplateStringsArray) => number }) => db.$executeRaw`DELETE`;',
  ],
  ['house/one-transport', 'src/gateway/fetches.ts', "export const answer = () => fetch('http://127.0.0.1');"],
  ['house/one-transport', 'src/gateway/hands-on.ts', 'export const options = { fetch: globalThis.fetch };'],
  ['house/one-transport', 'src/gateway/undici.ts', "import { request } from 'undici';\nexport const get = request;"],
  ['house/one-transport', 'src/gateway/http.ts', "import * as http from 'node:http';\nexport const get = http.get;"],
  ['house/closed-modules', 'src/gateway/code.ts', "import 'node:vm';"],
  ['house/closed-modules', 'src/gateway/program.ts', "import 'node:child_process';"],
  ['house/closed-modules', 'src/spend/driver.ts', "import 'pg';"],
  ['house/reason-to-disable', 'src/gateway/silenced.ts', '/* eslint-disable no-console */\nconsole.log(1);'],
  ['no-eval', 'src/gateway/eval.ts', "export const two: unknown = eval('1 + 1');"],
  ['no-new-func', 'src/gateway/new-function.ts', "export const two: unknown = new Function('return 2');"],
  ['no-console', 'src/gateway/prints.ts', 'console.log(1);'],
  ['max-lines', 'src/gateway/long-file.ts', lines(601, 'void 0;')],
  ['max-lines-per-function', 'src/gateway/long-function.ts', longFunction],
  [
    '@typescript-eslint/max-params',
    'src/gateway/params.ts',
    'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1, g: 1) => [a, b, c, d, e, g];',
  ],
  ['@typescript-eslint/no-explicit-any', 'src/gateway/any.ts', 'export const f = (a: any): void => void a;'],
  [
    '@typescript-eslint/no-floating-promises',
    'src/gateway/floats.ts',
    'export const f = (): void => {\n  Promise.resolve(1);\n};',
  ],
  [
    '@typescript-eslint/no-non-null-assertion',
    'src/gateway/non-null.ts',
    'export const f = (a: string | null) => a!.length;',
  ],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'src/gateway/switch.ts',
    "export function f(a: 'x' | 'y'): number {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}",
  ],
];

/** Files in which nothing is to be reported: the exceptions, and what only looks like a breach. */
const accepted: readonly (readonly [file: string, content: string])[] = [
  ['src/core/providers/registry.ts', "export const load = () => import('node:fs');"],
  ['src/app.module.ts', "export const load = () => import('node:fs');"],
  ['src/tokens/count.lazy.ts', "export const load = () => import('node:fs');"],
  ['src/config/environment.ts', 'export const home = process.env.HOME;'],
  ['src/core/secrets/environment.ts', 'export const home = process.env.HOME;'],
  ['src/database/migrator.ts', "import 'node:sqlite';"],
  ['src/clients/pools.ts', "import { Pool } from 'undici';\nexport const pool = new Pool('http://127.0.0.1');"],
  ['src/core/transport/execute-call.ts', "import { request } from 'undici';\nexport const get = request;"],
  [
    'src/gateway/types.ts',
    "import type { Dispatcher } from 'undici';\nimport { type IncomingMessage, createServer } from 'node:http';\nexport const serve = createServer;\nexport type Both = [Dispatcher, IncomingMessage];",
  ],
  [
    'src/gateway/own-fetch.ts',
    'export const call = (port: { fetch: () => number }) => port.fetch();\nexport const named = (fetch: () => number) => fetch();',
  ],
  ['src/gateway/excused.ts', '// eslint-disable-next-line no-console -- the logger is not there yet\nconsole.log(1);'],
  ['src/main.ts', 'console.log(process.pid);'],
  ['src/gateway/long.spec.ts', longFunction],
  [
    'src/gateway/injected.service.ts',
    "import { Pools } from './pools.js';\nconst Injectable: ClassDecorator = () => undefined;\n@Injectable\nexport class Service {\n  constructor(readonly pools: Pools) {}\n}",
  ],
  ['src/gateway/pools.ts', 'export class Pools {\n  size = 0;\n}'],
];

describe('the house rules', () => {
  let folder: string;
  const reported = new Map<string, string[]>();

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tollgate-rules-'));
    cpSync(path.join(root, 'eslint.config.mjs'), path.join(folder, 'eslint.config.mjs'));
    cpSync(path.join(root, 'scripts/lint'), path.join(folder, 'scripts/lint'), { recursive: true });
    cpSync(path.join(root, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
    cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    for (const [file, content] of [...broken.map(([, file, content]) => [file, content] as const), ...accepted]) {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, file), `${content}\n`);
    }
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['node_modules/eslint/bin/eslint.js', '--format', 'json', 'src', 'test'],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    if (!stdout.startsWith('[')) throw new Error(`eslint did not run: ${stderr}${stdout}`);
    for (const { filePath, messages } of JSON.parse(stdout) as {
      filePath: string;
      messages: { ruleId: string | null; message: string }[];
    }[]) {
      reported.set(
        path.relative(folder, filePath),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      );
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(broken)('%s reports %s', (rule, file) => {
    expect(reported.get(file)).toContain(rule);
  });

  it.each(accepted)('nothing is reported in %s', (file) => {
    expect(reported.get(file)).toEqual([]);
  });
});
