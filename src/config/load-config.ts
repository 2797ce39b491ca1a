/** Loads and checks a configuration as a whole; every problem is found before any is reported. */
import { checkKeys } from './check-keys.js';
import { readConfigFiles } from './config-files.js';
import { ConfigError, isError, type ConfigProblem, type Origin } from './config-problem.js';
import { extendEnvironment, resolveReferences, type Environment } from './environment-references.js';
import { toRequestPolicy, toRouterSettings, type GatewayConfig } from './gateway-config.js';
import { originOf, type LocatedMap } from './located.js';
import { readModels } from './read-models.js';
import {
  checkEnvironmentVariables,
  checkStrategy,
  readSettings,
  resolveGeneral,
  type MasterKeyFault,
} from './read-settings.js';

export interface ConfigReading {
  /** Null where there is any error. */
  readonly config: GatewayConfig | null;
  readonly problems: readonly ConfigProblem[];
  /** Every file that was asked for, also where reading failed. */
  readonly files: readonly string[];
  /** Stands for the content of all files. */
  readonly fingerprint: string;
}

/** Further checks of a configuration that is sound in itself, such as whether its providers exist. */
export type ConfigValidator = (config: GatewayConfig) => readonly ConfigProblem[];

/** Throws `ConfigError` with every problem where the configuration cannot be used. */
export function loadConfig(path: string, environment: Environment = process.env): GatewayConfig {
  const { config, problems } = readConfig(path, environment);
  if (config === null) throw new ConfigError(problems);
  return config;
}

/**
 * Every problem of a file, in the order of the file. A master key that only the server's own environment has is no
 * problem here.
 */
export function checkConfig(
  path: string,
  environment: Environment = process.env,
  validate: ConfigValidator = () => [],
): readonly ConfigProblem[] {
  const { config, problems } = readConfig(path, environment, { masterKeyOptional: true });
  return inFileOrder(config === null ? problems : [...problems, ...validate(config)]);
}

export function readConfig(
  path: string,
  environment: Environment,
  options: { readonly masterKeyOptional?: boolean } = {},
): ConfigReading {
  const { root: unresolved, problems: found, files, fingerprint } = readConfigFiles(path);
  if (unresolved === null) return { config: null, problems: found, files, fingerprint };
  const problems = [...found];
  const extended = extendEnvironment(unresolved, environment);
  const root = resolveReferences(unresolved, extended);
  const read = readRoot(root, extended, options.masterKeyOptional ? 'warning' : 'error', problems);
  const ordered = inFileOrder(problems);
  const config = read === null || problems.some(isError) ? null : { ...read, files, fingerprint, warnings: ordered };
  return { config, problems: ordered, files, fingerprint };
}

function readRoot(
  root: LocatedMap,
  environment: Environment,
  whenNoMasterKey: MasterKeyFault,
  problems: ConfigProblem[],
): Omit<GatewayConfig, 'files' | 'fingerprint' | 'warnings'> | null {
  problems.push(...checkKeys(root, 'top'));
  const general = readSettings(root, 'general_settings', problems);
  const litellm = readSettings(root, 'litellm_settings', problems);
  const router = readSettings(root, 'router_settings', problems);
  const { models, inactiveModels } = readModels(root.entries.get('model_list'), problems);
  checkEnvironmentVariables(root, problems);
  const originOfRouter = (...path: readonly string[]): Origin => originOf(root, ['router_settings', ...path]);
  if (router !== null) checkStrategy(router.routing_strategy, originOfRouter('routing_strategy'), problems);
  if (general === null || litellm === null || router === null) return null;
  return {
    general: resolveGeneral(general, root, environment, whenNoMasterKey, problems),
    router: toRouterSettings(router, litellm, (name) => originOfRouter('model_group_alias', name)),
    requests: toRequestPolicy(litellm),
    models,
    inactiveModels,
    environment,
  };
}

function inFileOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const files = [...new Set(problems.map((problem) => problem.file))];
  return problems.toSorted(
    (left, right) => files.indexOf(left.file) - files.indexOf(right.file) || left.line - right.line,
  );
}
