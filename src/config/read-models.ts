/** Reads `model_list`: checked entries, and those that are inactive for want of an environment variable. */
import { errorAt, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import { checkKeys, checkNestedKeys } from './check-keys.js';
import { findReferencesAt, findUnset, referencePrefix } from './environment-references.js';
import { locateValue, type Located, type LocatedMap } from './located.js';
import { toModelEntry, type ModelEntry } from './model-entry.js';
import { readSection } from './read-section.js';
import { isConnectionKey } from './secret-params.js';
import { modelEntrySchema } from './schema/model-entry.schema.js';

export interface ModelReading {
  /** Active entries, in the order of the file. */
  readonly models: readonly ModelEntry[];
  /** The names of entries that lack an environment variable. */
  readonly inactiveModels: readonly string[];
}

export function readModels(list: Located | undefined, problems: ConfigProblem[]): ModelReading {
  const none: ModelReading = { models: [], inactiveModels: [] };
  if (list === undefined || isNothing(list)) return none;
  if (list.kind !== 'list') {
    problems.push(errorAt(list.origin, 'expected a list. Begin each entry with `- model_name:`.'));
    return none;
  }
  const readings = list.items.map((item, index) => readEntry(item, index, problems)).filter((found) => found !== null);
  reportRepeatedIds(
    readings.map(({ entry }) => entry),
    problems,
  );
  return {
    models: readings.filter(({ active }) => active).map(({ entry }) => entry),
    inactiveModels: readings.filter(({ active }) => !active).map(({ entry }) => entry.modelName),
  };
}

interface EntryReading {
  readonly entry: ModelEntry;
  readonly active: boolean;
}

function readEntry(node: Located, index: number, problems: ConfigProblem[]): EntryReading | null {
  if (node.kind !== 'map') {
    problems.push(errorAt(node.origin, 'expected a map. Write `model_name:` and `litellm_params:`.'));
    return null;
  }
  const inactive = reportUnset(node, problems);
  problems.push(...checkEntryKeys(node));
  const entry = readEntryValues(node, ['model_list', index], problems);
  return entry && { entry, active: !inactive };
}

function checkEntryKeys(node: LocatedMap): ConfigProblem[] {
  const params = node.entries.get('litellm_params');
  const info = node.entries.get('model_info');
  return [
    ...checkNestedKeys(node, Object.keys(modelEntrySchema.shape)),
    ...(params?.kind === 'map' ? checkKeys(params, 'litellm_params') : []),
    ...(info?.kind === 'map' ? checkKeys(info, 'model_info') : []),
  ];
}

function readEntryValues(node: LocatedMap, path: readonly PropertyKey[], problems: ConfigProblem[]): ModelEntry | null {
  const wire = readSection(node, modelEntrySchema, path, problems);
  if (wire === null) return null;
  const entry = toModelEntry(wire, node.origin, paramLinesOf(node));
  const faults = findEntryFaults(entry);
  problems.push(...faults.map(({ key, message }) => errorAt(originOfParam(node, key), message)));
  return faults.length === 0 ? entry : null;
}

/** An entry without a way to its provider is left out; any other unset variable is a mistake. */
function reportUnset(node: LocatedMap, problems: ConfigProblem[]): boolean {
  let inactive = false;
  for (const unset of findUnset(node)) {
    const key = unset.node.origin.path.split('.').at(-1) ?? '';
    if (isConnectionKey(key) && unset.node.origin.path.includes('litellm_params')) {
      inactive = true;
      problems.push(
        warningAt(
          unset.node.origin,
          `inactive: the environment variable ${unset.variable} is not set. Set it to serve this model.`,
        ),
      );
    } else {
      problems.push(
        errorAt(
          unset.node.origin,
          `the environment variable ${unset.variable} is not set. Set it, or write the value here.`,
        ),
      );
    }
  }
  return inactive;
}

interface EntryFault {
  readonly key: string;
  readonly message: string;
}

/** What no schema of one value can see. */
function findEntryFaults(entry: ModelEntry): EntryFault[] {
  const faults: EntryFault[] = [];
  if (entry.baseUrl !== undefined && !isHttpUrl(entry.baseUrl)) {
    faults.push({
      key: 'api_base',
      message: 'expected an http or https address. Write for example `api_base: https://api.openai.com/v1`.',
    });
  }
  for (const [key, value] of Object.entries(entry.prices)) {
    if (!isExactPrice(value))
      faults.push({ key, message: `expected a price in USD of 0 or more. Write for example \`${key}: 0.0000025\`.` });
  }
  return faults;
}

export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

function isExactPrice(value: unknown): boolean {
  if (typeof value === 'string') return /^\d+(\.\d+)?$/.test(value);
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isExactPrice)
  );
}

function paramLinesOf(node: LocatedMap): ReadonlyMap<string, number> {
  const params = node.entries.get('litellm_params');
  return new Map(params?.kind === 'map' ? [...params.entries].map(([key, { origin }]) => [key, origin.line]) : []);
}

function originOfParam(node: LocatedMap, key: string): Origin {
  for (const section of ['litellm_params', 'model_info']) {
    const map = node.entries.get(section);
    const found =
      map?.kind === 'map'
        ? (map.entries.get(key) ?? (key === 'api_base' ? map.entries.get('base_url') : undefined))
        : undefined;
    if (found !== undefined) return found.origin;
  }
  return node.origin;
}

function reportRepeatedIds(entries: readonly ModelEntry[], problems: ConfigProblem[]): void {
  const seen = new Map<string, Origin>();
  for (const { id, origin } of entries) {
    if (id === undefined) continue;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, origin);
    else {
      const at = { ...origin, path: `${origin.path}.model_info.id` };
      problems.push(
        errorAt(
          at,
          `\`${id}\` is also the id of ${first.path} (${first.file}:${first.line}). Give each entry its own.`,
        ),
      );
    }
  }
}

function isNothing(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** A model that does not come from a file; `problems` are errors that keep it from being served. */
export interface ForeignModelEntry {
  readonly entry: ModelEntry | null;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads an entry from elsewhere, such as a database row. References to the environment are not resolved but refused:
 * whoever may write the row is not whoever owns the process.
 *
 * @param value the entry in wire shape
 * @param source names where it comes from, for the problems
 */
export function readForeignModelEntry(value: unknown, source: string): ForeignModelEntry {
  const node = locateValue(value, { file: source, line: 0, path: '' });
  const problems: ConfigProblem[] = [];
  if (node.kind !== 'map') return { entry: null, problems: [errorAt(node.origin, 'expected a map.')] };
  for (const reference of findReferencesAt(node)) {
    problems.push(errorAt(reference.origin, `\`${referencePrefix}\` is not resolved here. Write the value itself.`));
  }
  problems.push(...checkEntryKeys(node).filter((problem) => problem.severity === 'error'));
  const entry = readEntryValues(node, ['model_list', 0], problems);
  return { entry: problems.length === 0 ? entry : null, problems };
}
