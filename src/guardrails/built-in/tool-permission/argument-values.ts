/** The values of a tool call's arguments at a path such as `mail.to[].address`. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Step {
  readonly name: string;
  /** How many lists are within each other there. */
  readonly lists: number;
}

export type ArgumentPath = readonly Step[];

const stepShape = /^([^[\]]*)((?:\[\])*)$/;

/** None where it is no path. */
export function parsePath(path: string): ArgumentPath | undefined {
  const steps: Step[] = [];
  for (const part of path.split('.')) {
    const match = stepShape.exec(part);
    if (match === null || (match[1] === '' && match[2] === '')) return undefined;
    steps.push({ name: match[1] ?? '', lists: (match[2] ?? '').length / 2 });
  }
  return steps;
}

/** Members of a list, and a value that stands where a list could: models write both. */
function membersOf(values: readonly unknown[], lists: number): readonly unknown[] {
  return lists === 0
    ? values
    : membersOf(
        values.flatMap((value) => (Array.isArray(value) ? (value as readonly unknown[]) : [value])),
        lists - 1,
      );
}

/** All that stand there, whatever they are; none where the argument is missing. */
export function valuesAt(root: unknown, path: ArgumentPath): readonly unknown[] {
  let values: readonly unknown[] = [root];
  for (const { name, lists } of path) {
    const named =
      name === ''
        ? values
        : values.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));
    values = membersOf(named, lists);
  }
  return values.filter((value) => value !== undefined && value !== null);
}
