/** The id of a deployment whose entry names none: stable over restarts, and made without its secrets. */
import { createHash } from 'node:crypto';
import type { ModelEntry } from '../config/model-entry.js';

const idLength = 16;

/** The same for the same entry, whatever its keys, passwords and place in the file are. */
export function hashEntry(entry: ModelEntry): string {
  // What it may spend does not make it another one: its spend is counted under this id.
  const { origin: _origin, apiKey: _apiKey, budget: _budget, shownParams: _shown, ...named } = entry;
  const { otherCredentials, extraHeaders, ...rest } = named;
  const names = { credentials: Object.keys(otherCredentials), headers: Object.keys(extraHeaders ?? {}) };
  return createHash('sha256')
    .update(stableJson({ ...rest, ...names }))
    .digest('hex')
    .slice(0, idLength);
}

/** JSON with its keys in order. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
