/** What new keys are given and held to, as the rooms read it. */
import { warningAt, errorAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { originOf, type LocatedMap } from './located.js';
import {
  durationPattern,
  type WireKeyDefaults,
  type WireKeyGeneration,
  type WireKeyUpperBounds,
} from './schema/key-settings.schema.js';
import type { WireGeneralSettings, WireLitellmSettings } from './schema/settings.schema.js';

export interface KeySettings {
  /** For a new key whose request says nothing; by the names of the request. */
  readonly defaults: WireKeyDefaults;
  /** What no key may exceed; by the names of the request. */
  readonly upperBounds: WireKeyUpperBounds;
  readonly generation: WireKeyGeneration;
  readonly allowsCustomKeys: boolean;
  /** How long a key that was replaced goes on working where the request does not say, such as `24h`; null: not at all. */
  readonly gracePeriod: string | null;
}

const graceVariable = 'LITELLM_KEY_ROTATION_GRACE_PERIOD';

export function toKeySettings(
  general: WireGeneralSettings,
  litellm: WireLitellmSettings,
  environment: Environment,
): KeySettings {
  const grace = environment[graceVariable] ?? '';
  return {
    defaults: litellm.default_key_generate_params ?? {},
    upperBounds: litellm.upperbound_key_generate_params ?? {},
    generation: litellm.key_generation_settings ?? {},
    allowsCustomKeys: !general.disable_custom_api_keys,
    gracePeriod: durationPattern.test(grace) ? grace : null,
  };
}

/** The names within these settings, which are loose for LiteLLM's sake, and the grace period of the environment. */
export function checkKeySettings(root: LocatedMap, environment: Environment, problems: ConfigProblem[]): void {
  const litellm = root.entries.get('litellm_settings');
  for (const [setting, known] of Object.entries(knownNames)) {
    const node = litellm?.kind === 'map' ? litellm.entries.get(setting) : undefined;
    if (node?.kind !== 'map') continue;
    for (const [name, { origin }] of node.entries) {
      if (known.includes(name)) continue;
      problems.push(errorAt(origin, `is not enforced on keys. Remove it, or use one of: ${known.join(', ')}.`));
    }
  }
  const grace = environment[graceVariable] ?? '';
  if (grace !== '' && !durationPattern.test(grace)) {
    const at = originOf(root, ['general_settings']);
    problems.push(
      warningAt(at, `${graceVariable} is no duration such as \`24h\`: keys that are replaced end at once.`),
    );
  }
}

const limitNames = ['max_budget', 'budget_duration', 'duration', 'max_parallel_requests', 'tpm_limit', 'rpm_limit'];
const knownNames: Readonly<Record<string, readonly string[]>> = {
  default_key_generate_params: [...limitNames, 'models', 'metadata', 'user_id', 'team_id', 'allowed_routes'],
  upperbound_key_generate_params: limitNames,
  key_generation_settings: ['team_key_generation', 'personal_key_generation'],
};
