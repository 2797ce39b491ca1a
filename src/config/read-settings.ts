/** Reads the settings sections, and what the environment may give in their place. */
import type { z } from 'zod';
import { toAlerting } from './alerting-settings.js';
import { checkKeys, checkNestedKeys, servedKeys } from './check-keys.js';
import { errorAt, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import { checkEncryptionKeys } from './encryption-keys.js';
import { findUnset, type Environment } from './environment-references.js';
import { defaultDatabaseUrl, toGeneralSettings, type GeneralSettings } from './gateway-config.js';
import { originOf, type Located, type LocatedMap } from './located.js';
import { findMasterKeyFault, leastMasterKeyLength, masterKeyCommand } from './master-key.js';
import { readSection } from './read-section.js';
import { cacheParamsSchema, unservedCacheParams } from './schema/cache.schema.js';
import { jwtIssuerSchema } from './schema/jwt.schema.js';
import { clickHouseMembers } from './schema/spend-log.schema.js';
import type { SettingsSection } from './settings-overlay.js';
import {
  generalSettingsSchema,
  isDatabaseUrl,
  sectionSchemas,
  type WireGeneralSettings,
} from './schema/settings.schema.js';

/** What a missing master key is: an error to a server that starts, a warning where only a file is checked. */
export type MasterKeyFault = 'error' | 'warning';

type WireSettings = { readonly [Name in SettingsSection]: z.output<(typeof sectionSchemas)[Name]> };

/** One settings section with its defaults; where anything in it does not fit, the defaults alone. */
export function readSettings<Name extends SettingsSection>(
  root: LocatedMap,
  name: Name,
  problems: ConfigProblem[],
): WireSettings[Name] {
  const schema: z.ZodType<WireSettings[Name]> = sectionSchemas[name] as never;
  const section = sectionOrEmpty(root, name);
  if (section.kind === 'map') {
    problems.push(...checkKeys(section, name));
    for (const [key, child] of section.entries) {
      if (child.kind === 'map') problems.push(...checkNested(name, key, child));
      if (servedKeys[name].includes(key) && !mayComeFromElsewhere.has(key)) reportUnset(child, problems);
    }
  }
  return readSection(section, schema, [name], problems) ?? schema.parse({});
}

/** An unset variable is no fault where there is another place to take the value from. */
const mayComeFromElsewhere: ReadonlySet<string> = new Set(['master_key', 'database_url', 'store_model_in_db']);

function checkNested(section: SettingsSection, key: string, map: LocatedMap): ConfigProblem[] {
  if (section === 'litellm_settings' && key === 'cache_params')
    return checkNestedKeys(map, Object.keys(cacheParamsSchema.shape), unservedCacheParams);
  if (section !== 'general_settings') return [];
  const {
    alerting_args: alertingArgs,
    client_cache: clientCache,
    egress,
    litellm_jwtauth: jwtAuth,
  } = generalSettingsSchema.shape;
  if (key === 'litellm_jwtauth') return checkJwtKeys(map, Object.keys(jwtAuth.unwrap().shape));
  if (key === 'alerting_args') return checkNestedKeys(map, Object.keys(alertingArgs.unwrap().shape));
  if (key === 'client_cache') return checkNestedKeys(map, Object.keys(clientCache.unwrap().shape));
  if (key === 'spend_logs_clickhouse') return checkNestedKeys(map, clickHouseMembers);
  if (key === 'egress') return checkNestedKeys(map, Object.keys(egress.unwrap().shape));
  return [];
}

function checkJwtKeys(map: LocatedMap, known: readonly string[]): ConfigProblem[] {
  const issuers = map.entries.get('issuers');
  const each = issuers?.kind === 'list' ? issuers.items : [];
  const ofIssuers = each.flatMap((issuer) =>
    issuer.kind === 'map' ? checkNestedKeys(issuer, Object.keys(jwtIssuerSchema.shape)) : [],
  );
  return [...checkNestedKeys(map, known), ...ofIssuers];
}

function sectionOrEmpty(root: LocatedMap, name: string): Located {
  const section = root.entries.get(name);
  const empty: LocatedMap = { kind: 'map', origin: { ...root.origin, path: name }, entries: new Map() };
  return section === undefined || (section.kind === 'scalar' && section.value === null) ? empty : section;
}

export function checkEnvironmentVariables(root: LocatedMap, problems: ConfigProblem[]): void {
  const section = root.entries.get('environment_variables');
  if (section === undefined || (section.kind === 'scalar' && section.value === null)) return;
  if (section.kind !== 'map') {
    problems.push(errorAt(section.origin, 'expected a map of names and values. Write for example `NAME: value`.'));
    return;
  }
  for (const child of section.entries.values()) {
    if (child.kind !== 'scalar')
      problems.push(errorAt(child.origin, 'expected text. Write for example `NAME: value`.'));
    else reportUnset(child, problems);
  }
}

function reportUnset(node: Located, problems: ConfigProblem[]): void {
  for (const unset of findUnset(node)) {
    problems.push(
      errorAt(
        unset.node.origin,
        `the environment variable ${unset.variable} is not set. Set it, or write the value here.`,
      ),
    );
  }
}

/** Settings that the environment may give too: the file goes before it, as in LiteLLM. */
export function resolveGeneral(wire: WireGeneralSettings, environment: Environment): GeneralSettings {
  return toGeneralSettings(wire, {
    alerting: toAlerting(wire, environment),
    masterKey: findMasterKey(wire.master_key, environment)?.value ?? '',
    databaseUrl: wire.database_url ?? nonEmpty(environment['DATABASE_URL']) ?? defaultDatabaseUrl,
    storeModelInDb: wire.store_model_in_db ?? /^(true|yes|on|1)$/i.test(environment['STORE_MODEL_IN_DB'] ?? ''),
  });
}

/** Checks what the environment gives where the file does not. */
export function checkEnvironment(
  root: LocatedMap,
  environment: Environment,
  whenNoMasterKey: MasterKeyFault,
  problems: ConfigProblem[],
): void {
  const { written, unset } = masterKeyInFile(root);
  const origin = originOf(root, ['general_settings', 'master_key']);
  problems.push(...checkMasterKey(findMasterKey(written, environment), unset, origin, whenNoMasterKey));
  const masterKey = findMasterKey(written, environment)?.value ?? '';
  problems.push(...checkEncryptionKeys(environment, masterKey, { ...root.origin, path: '' }));
  const url = nonEmpty(environment['DATABASE_URL']);
  if (url === undefined || isDatabaseUrl(url)) return;
  const at = originOf(root, ['general_settings', 'database_url']);
  problems.push(
    errorAt(at, 'DATABASE_URL is neither `file:...` (SQLite) nor `postgresql://...` (PostgreSQL). Correct it.'),
  );
}

function masterKeyInFile(root: LocatedMap): { written: string | undefined; unset: string | undefined } {
  const general = root.entries.get('general_settings');
  const node = general?.kind === 'map' ? general.entries.get('master_key') : undefined;
  if (node?.kind !== 'scalar') return { written: undefined, unset: undefined };
  return { written: node.value === null ? undefined : (node.text ?? String(node.value)), unset: node.unsetVariable };
}

function findMasterKey(inFile: string | undefined, environment: Environment): Found | null {
  return firstSet([
    [inFile, 'general_settings.master_key'],
    [environment['TOLLGATE_MASTER_KEY'], 'TOLLGATE_MASTER_KEY'],
    [environment['LITELLM_MASTER_KEY'], 'LITELLM_MASTER_KEY'],
  ]);
}

interface Found {
  readonly value: string;
  readonly source: string;
}

function firstSet(candidates: readonly (readonly [value: string | undefined, source: string])[]): Found | null {
  for (const [value, source] of candidates) if (value !== undefined && value !== '') return { value, source };
  return null;
}

function checkMasterKey(
  key: Found | null,
  unset: string | undefined,
  origin: Origin,
  whenNone: MasterKeyFault,
): ConfigProblem[] {
  const advice = `Make one with \`${masterKeyCommand}\`, and set it as TOLLGATE_MASTER_KEY or here.`;
  if (key === null) {
    const cause = unset === undefined ? '' : ` (the environment variable ${unset} is not set)`;
    const message = `there is no master key${cause}, and the server does not start without one of at least ${leastMasterKeyLength} characters. ${advice}`;
    return [whenNone === 'error' ? errorAt(origin, message) : warningAt(origin, message)];
  }
  const fault = findMasterKeyFault(key.value);
  return fault === null ? [] : [errorAt(origin, `the master key (from ${key.source}) ${fault}. ${advice}`)];
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
