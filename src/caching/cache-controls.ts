/** What a request, its key and its team say about the cache: LiteLLM's `cache: {...}`. */
import { GatewayError } from '../core/errors/gateway-error.js';

export interface CacheControls {
  /** A kept answer may be taken. */
  readonly reads: boolean;
  /** The answer may be kept. */
  readonly stores: boolean;
  /** How long it is kept, where the request says so. */
  readonly ttlMs: number | undefined;
  /** An older answer is not taken. */
  readonly maxAgeMs: number | undefined;
  readonly namespace: string | undefined;
}

export interface ControlSources {
  /** False where requests have to ask for the cache: `mode: default_off`. */
  readonly isDefaultOn: boolean;
  /** `allowed_cache_controls` of the key; empty: all. */
  readonly allowed?: readonly string[];
  /** `metadata.cache` of the team and of the key: what holds where the request says nothing; the later goes before. */
  readonly defaults?: readonly unknown[];
}

/** As requests write them. */
export const cacheControlNames = ['no-cache', 'no-store', 'use-cache', 'ttl', 's-maxage', 'namespace'] as const;
type Name = (typeof cacheControlNames)[number];
/** LiteLLM knows both spellings. */
const spellings: Readonly<Record<string, Name>> = { 's-max-age': 's-maxage' };
const longestSeconds = 31_536_000;

/**
 * @param given the member `cache` of a request
 * @throws GatewayError `invalid_request` for a control that does not exist, makes no sense, or is not the key's to use
 */
export function readCacheControls(
  given: unknown,
  { isDefaultOn, allowed = [], defaults = [] }: ControlSources,
): CacheControls {
  const asked = read(given);
  for (const name of asked.keys()) {
    if (allowed.length > 0 && !allowed.includes(name))
      throw invalid(`This key may not use \`${name}\`. It may use ${allowed.join(', ')}.`);
  }
  const all = new Map([...defaults.flatMap(readLeniently), ...asked]);
  const isOn = isDefaultOn || all.get('use-cache') === true;
  return {
    reads: isOn && all.get('no-cache') !== true,
    stores: isOn && all.get('no-store') !== true,
    ttlMs: toMs(all.get('ttl')),
    maxAgeMs: toMs(all.get('s-maxage')),
    namespace: all.get('namespace') as string | undefined,
  };
}

/** What stands in the metadata of a key or team was not checked when it was written, and fails nobody's request. */
function readLeniently(given: unknown): [Name, unknown][] {
  try {
    return [...read(given)];
  } catch {
    return [];
  }
}

function read(given: unknown): Map<Name, unknown> {
  const controls = new Map<Name, unknown>();
  if (given === undefined || given === null) return controls;
  if (typeof given !== 'object' || Array.isArray(given))
    throw invalid('`cache` must be an object such as {"no-cache": true}.');
  for (const [written, value] of Object.entries(given)) {
    const name = cacheControlNames.find((each) => each === (spellings[written] ?? written));
    if (name === undefined)
      throw invalid(`\`cache\` has no member \`${written.slice(0, 64)}\`. It has ${cacheControlNames.join(', ')}.`);
    if (value !== null && value !== undefined) controls.set(name, checked(name, value));
  }
  return controls;
}

function checked(name: Name, value: unknown): unknown {
  switch (name) {
    case 'no-cache':
    case 'no-store':
    case 'use-cache':
      if (typeof value === 'boolean') return value;
      throw invalid(`\`cache.${name}\` must be true or false.`);
    case 'ttl':
    case 's-maxage':
      if (typeof value === 'number' && value >= 0 && value <= longestSeconds) return value;
      throw invalid(`\`cache.${name}\` must be a number of seconds from 0 to ${longestSeconds}.`);
    case 'namespace':
      if (typeof value === 'string' && value.length > 0 && value.length <= 256) return value;
      throw invalid('`cache.namespace` must be a text of 1 to 256 characters.');
  }
}

function toMs(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}

function invalid(reason: string): GatewayError {
  return new GatewayError('invalid_request', { param: 'cache', facts: { reason } });
}
