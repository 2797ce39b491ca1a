/** Loads and checks a configuration as a whole; every problem is found before any is reported. */
import { checkKeys } from './check-keys.js';
import { readConfigFiles } from './config-files.js';
import { ConfigError, isError, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import { extendEnvironment, resolveReferences, type Environment } from './environment-references.js';
import { readCredentials } from './credential-list.js';
import { readEncryptionKeys } from './encryption-keys.js';
import { checkRouting } from './check-routing.js';
import { toRequestPolicy, type GatewayConfig } from './gateway-config.js';
import { checkAlerting } from './alerting-settings.js';
import { checkCache, toCacheSettings } from './cache-settings.js';
import { checkTokenAuth, resolveTokenAuth } from './token-auth-settings.js';
import { toTeamSettings } from './team-settings.js';
import { checkKeySettings, toKeySettings } from './key-settings.js';
import { checkPassThroughHeaders, toPassThroughSetting } from './pass-through-settings.js';
import { checkRedis, resolveRedis } from './redis-settings.js';
import { toBudgetSettings } from './budget-settings.js';
import { toRouterSettings } from './router-settings.js';
import { toIdentitySettings } from './identity-settings.js';
import { readFileServices } from './file-services.js';
import { toCustomProviders } from './custom-providers.js';
import { readGuardrails } from './guardrail-entry.js';
import { originOf, type LocatedMap } from './located.js';
import { withOverlay, writtenSections, type OverlaySetting } from './settings-overlay.js';
import { readModels } from './read-models.js';
import {
  checkEnvironment,
  checkEnvironmentVariables,
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

/** Further checks, such as whether the providers exist. What was faulty in itself is left out or has its default. */
export type ConfigValidator = (config: GatewayConfig) => readonly ConfigProblem[];

export interface ReadOptions {
  readonly validate?: ConfigValidator;
  /** A missing master key is a warning: the server's own environment may have one. */
  readonly masterKeyOptional?: boolean;
  /** Settings that go before the file's. */
  readonly overlay?: readonly OverlaySetting[];
}

/** Throws `ConfigError` with every problem where the configuration cannot be used. */
export function loadConfig(
  path: string,
  environment: Environment = process.env,
  validate?: ConfigValidator,
): GatewayConfig {
  const { config, problems } = readConfig(path, environment, { validate });
  if (config === null) throw new ConfigError(problems);
  return config;
}

/** Every problem of a file, in the order of the file. */
export function checkConfig(
  path: string,
  environment: Environment = process.env,
  validate?: ConfigValidator,
): readonly ConfigProblem[] {
  return readConfig(path, environment, { validate, masterKeyOptional: true }).problems;
}

export function readConfig(path: string, environment: Environment, options: ReadOptions = {}): ConfigReading {
  const { root: unresolved, problems: found, files, fingerprint } = readConfigFiles(path);
  if (unresolved === null) return { config: null, problems: found, files, fingerprint };
  const problems = [...found];
  const extended = extendEnvironment(unresolved, environment);
  const { overlay = [] } = options;
  // What stands in the database resolves nothing of the machine's.
  const root = withOverlay(resolveReferences(unresolved, extended), overlay);
  const read = readRoot(root, extended, options.masterKeyOptional ? 'warning' : 'error', problems);
  const written = writtenSections(withOverlay(unresolved, overlay));
  const draft: GatewayConfig = { ...read, written, overlay, files, fingerprint, warnings: [] };
  // Validated even with errors, so that all are found at once.
  const further = options.validate?.(draft) ?? [];
  const ordered = inFileOrder([...problems, ...further]);
  const warnings = inFileOrder(problems.filter((problem) => !isError(problem)));
  return { config: ordered.some(isError) ? null : { ...draft, warnings }, problems: ordered, files, fingerprint };
}

function readRoot(
  root: LocatedMap,
  environment: Environment,
  whenNoMasterKey: MasterKeyFault,
  problems: ConfigProblem[],
): Omit<GatewayConfig, 'files' | 'fingerprint' | 'warnings' | 'written' | 'overlay'> {
  problems.push(...checkKeys(root, 'top'));
  const general = readSettings(root, 'general_settings', problems);
  const litellm = readSettings(root, 'litellm_settings', problems);
  const router = readSettings(root, 'router_settings', problems);
  const { models, inactiveModels } = readModels(root.entries.get('model_list'), problems);
  const redis = resolveRedis(router, environment);
  const cache = toCacheSettings(litellm, redis, environment);
  checkEnvironmentVariables(root, problems);
  checkEnvironment(root, environment, whenNoMasterKey, problems);
  checkRouting(root, problems);
  checkKeySettings(root, environment, problems);
  checkRedis(root, router, environment, problems);
  checkAlerting(root, general, environment, problems);
  const names = [...models.map(({ modelName }) => modelName), ...inactiveModels];
  checkCache(root, litellm, cache, names, problems);
  checkTokenAuth(root, general, environment, problems);
  checkPassThroughHeaders(root, environment, problems);
  if (!litellm.store_audit_logs)
    problems.push(auditLogIsKept(originOf(root, ['litellm_settings', 'store_audit_logs'])));
  const originAt = (...path: readonly string[]): Origin => originOf(root, [...path]);
  return {
    general: resolveGeneral(general, environment),
    router: toRouterSettings(router, litellm, originAt),
    redis,
    requests: toRequestPolicy(litellm),
    cache,
    tokenAuth: resolveTokenAuth(root, general, environment),
    identity: toIdentitySettings(litellm, general, originAt('litellm_settings', 'blocked_user_list'), problems),
    teams: toTeamSettings(litellm, general),
    keys: toKeySettings(general, litellm, environment),
    budgets: toBudgetSettings(litellm, router, general),
    customProviders: toCustomProviders(litellm, (id) => originOf(root, ['litellm_settings', 'custom_providers', id])),
    passThrough: general.pass_through_endpoints.map((entry) => toPassThroughSetting(entry, environment)),
    models,
    fileServices: readFileServices(root.entries.get('files_settings'), problems),
    credentials: readCredentials(root.entries.get('credential_list'), problems),
    guardrails: readGuardrails(root.entries.get('guardrails'), problems),
    inactiveModels,
    encryptionKeys: readEncryptionKeys(environment),
    environment,
  };
}

function auditLogIsKept(origin: Origin): ConfigProblem {
  return warningAt(origin, 'has no effect: the audit log is always kept. Remove the line.');
}

function inFileOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const files = [...new Set(problems.map((problem) => problem.file))];
  return problems.toSorted(
    (left, right) => files.indexOf(left.file) - files.indexOf(right.file) || left.line - right.line,
  );
}
