/** Checks the names of keys: what is unknown, not served yet, in the wrong section, or must not be ignored. */
import { errorAt, warningAt, type ConfigProblem } from './config-problem.js';
import { toPlain, type Located, type LocatedMap } from './located.js';
import { findNearestName } from './nearest-name.js';
import { litellmParamsSchema, modelInfoSchema } from './schema/model-entry.schema.js';
import { routerSettingsSchema } from './schema/routing.schema.js';
import { generalSettingsSchema, litellmSettingsSchema } from './schema/settings.schema.js';
import { refusedKeys, unservedKeys, type Section } from './unserved-keys.js';

export const servedKeys: Readonly<Record<Section, readonly string[]>> = {
  top: [
    'model_list',
    'litellm_settings',
    'router_settings',
    'general_settings',
    'files_settings',
    'credential_list',
    'guardrails',
    'environment_variables',
    'include',
  ],
  litellm_settings: Object.keys(litellmSettingsSchema.shape),
  router_settings: Object.keys(routerSettingsSchema.shape),
  general_settings: Object.keys(generalSettingsSchema.shape),
  litellm_params: Object.keys(litellmParamsSchema.shape),
  model_info: Object.keys(modelInfoSchema.shape),
};

const notServed = 'known to LiteLLM, not served by this version: it has no effect.';
/** Sections whose unknown keys have a meaning of their own. */
const openSections: ReadonlySet<Section> = new Set(['litellm_params', 'model_info']);
const settingsSections = ['general_settings', 'litellm_settings', 'router_settings'] as const;

export function checkKeys(map: LocatedMap, section: Section): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [key, node] of map.entries) {
    const problem = checkKey(key, node, section);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

/** For a map within a section. @param unserved keys of it that LiteLLM has, and that have no effect here */
export function checkNestedKeys(
  map: LocatedMap,
  known: readonly string[],
  unserved: readonly string[] = [],
): ConfigProblem[] {
  return [...map.entries]
    .filter(([key]) => !known.includes(key))
    .map(([key, node]) => warningAt(node.origin, unserved.includes(key) ? notServed : unknownKey(key, known)));
}

function checkKey(key: string, node: Located, section: Section): ConfigProblem | null {
  if (servedKeys[section].includes(key) || (section === 'top' && key.startsWith('x-'))) return null;
  const refused = ownValue(refusedKeys[section], key);
  if (refused !== undefined || unservedKeys[section].includes(key)) {
    const value = toPlain(node, () => false);
    if (isOff(value)) return null;
    if (refused !== undefined && (refused.when?.(value) ?? true)) {
      return errorAt(
        node.origin,
        `known to LiteLLM, not served by this version, and not ignored: without it ${refused.risk}. Remove it if that is acceptable.`,
      );
    }
    return warningAt(node.origin, notServed);
  }
  if (openSections.has(section)) return checkOpenKey(key, node, section);
  return checkMisplaced(key, node, section) ?? warningAt(node.origin, unknownKey(key, namesOf(section)));
}

/** In `litellm_params` an unknown key is a request parameter, so only a likely slip is worth a word. */
function checkOpenKey(key: string, node: Located, section: Section): ConfigProblem | null {
  if (section !== 'litellm_params') return null;
  const nearest = findNearestName(key, namesOf(section));
  if (nearest === null || key.length < 5 || requestParameters.has(key)) return null;
  return warningAt(node.origin, `sent to the provider as a request parameter. Did you mean \`${nearest}\`?`);
}

/** Request parameters that resemble a setting. */
const requestParameters: ReadonlySet<string> = new Set([
  'modalities',
  'metadata',
  'models',
  'service_tier',
  'top_p',
  'top_k',
]);

/** Served, and without effect in another section. */
const protectingKeys: ReadonlySet<string> = new Set([
  'master_key',
  'max_budget',
  'max_internal_user_budget',
  'max_end_user_budget',
  'max_end_user_budget_id',
  'provider_budget_config',
  'tag_budget_config',
]);

function checkMisplaced(key: string, node: Located, section: Section): ConfigProblem | null {
  const home = settingsSections.find((other) => other !== section && namesOf(other).includes(key));
  if (home === undefined) {
    return servedKeys.top.includes(key) && section !== 'top'
      ? warningAt(node.origin, `has no effect here: \`${key}\` stands at the top of the file. Move it there.`)
      : null;
  }
  // Whoever wrote one of these believes to be protected by it.
  const protects = protectingKeys.has(key) || ownValue(refusedKeys[home], key) !== undefined;
  const message = `has no effect here: it belongs in \`${home}\`. Move it there.`;
  return protects ? errorAt(node.origin, message) : warningAt(node.origin, message);
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = findNearestName(key, known);
  return nearest === null
    ? 'unknown key: it has no effect. Remove it.'
    : `unknown key: it has no effect. Did you mean \`${nearest}\`?`;
}

function namesOf(section: Section): readonly string[] {
  return [...servedKeys[section], ...unservedKeys[section], ...Object.keys(refusedKeys[section])];
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Values by which a setting is switched off: as good as not being there. */
function isOff(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  if (typeof value === 'string') return /^(false|no|off)$/i.test(value);
  return typeof value === 'object' && Object.keys(value).length === 0;
}
