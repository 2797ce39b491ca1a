/** Reads the command line: what the gateway is to do, with which file, on which address. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  commandsHelp,
  commandsUsage,
  parseCommand,
  type AuditVerifyCommand,
  type ImportLiteLLMCommand,
} from './cli-commands.js';
import { CliUsageError } from './cli-usage-error.js';
import type { Environment } from './environment-references.js';
import { findNearestName } from './nearest-name.js';

export { CliUsageError } from './cli-usage-error.js';

export type CliOptions =
  | AuditVerifyCommand
  | ImportLiteLLMCommand
  | { readonly command: 'help' | 'version' }
  | { readonly command: 'check' | 'rotate-encryption-key'; readonly configPath: string }
  | {
      readonly command: 'serve';
      readonly configPath: string;
      readonly host: string;
      /** 0 lets the system choose. */
      readonly port: number;
      readonly numWorkers: number;
    };

export const cliUsage = `Usage: tollgate [--config FILE] [--port N] [--host ADDRESS] [--num-workers N]
       tollgate --check [--config FILE]
       tollgate rotate-encryption-key [--config FILE]${commandsUsage}

  --config FILE      the configuration (default: CONFIG_FILE_PATH, else ./config.yaml)
  --port N           the port to listen on (default: PORT, else 4000; 0 lets the system choose)
  --host ADDRESS     the address to listen on (default: HOST, else 0.0.0.0)
  --num-workers N    processes that serve the port (default: NUM_WORKERS, else 1)
  --check            check the configuration and exit: 0 where it can be used, 1 where not
  --version          print the version and exit
  --help             print this and exit
${commandsHelp}

  rotate-encryption-key    encrypt what is stored under the first of the keys in TOLLGATE_ENCRYPTION_KEY
                           and exit: 0 where nothing is left under another one, 1 where something is

The configuration is LiteLLM's config.yaml: see docs/config.md.
The master key comes from the file, or from TOLLGATE_MASTER_KEY or LITELLM_MASTER_KEY.`;

const flags = {
  config: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'num-workers': { type: 'string' },
  check: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flag = keyof typeof flags;
type Given = { [Name in Flag]?: (typeof flags)[Name]['type'] extends 'string' ? string : boolean };

const rotateCommand = 'rotate-encryption-key';
const defaultConfigPath = 'config.yaml';

/**
 * @param argv without the program and the script
 * @throws CliUsageError for an unknown flag, a bad value, or no configuration file
 */
export function parseCliOptions(
  argv: readonly string[],
  environment: Environment = process.env,
  exists: (path: string) => boolean = existsSync,
): CliOptions {
  const command = parseCommand(argv, environment, (path) => findConfigPath(path, environment, exists));
  if (command) return command;
  const rotates = argv[0] === rotateCommand;
  const given = parseFlags(rotates ? argv.slice(1) : argv);
  if (given.help) return { command: 'help' };
  if (given.version) return { command: 'version' };
  const configPath = findConfigPath(given.config, environment, exists);
  if (rotates) return { command: rotateCommand, configPath };
  if (given.check) return { command: 'check', configPath };
  return {
    command: 'serve',
    configPath,
    host: given.host ?? nonEmpty(environment['HOST']) ?? '0.0.0.0',
    port: readCount('--port', given.port, 'PORT', environment, { initial: 4000, least: 0, most: 65_535 }),
    numWorkers: readCount('--num-workers', given['num-workers'], 'NUM_WORKERS', environment, {
      initial: 1,
      least: 1,
      most: 1024,
    }),
  };
}

function parseFlags(argv: readonly string[]): Given {
  // LiteLLM's command line spells its flags with underscores.
  const args = argv.map((arg) => arg.replace(/^--[a-z_]+/, (flag) => flag.replaceAll('_', '-')));
  const { tokens } = parseArgs({ args, options: flags, strict: false, allowPositionals: true, tokens: true });
  const given: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw new CliUsageError(`Unexpected argument \`${token.value}\`. Name the file with --config.`);
    }
    if (!isFlag(token.name)) throw unknownFlag(token.rawName);
    given[token.name] = readFlag(token.name, token.value);
  }
  return given;
}

function readFlag(name: Flag, value: string | undefined): string | boolean {
  if (flags[name].type === 'boolean') {
    if (value !== undefined) throw new CliUsageError(`--${name} takes no value.`);
    return true;
  }
  // A flag in the value's place is a forgotten value.
  if (value === undefined || value === '' || value.startsWith('--'))
    throw new CliUsageError(`--${name} needs a value.`);
  return value;
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name);
}

function unknownFlag(flag: string): CliUsageError {
  const nearest = findNearestName(flag.replace(/^-+/, ''), Object.keys(flags));
  return new CliUsageError(`Unknown flag ${flag}. ${nearest === null ? 'See --help.' : `Did you mean --${nearest}?`}`);
}

function findConfigPath(
  given: string | undefined,
  environment: Environment,
  exists: (path: string) => boolean,
): string {
  const path = given ?? nonEmpty(environment['CONFIG_FILE_PATH']);
  if (path !== undefined) return path;
  if (exists(defaultConfigPath)) return defaultConfigPath;
  throw new CliUsageError(
    `There is no ${defaultConfigPath} in this folder. Name a file with --config or CONFIG_FILE_PATH; config.example.yaml is one to begin with.`,
  );
}

function readCount(
  flag: string,
  given: string | undefined,
  variable: string,
  environment: Environment,
  { initial, least, most }: { initial: number; least: number; most: number },
): number {
  const text = given ?? nonEmpty(environment[variable]);
  if (text === undefined) return initial;
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= most) return count;
  throw new CliUsageError(`${given === undefined ? variable : flag} must be a whole number from ${least} to ${most}.`);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
