/** A row of LiteLLM's as it may be: columns that its version lacks, and JSON that is not what it should be, read as nothing. */

export class LiteLLMRow {
  constructor(private readonly columns: Readonly<Record<string, unknown>>) {}

  get(name: string): unknown {
    return Object.hasOwn(this.columns, name) ? this.columns[name] : undefined;
  }

  /** Null where it is not there, or empty. */
  text(name: string): string | null {
    const value = this.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  }

  /** @throws Error where it is not there */
  id(name: string): string {
    const value = this.text(name);
    if (value === null) throw new Error(`it has no ${name}`);
    return value;
  }

  flag(name: string): boolean {
    return this.get(name) === true;
  }

  /** Big integers come as text. */
  number(name: string): number | null {
    return asNumber(this.get(name));
  }

  date(name: string): Date | null {
    const value = this.get(name);
    return value instanceof Date && !Number.isNaN(value.getTime()) ? value : null;
  }

  names(name: string): string[] {
    return asNames(this.get(name));
  }

  object(name: string): Readonly<Record<string, unknown>> {
    return asObject(this.get(name));
  }

  list(name: string): readonly unknown[] {
    const value = parsed(this.get(name));
    return Array.isArray(value) ? value : [];
  }
}

export function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}

export function asNames(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** Some of LiteLLM's versions write JSON into its JSON columns as text. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  const given = parsed(value);
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...given } : {};
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined; // no JSON: as good as not there
  }
}
