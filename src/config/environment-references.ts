/** Puts environment variables in the place of `os.environ/NAME`. */
import type { Located, LocatedMap } from './located.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export const referencePrefix = 'os.environ/';

/**
 * Every reference in `node` replaced. One whose variable is not set, or empty, becomes null and says so in `unsetVariable`:
 * what that means depends on the place.
 */
export function resolveReferences<Node extends Located>(node: Node, environment: Environment): Node;
export function resolveReferences(node: Located, environment: Environment): Located {
  if (node.kind === 'map') {
    const entries = [...node.entries].map(([key, value]) => [key, resolveReferences(value, environment)] as const);
    return { ...node, entries: new Map(entries) };
  }
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => resolveReferences(item, environment)) };
  if (typeof node.value !== 'string' || !node.value.startsWith(referencePrefix)) return node;
  const variable = node.value.slice(referencePrefix.length).trim();
  const value = environment[variable];
  return value === undefined || value === ''
    ? { kind: 'scalar', origin: node.origin, value: null, unsetVariable: variable }
    : { kind: 'scalar', origin: node.origin, value };
}

/** The process's environment with the file's `environment_variables` put over it. */
export function extendEnvironment(root: LocatedMap, environment: Environment): Environment {
  const section = root.entries.get('environment_variables');
  if (section?.kind !== 'map') return environment;
  const added: Record<string, string> = {};
  for (const [name, node] of resolveReferences(section, environment).entries) {
    if (node.kind === 'scalar' && node.value !== null) added[name] = node.text ?? String(node.value);
  }
  return { ...environment, ...added };
}

/** Every place below `node` whose variable is not set. */
export function* findUnset(node: Located): Iterable<{ node: Located; variable: string }> {
  if (node.kind === 'map') for (const child of node.entries.values()) yield* findUnset(child);
  else if (node.kind === 'list') for (const child of node.items) yield* findUnset(child);
  else if (node.unsetVariable !== undefined) yield { node, variable: node.unsetVariable };
}

/** Every place below `node` with a reference that was not resolved. */
export function* findReferencesAt(node: Located): Iterable<Located> {
  if (node.kind === 'map') for (const child of node.entries.values()) yield* findReferencesAt(child);
  else if (node.kind === 'list') for (const child of node.items) yield* findReferencesAt(child);
  else if (typeof node.value === 'string' && node.value.startsWith(referencePrefix)) yield node;
}

/** Whether plain data holds a reference at any depth. */
export function findReferencesIn(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith(referencePrefix);
  return typeof value === 'object' && value !== null && Object.values(value).some(findReferencesIn);
}
