/** Builds a snapshot from a configuration and the models of the database, and says what stands against it. */
import { errorAt, warningAt, type ConfigProblem } from '../config/config-problem.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { findNearestName } from '../config/nearest-name.js';
import { readForeignModelEntry } from '../config/read-models.js';
import type { ModelEntry } from '../config/model-entry.js';
import type { ProviderRegistry } from '../core/spec/provider.js';
import { CatalogSnapshot } from './catalog-snapshot.js';
import { noStoredParts, type ConfigModelRow, type StoredParts } from './config-model-source.js';
import { CredentialBook } from './credential-book.js';
import { buildModels } from './deployment-factory.js';
import { readGuardrailDefinitions } from './guardrail-definition.js';
import { checkOwnProviders, registryFor } from './own-providers.js';

export interface SnapshotReading {
  readonly snapshot: CatalogSnapshot;
  /** An error means that the snapshot lacks something that the file asks for: it must not be used. */
  readonly problems: readonly ConfigProblem[];
}

export function buildSnapshot(
  config: GatewayConfig,
  registry: ProviderRegistry,
  rows: readonly ConfigModelRow[] = [],
  version = 1,
  stored: StoredParts = noStoredParts,
): SnapshotReading {
  const context = {
    registry: registryFor(config, registry),
    environment: config.environment,
    requests: config.requests,
  };
  const credentials = new CredentialBook(config.credentials, stored.credentials);
  const ofFile = credentials.fill(config.models, 'file');
  const fromFile = buildModels(ofFile.entries, 'operator', context);
  const { entries, problems: rowProblems } = readRows(rows, config.models);
  const ofDatabase = credentials.fill(entries, 'database');
  const fromDatabase = buildModels(ofDatabase.entries, 'restricted', context);
  const services = buildModels(config.fileServices, 'operator', context);
  const guardrails = readGuardrailDefinitions(config.guardrails, stored.guardrails);
  const models = [...fromFile.models, ...fromDatabase.models];
  const snapshot = new CatalogSnapshot(models, config, version, {
    fileServices: services.models,
    credentials,
    guardrails: guardrails.definitions,
  });
  const problems = [
    ...checkOwnProviders(config.customProviders, registry),
    ...ofFile.problems,
    ...fromFile.problems,
    ...services.problems,
    ...checkAliases(config, snapshot),
    ...checkFallbacks(config, snapshot),
    ...credentials.problems,
    ...guardrails.problems,
    ...rowProblems,
    ...[...ofDatabase.problems, ...fromDatabase.problems].map((problem) =>
      warningAt(problem, `${problem.message} The row is skipped.`),
    ),
  ];
  return { snapshot, problems };
}

/** What only the catalog knows to be wrong in a configuration, such as a provider that does not exist, and what `check` does. */
export function validateCatalog(
  registry: ProviderRegistry,
  check: (snapshot: CatalogSnapshot) => readonly ConfigProblem[] = () => [],
): (config: GatewayConfig) => readonly ConfigProblem[] {
  return (config) => {
    const { snapshot, problems } = buildSnapshot(config, registry);
    return [...problems, ...check(snapshot)];
  };
}

/** One warning for each row that cannot be served. */
export function readRows(
  rows: readonly ConfigModelRow[],
  ofFile: readonly ModelEntry[],
): { entries: ModelEntry[]; problems: ConfigProblem[] } {
  const taken = new Set(ofFile.map(({ id }) => id));
  const entries: ModelEntry[] = [];
  const problems: ConfigProblem[] = [];
  for (const row of rows) {
    const source = `database row ${row.id} of config_models`;
    const value = { model_name: row.modelName, litellm_params: row.litellmParams, model_info: withId(row) };
    if (row.fault !== undefined) {
      problems.push(warningAt({ file: source, line: 0, path: '' }, `skipped: ${row.fault}`));
      continue;
    }
    const { entry, problems: found } = readForeignModelEntry(value, source);
    if (entry === null) {
      const reasons = found.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(' ');
      problems.push(warningAt({ file: source, line: 0, path: '' }, `skipped: ${reasons}`));
    } else if (taken.has(row.id)) {
      problems.push(warningAt(entry.origin, 'skipped: an entry of the configuration file has the same id.'));
    } else entries.push(entry);
  }
  return { entries, problems };
}

function withId({ id, modelInfo }: ConfigModelRow): Record<string, unknown> {
  return { ...(typeof modelInfo === 'object' && modelInfo !== null ? modelInfo : {}), id };
}

/** An alias of a model that is inactive for now is no mistake. */
function checkAliases(config: GatewayConfig, snapshot: CatalogSnapshot): ConfigProblem[] {
  const names = [...config.models.map(({ modelName }) => modelName), ...config.inactiveModels];
  return config.router.aliases
    .filter(({ name }) => snapshot.find(name) === null)
    .map(({ name, target, origin }) => {
      if (names.includes(target)) return warningAt(origin, `inactive, since its model \`${target}\` is.`);
      const nearest = findNearestName(target, names);
      const advice = nearest === null ? 'Name one of `model_list`.' : `Did you mean \`${nearest}\`?`;
      // The model may be one of the database, or inactive behind a pattern.
      return config.general.storeModelInDb || names.some((known) => known.includes('*'))
        ? warningAt(origin, `\`${name}\` leads to \`${target}\`, which is not served now.`)
        : errorAt(origin, `\`${name}\` leads to \`${target}\`, which is no model. ${advice}`);
    });
}

/** A fallback that leads nowhere is skipped when it is needed: that is the worst moment to learn of it. */
function checkFallbacks({ router, models, inactiveModels }: GatewayConfig, snapshot: CatalogSnapshot): ConfigProblem[] {
  const { general, contextWindow, contentPolicy, defaults } = router.fallbacks;
  const targets = [general, contextWindow, contentPolicy].flatMap((map) => [...map.values()].flat());
  const names = new Set([...targets, ...defaults].map(({ model }) => model));
  const known = [...models.map(({ modelName }) => modelName), ...inactiveModels];
  return [...names]
    .filter((name) => snapshot.find(name) === null)
    .map((name) => {
      const nearest = known.includes(name) ? null : findNearestName(name, known);
      const advice = nearest === null ? 'Name one of `model_list`.' : `Did you mean \`${nearest}\`?`;
      return warningAt(router.fallbacksOrigin, `leads to \`${name}\`, which is not served now. ${advice}`);
    });
}
