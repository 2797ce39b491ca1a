/** Reads the command lines that work on the database and end: `audit verify` and `import litellm`. */
import { parseArgs } from 'node:util';
import { CliUsageError } from './cli-usage-error.js';
import type { Environment } from './environment-references.js';
import { findNearestName } from './nearest-name.js';

export interface AuditVerifyCommand {
  readonly command: 'audit-verify';
  /** The gateway's database, or the configuration that names it. */
  readonly database: { readonly url: string } | { readonly configPath: string };
  readonly from: bigint;
  /** An end of the log that was noted elsewhere. */
  readonly expected: { readonly sequence: bigint; readonly hash: string } | undefined;
}

export interface ImportLiteLLMCommand {
  readonly command: 'import-litellm';
  readonly configPath: string;
  /** LiteLLM's database. */
  readonly sourceUrl: string;
  /** Undefined where none was given: sealed values stay closed. */
  readonly saltKey: string | undefined;
  readonly dryRun: boolean;
}

export const commandsUsage = `
       tollgate audit verify [--config FILE | --database-url URL] [--from N] [--expect N:HASH]
       tollgate import litellm --database-url URL [--config FILE] [--salt-key KEY] [--dry-run]`;

export const commandsHelp = `
audit verify: checks the audit log's chain. Exit code 0: it holds; 1: it does not, and the first entry that is not as it was written
is named; 2: the command line is wrong; 3: the log could not be read.
  --database-url URL the gateway's database (default: the configuration's)
  --from N           the first entry to check (default: 1)
  --expect N:HASH    the log must hold entry N with this hash, as an exported checkpoint or an earlier check has it

import litellm: brings models, organizations, teams, users, customers, budgets, keys and more from a LiteLLM database into the
configuration's. What is there already stays as it is. Exit code 0: done; 1: something failed, run it again; 2: the command line is wrong.
  --database-url URL LiteLLM's PostgreSQL database; it is only read
  --salt-key KEY     LiteLLM's LITELLM_SALT_KEY, which opens stored models and credentials (default: the environment's
                     LITELLM_SALT_KEY, else LITELLM_MASTER_KEY; a key on the command line can be seen by other users of the machine)
  --dry-run          say what would be brought, and change nothing`;

const commands = {
  'audit verify': { config: 'string', 'database-url': 'string', from: 'string', expect: 'string' },
  'import litellm': { config: 'string', 'database-url': 'string', 'salt-key': 'string', 'dry-run': 'boolean' },
} as const;
type CommandName = keyof typeof commands;
type Given = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Null where the command line is none of these commands.
 *
 * @throws CliUsageError
 */
export function parseCommand(
  argv: readonly string[],
  environment: Environment,
  findConfigPath: (given: string | undefined) => string,
): AuditVerifyCommand | ImportLiteLLMCommand | { readonly command: 'help' } | null {
  const [first, second] = argv;
  if (first !== 'audit' && first !== 'import') return null;
  if (argv.includes('--help') || argv.includes('-h')) return { command: 'help' };
  const name = `${first} ${second}`;
  if (!isCommand(name)) {
    const known = first === 'audit' ? 'audit verify' : 'import litellm';
    throw new CliUsageError(
      `Unknown command \`${[first, second].filter(Boolean).join(' ')}\`. Did you mean \`${known}\`?`,
    );
  }
  const given = parseFlags(argv.slice(2), commands[name]);
  return name === 'audit verify'
    ? auditVerify(given, findConfigPath)
    : { ...importLiteLLM(given, environment), configPath: findConfigPath(textOf(given, 'config')) };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

function auditVerify(given: Given, findConfigPath: (given: string | undefined) => string): AuditVerifyCommand {
  const url = textOf(given, 'database-url');
  const from = textOf(given, 'from') ?? '1';
  if (!/^[1-9]\d{0,17}$/.test(from)) throw new CliUsageError('--from must be a whole number from 1.');
  const expected = textOf(given, 'expect');
  const [, sequence, hash] = /^([1-9]\d{0,17}):([0-9a-f]{64})$/i.exec(expected ?? '') ?? [];
  if (expected !== undefined && sequence === undefined) {
    throw new CliUsageError('--expect must be a sequence and its hash: 1200:<64 hexadecimal digits>.');
  }
  return {
    command: 'audit-verify',
    database: url === undefined ? { configPath: findConfigPath(textOf(given, 'config')) } : { url },
    from: BigInt(from),
    expected:
      sequence === undefined || hash === undefined
        ? undefined
        : { sequence: BigInt(sequence), hash: hash.toLowerCase() },
  };
}

function importLiteLLM(given: Given, environment: Environment): Omit<ImportLiteLLMCommand, 'configPath'> {
  const sourceUrl = textOf(given, 'database-url');
  if (sourceUrl === undefined || !/^postgres(ql)?:\/\/./.test(sourceUrl)) {
    throw new CliUsageError("--database-url must name LiteLLM's database: postgresql://user:password@host:5432/name.");
  }
  return {
    command: 'import-litellm',
    sourceUrl,
    saltKey:
      textOf(given, 'salt-key') ??
      (environment['LITELLM_SALT_KEY'] || undefined) ??
      (environment['LITELLM_MASTER_KEY'] || undefined),
    dryRun: given['dry-run'] === true,
  };
}

function textOf(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
}

function parseFlags(argv: readonly string[], flags: Readonly<Record<string, 'string' | 'boolean'>>): Given {
  const options = Object.fromEntries(Object.entries(flags).map(([name, type]) => [name, { type }]));
  const args = argv.map((arg) => arg.replace(/^--[a-z_]+/, (flag) => flag.replaceAll('_', '-')));
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const given: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw new CliUsageError(`Unexpected argument \`${token.value}\`. See --help.`);
    given[token.name] = readFlag(token.name, token.value, flags);
  }
  return given;
}

function readFlag(
  name: string,
  value: string | undefined,
  flags: Readonly<Record<string, 'string' | 'boolean'>>,
): string | boolean {
  const type = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (type === undefined) {
    const nearest = findNearestName(name, Object.keys(flags));
    throw new CliUsageError(
      `Unknown flag --${name}. ${nearest === null ? 'See --help.' : `Did you mean --${nearest}?`}`,
    );
  }
  if (type === 'boolean') {
    if (value !== undefined) throw new CliUsageError(`--${name} takes no value.`);
    return true;
  }
  if (value === undefined || value === '' || value.startsWith('--'))
    throw new CliUsageError(`--${name} needs a value.`);
  return value;
}
