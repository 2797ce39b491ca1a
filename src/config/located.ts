/** A YAML tree whose every value still knows its file, line and path. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar, type Alias, type Pair } from 'yaml';
import { errorAt, type ConfigProblem, type Origin } from './config-problem.js';

export type ScalarValue = string | number | boolean | null;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: ScalarValue;
  /** A number as it was written, before it became a double. */
  readonly text?: string;
  /** The environment variable that the value was to come from, where it is not set. */
  readonly unsetVariable?: string;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly origin: Origin;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly origin: Origin;
  readonly entries: ReadonlyMap<string, Located>;
}

export type Located = LocatedScalar | LocatedList | LocatedMap;

/** Enough for any real file, and an end for aliases that multiply each other. */
const maxAliases = 10_000;

export interface ParsedYaml {
  /** Null where the text is no YAML map. */
  readonly root: LocatedMap | null;
  readonly problems: readonly ConfigProblem[];
}

/** Reads YAML 1.2 with merge keys (`<<`). */
export function parseLocatedYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter: lines });
  const top: Origin = { file, line: 1, path: '' };
  if (document.errors.length > 0) {
    return {
      root: null,
      problems: document.errors.map((error) =>
        errorAt(
          { ...top, line: lines.linePos(error.pos[0]).line },
          `not valid YAML: ${error.message}. Correct this line.`,
        ),
      ),
    };
  }
  if (document.contents === null) return { root: { kind: 'map', origin: top, entries: new Map() }, problems: [] };

  const reader = new TreeReader(lines, file);
  const root = reader.read(document.contents, top);
  if (root.kind !== 'map') {
    reader.problems.push(errorAt(top, 'a configuration is a map of sections. Begin with `model_list:`.'));
  }
  return { root: root.kind === 'map' ? root : null, problems: reader.problems };
}

class TreeReader {
  readonly problems: ConfigProblem[] = [];
  private readonly anchors = new Map<string, unknown>();
  /** What is being read: an alias of any of it leads to itself. */
  private readonly open = new Set<unknown>();
  private aliases = 0;

  constructor(
    private readonly lines: LineCounter,
    private readonly file: string,
  ) {}

  read(node: unknown, origin: Origin): Located {
    if (isAlias(node)) return this.readAlias(node, origin);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      this.anchors.set(node.anchor, node);
    if (isMap(node) || isSeq(node)) {
      this.open.add(node);
      const read: Located = isMap(node)
        ? { kind: 'map', origin, entries: this.readEntries(node.items, origin) }
        : { kind: 'list', origin, items: this.readItems(node.items, origin) };
      this.open.delete(node);
      return read;
    }
    if (!isScalar(node)) return { kind: 'scalar', origin, value: null };
    const isNumber = typeof node.value === 'number';
    return {
      kind: 'scalar',
      origin,
      value: toScalarValue(node.value),
      ...(isNumber && node.source ? { text: node.source } : {}),
    };
  }

  private readItems(items: readonly unknown[], { line, path }: Origin): Located[] {
    return items.map((item, index) =>
      this.read(item, { file: this.file, line: this.lineOf(item) ?? line, path: `${path}[${index}]` }),
    );
  }

  private readAlias(alias: Alias, origin: Origin): Located {
    const target = this.anchors.get(alias.source);
    const fault = this.findAliasFault(target);
    this.aliases += 1;
    if (fault !== null) {
      this.problems.push(errorAt(origin, `the alias \`*${alias.source}\` ${fault}. Correct or remove it.`));
      return { kind: 'scalar', origin, value: null };
    }
    return this.read(target, origin);
  }

  private findAliasFault(target: unknown): string | null {
    if (target === undefined) return 'names no anchor above it';
    if (this.open.has(target)) return 'stands within what it names';
    return this.aliases >= maxAliases ? 'is one too many' : null;
  }

  private readEntries(pairs: readonly Pair[], origin: Origin): Map<string, Located> {
    const own = new Map<string, Located>();
    const merged = new Map<string, Located>();
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? pair.key : new Scalar(String(pair.key));
      if (isMergeKey(key)) {
        for (const [name, value] of this.readMerged(pair.value, origin)) if (!merged.has(name)) merged.set(name, value);
        continue;
      }
      const name = key.source ?? String(key.value);
      const at: Origin = {
        file: this.file,
        line: this.lineOf(key) ?? origin.line,
        path: origin.path === '' ? name : `${origin.path}.${name}`,
      };
      if (name === '__proto__') this.problems.push(errorAt(at, '`__proto__` is no name for a key. Remove it.'));
      else own.set(name, this.read(pair.value, at));
    }
    return new Map([...merged, ...own]);
  }

  /** `<<: *base` or `<<: [*one, *two]`, where the first of several wins. */
  private *readMerged(node: unknown, origin: Origin): Iterable<[string, Located]> {
    const value = this.read(node, origin);
    const sources = value.kind === 'list' ? value.items : [value];
    for (const source of sources) if (source.kind === 'map') yield* source.entries;
  }

  private lineOf(node: unknown): number | undefined {
    const start = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
    return start === undefined ? undefined : this.lines.linePos(start).line;
  }
}

/** JSON and the YAML read here have no other scalars. */
export function toScalarValue(value: unknown): ScalarValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function isMergeKey(key: Scalar): boolean {
  return key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<');
}

/**
 * The tree as plain data.
 *
 * @param keepsText says for a key whether its number is wanted as the text that was written (an exact price)
 */
export function toPlain(node: Located, keepsText: (key: string) => boolean, key = ''): unknown {
  if (node.kind === 'map') {
    return Object.fromEntries(
      [...node.entries].map(([name, value]) => [name, toPlain(value, keepsText, keepsText(key) ? key : name)]),
    );
  }
  if (node.kind === 'list') return node.items.map((item) => toPlain(item, keepsText, key));
  return node.text !== undefined && keepsText(key) ? node.text : node.value;
}

/** Plain data as a tree; its paths begin at that of `origin`. */
export function locateValue(value: unknown, origin: Origin): Located {
  const below = (path: string): Origin => ({ ...origin, path });
  if (Array.isArray(value)) {
    return {
      kind: 'list',
      origin,
      items: value.map((item, index) => locateValue(item, below(`${origin.path}[${index}]`))),
    };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', origin, value: toScalarValue(value) };
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, locateValue(inner, below(origin.path === '' ? key : `${origin.path}.${key}`))] as const,
  );
  return { kind: 'map', origin, entries: new Map(entries) };
}

/** The origin of the value at `path`, or of the nearest one above it; then the path is completed by what is missing. */
export function originOf(root: Located, path: readonly PropertyKey[]): Origin {
  let node = root;
  for (const [index, step] of path.entries()) {
    const next =
      node.kind === 'map'
        ? node.entries.get(String(step))
        : node.kind === 'list'
          ? node.items[Number(step)]
          : undefined;
    if (next === undefined) return { ...node.origin, path: appendPath(node.origin.path, path.slice(index)) };
    node = next;
  }
  return node.origin;
}

/** `steps` below `path`, as paths of a file are written. */
export function appendPath(path: string, steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((soFar, step) => {
    if (typeof step === 'number') return `${soFar}[${step}]`;
    return soFar === '' ? String(step) : `${soFar}.${String(step)}`;
  }, path);
}
