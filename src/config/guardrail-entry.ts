/** Reads guardrails: the list `guardrails` of the file, and entries from elsewhere, such as database rows. */
import path from 'node:path';
import { checkNestedKeys } from './check-keys.js';
import { errorAt, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import { findReferencesAt, findUnset, referencePrefix } from './environment-references.js';
import { locateValue, originOf, toPlain, type Located, type LocatedMap } from './located.js';
import { readSection } from './read-section.js';
import {
  gatewayParamNames,
  guardrailEntrySchema,
  ineffectiveParamNames,
  type GuardrailModeName,
  type WireGuardrailEntry,
} from './schema/guardrails.schema.js';
import { toMs } from './schema/fields.js';
import { withoutSecretParams } from './secret-params.js';

export interface GuardrailEntry {
  /** What requests, keys and teams call it; several entries may have it. */
  readonly name: string;
  /** The kind: `litellm_params.guardrail`. */
  readonly type: string;
  readonly modes: readonly GuardrailModeName[];
  /** In place of `modes`, for requests that carry the tag. */
  readonly tagModes: Readonly<Record<string, readonly GuardrailModeName[]>> | undefined;
  readonly defaultOn: boolean;
  readonly order: number;
  /** What becomes of a request that it cannot look at. */
  readonly failure: 'open' | 'closed';
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  readonly messageTemplate: string | undefined;
  readonly scan: GuardrailScan;
  /** The members of `litellm_params` that are its kind's own; holds secrets. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly info: Readonly<Record<string, unknown>>;
  /** `litellm_params` without the secrets. */
  readonly shownParams: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
  /** Of everything below `litellm_params`, by its path there. */
  readonly lines: Readonly<Record<string, number>>;
}

/** What of a request is looked at, and what a finding leads to. */
export interface GuardrailScan {
  readonly skipsSystem: boolean;
  readonly onlyNew: boolean;
  /** The model that a request with a finding goes to. */
  readonly routeTo: string | undefined;
}

const section = 'guardrails';

export function readGuardrails(list: Located | undefined, problems: ConfigProblem[]): readonly GuardrailEntry[] {
  if (list === undefined || (list.kind === 'scalar' && list.value === null)) return [];
  if (list.kind !== 'list') {
    problems.push(errorAt(list.origin, 'expected a list. Begin each entry with `- guardrail_name:`.'));
    return [];
  }
  return list.items.flatMap((item, index) => {
    // A guardrail that is left out would let everything pass.
    const unset = [...findUnset(item)].map(({ node, variable }) =>
      errorAt(node.origin, `the environment variable ${variable} is not set. Set it, or take the guardrail out.`),
    );
    problems.push(...unset);
    return unset.length > 0 ? [] : (readEntry(item, [section, index], problems) ?? []);
  });
}

/** A guardrail that does not come from the file; `problems` are errors that keep it from being used. */
export interface ForeignGuardrail {
  readonly entry: GuardrailEntry | null;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads an entry from elsewhere. References to the environment are not resolved but refused: whoever may write the row is not whoever
 * owns the process. So are files of its machine.
 *
 * @param value the entry in wire shape
 * @param source names where it comes from, for the problems
 */
export function readForeignGuardrail(value: unknown, source: string): ForeignGuardrail {
  const node = locateValue(value, { file: source, line: 0, path: '' });
  const problems: ConfigProblem[] = [];
  for (const { origin } of findReferencesAt(node)) {
    problems.push(errorAt(origin, `\`${referencePrefix}\` is not resolved here. Write the value itself.`));
  }
  for (const { origin } of findFiles(node)) {
    problems.push(errorAt(origin, 'names a file, which only an entry of the configuration file may do.'));
  }
  const entry = readEntry(node, [section, 0], problems);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { entry: errors.length === 0 ? entry : null, problems: errors };
}

/** Of an entry whose own parameters cannot be had, what every kind has; null where that does not fit either. */
export function readGatewayPart(value: unknown, source: string): GuardrailEntry | null {
  const node = locateValue(value, { file: source, line: 0, path: '' });
  const params = node.kind === 'map' ? paramsOf(node) : undefined;
  if (node.kind !== 'map' || !params) return null;
  const known = [...params.entries].filter(([name]) => gatewayParamNames.includes(name));
  const part: LocatedMap = { ...params, entries: new Map(known) };
  return readEntry({ ...node, entries: new Map([...node.entries, ['litellm_params', part]]) }, [section, 0], []);
}

function readEntry(node: Located, at: readonly PropertyKey[], problems: ConfigProblem[]): GuardrailEntry | null {
  if (node.kind !== 'map') {
    problems.push(errorAt(node.origin, 'expected a map. Write `guardrail_name:` and `litellm_params:`.'));
    return null;
  }
  problems.push(...checkNestedKeys(node, Object.keys(guardrailEntrySchema.shape)));
  const params = paramsOf(node);
  for (const name of ineffectiveParamNames) {
    const at = params?.entries.get(name);
    if (at) problems.push(warningAt(at.origin, 'has no effect here. Remove it.'));
  }
  const wire = readSection(node, guardrailEntrySchema, at, problems);
  if (wire === null) return null;
  const faults = findFaults(wire.litellm_params, node);
  problems.push(...faults);
  return faults.length > 0 ? null : toEntry(wire, node);
}

function paramsOf(node: LocatedMap): LocatedMap | undefined {
  const params = node.entries.get('litellm_params');
  return params?.kind === 'map' ? params : undefined;
}

/** What no schema of one value can see. */
function findFaults(params: WireGuardrailEntry['litellm_params'], node: Located): ConfigProblem[] {
  const { unreachable_fallback: fallback, fail_on_error: failsOnError } = params;
  const at = (name: string, message: string): ConfigProblem =>
    errorAt(originOf(node, ['litellm_params', name]), message);
  const faults: ConfigProblem[] = [];
  if (fallback !== undefined && failsOnError !== undefined && failsOnError !== (fallback === 'fail_closed'))
    faults.push(at('fail_on_error', `contradicts \`unreachable_fallback: ${fallback}\`. Keep one of them.`));
  if (params.on_sensitive_data === 'route' && params.sensitive_data_route_to_model === undefined)
    faults.push(
      at('sensitive_data_route_to_model', 'is missing. Name the model that requests with a finding are to go to.'),
    );
  const modes = [params.mode.always, ...Object.values(params.mode.byTag ?? {})].flat();
  if (params.on_sensitive_data === 'route' && modes.includes('during_call'))
    faults.push(
      at('on_sensitive_data', 'needs `mode: pre_call`: beside the call it is too late to send it elsewhere.'),
    );
  return faults;
}

function toEntry(
  { guardrail_name: name, litellm_params: params, guardrail_info: info }: WireGuardrailEntry,
  node: LocatedMap,
): GuardrailEntry {
  const { always, byTag } = params.mode;
  const isOwn = (member: string): boolean =>
    ![...gatewayParamNames, ...ineffectiveParamNames].some((known) => known === member);
  const failsOpen = params.unreachable_fallback === 'fail_open' || params.fail_on_error === false;
  const located = paramsOf(node);
  return {
    name,
    type: params.guardrail,
    modes: always,
    tagModes: byTag,
    defaultOn: params.default_on,
    order: params.order,
    failure: failsOpen ? 'open' : 'closed',
    timeoutMs: toMs(params.timeout),
    retries: params.num_retries,
    messageTemplate: params.violation_message_template,
    scan: {
      skipsSystem: params.skip_system_message_in_guardrail,
      onlyNew: params.only_scan_new_messages,
      routeTo: params.on_sensitive_data === 'route' ? params.sensitive_data_route_to_model : undefined,
    },
    parameters: withFiles(Object.fromEntries(Object.entries(params).filter(([member]) => isOwn(member))), node.origin),
    info,
    shownParams: withoutSecretParams((located && toPlain(located, () => false)) as Record<string, unknown>),
    origin: node.origin,
    lines: Object.fromEntries(located ? linesBelow(located, located.origin.path.length + 1) : []),
  };
}

function* linesBelow(node: Located, above: number): Iterable<[path: string, line: number]> {
  const children = node.kind === 'map' ? node.entries.values() : node.kind === 'list' ? node.items : [];
  for (const child of children) {
    yield [child.origin.path.slice(above), child.origin.line];
    yield* linesBelow(child, above);
  }
}

/** The place of a parameter, or of the nearest one above it. */
export function originOfParameter({ origin, lines }: Pick<GuardrailEntry, 'origin' | 'lines'>, path: string): Origin {
  const base = origin.path === '' ? 'litellm_params' : `${origin.path}.litellm_params`;
  for (let above = path; above !== ''; above = above.replace(/(?:\.|^)[^.[\]]+$|\[[^[\]]*\]$/, '')) {
    const line = Object.hasOwn(lines, above) ? lines[above] : undefined;
    if (line !== undefined) return { ...origin, line, path: `${base}.${path}` };
  }
  return { ...origin, path: path === '' ? base : `${base}.${path}` };
}

/** The paths of files are relative to the configuration file that names them. */
function withFiles(params: Record<string, unknown>, { file }: Origin): Record<string, unknown> {
  const inMap = (map: Record<string, unknown>): Record<string, unknown> =>
    mapEntries(map, (name, value) =>
      isFileName(name) && typeof value === 'string' ? path.resolve(path.dirname(file), value) : value,
    );
  return mapEntries(inMap(params), (_name, value) =>
    Array.isArray(value) ? value.map((item: unknown) => (isMap(item) ? inMap(item) : item)) : value,
  );
}

function mapEntries(
  map: Record<string, unknown>,
  change: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(name, value)]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFileName(name: string): boolean {
  return /(?:^|_)file$/.test(name);
}

/** Parameters by the name of `..._file`, in `litellm_params` itself and in its lists; below that, names are somebody's data. */
function* findFiles(node: Located): Iterable<Located> {
  const params = node.kind === 'map' ? paramsOf(node) : undefined;
  if (!params) return;
  yield* filesIn(params);
  for (const child of params.entries.values())
    if (child.kind === 'list') for (const item of child.items) if (item.kind === 'map') yield* filesIn(item);
}

function* filesIn({ entries }: LocatedMap): Iterable<Located> {
  for (const [name, child] of entries)
    if (isFileName(name) && !(child.kind === 'scalar' && child.value === null)) yield child;
}
