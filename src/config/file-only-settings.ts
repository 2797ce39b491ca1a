/** Which settings the management API may change, and why not the others. */
import { servedKeys } from './check-keys.js';
import { findJsonSchema } from './json-schema.js';
import { findNearestName } from './nearest-name.js';
import type { SettingsSection } from './settings-overlay.js';
import { noteKeys } from './schema/fields.js';
import { refusedKeys, unservedKeys } from './unserved-keys.js';

/** What decides who the operator is, where the gateway may go, or which code runs stays with whoever owns the machine. */
const operatorsOwn: Readonly<Record<SettingsSection, ReadonlySet<string>>> = {
  general_settings: new Set([
    ...['master_key', 'database_url', 'egress', 'custom_auth', 'pass_through_endpoints', 'key_management_system'],
    ...[
      'key_management_settings',
      'enable_jwt_auth',
      'litellm_jwtauth',
      'enable_oauth2_auth',
      'oauth2_config_mappings',
    ],
  ]),
  // Its addresses count as the operator's, and it names environment variables.
  // Answers of everybody lie where the cache is.
  litellm_settings: new Set(['custom_providers', 'cache', 'cache_params']),
  router_settings: new Set(),
};
/** Addresses in the file are the operator's and reach private networks; places are those of the machine. */
const namesPlace = /(?:_|^)(?:urls?|hosts?|endpoints?|dir|path|file|webhooks?)$|^redis_/;

/** Completes "`name` ..."; null for a setting that may be changed. */
export function whyFileOnly(section: SettingsSection, name: string): string | null {
  const known = [...servedKeys[section], ...unservedKeys[section], ...Object.keys(refusedKeys[section])];
  if (operatorsOwn[section].has(name) || (known.includes(name) && namesPlace.test(name)))
    return "is the operator's own. It stands in the configuration file, and is never taken from the database.";
  if (!servedKeys[section].includes(name)) {
    if (known.includes(name)) return 'is known to LiteLLM, not served by this version.';
    const nearest = findNearestName(name, servedKeys[section]);
    return `is no setting of \`${section}\`. ${nearest === null ? 'See docs/config.md.' : `Did you mean \`${nearest}\`?`}`;
  }
  return findJsonSchema([section, name])?.[noteKeys.startOnly] === true
    ? 'is read at start, before the database is there. Set it in the configuration file, and start the gateway again.'
    : null;
}
