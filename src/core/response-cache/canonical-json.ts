/** One text for all JSON values that mean the same: the order of members does not matter, and everything else does. */

const deepest = 200;

/**
 * Undefined for a value that has no such text: it holds a whole number that a double cannot tell from its neighbours, so that
 * two different values would look alike, or it nests too deeply.
 */
export function canonicalJson(value: unknown): string | undefined {
  try {
    return write(value, 0);
  } catch (error) {
    if (error instanceof NoCanonicalForm) return undefined;
    throw error;
  }
}

class NoCanonicalForm extends Error {}

function write(value: unknown, depth: number): string {
  if (depth > deepest) throw new NoCanonicalForm();
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
        throw new NoCanonicalForm();
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : writeObject(value, depth);
    case 'undefined':
      return 'null';
    default:
      // Functions and the like, which no JSON has.
      throw new NoCanonicalForm();
  }
}

function writeObject(value: object, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  if (hasOwnForm(value)) return write(value.toJSON(), depth + 1);
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, name);
    // As JSON: a member without a value is not there.
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${write(member, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}

function hasOwnForm(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
