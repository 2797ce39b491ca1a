/** JSON schemas as clients send them, made digestible for providers that know only a part of the language. */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Deeper than this a schema is cut off. */
const deepest = 100;
/** Members whose value maps names to schemas: those names are the client's, not words of the language. */
const schemaMaps: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);

/**
 * The schema with every local `$ref` (`#/$defs/...`, `#/definitions/...`) replaced by what it names, and the definitions
 * left out. A schema that refers to itself is cut to `{}` (anything) where it would begin again.
 */
export function inlineReferences(schema: JsonSchema): JsonSchema {
  const definitions = { ...asSchema(schema['definitions']), ...asSchema(schema['$defs']) };
  return new Inliner(definitions).schema(schema, []);
}

class Inliner {
  private depth = 0;

  constructor(private readonly definitions: JsonSchema) {}

  schema(schema: JsonSchema, open: readonly string[]): JsonSchema {
    if (this.depth >= deepest) return {};
    this.depth += 1;
    const { $ref: reference, $defs: _defs, definitions: _definitions, ...own } = schema;
    const members = Object.entries(own).map(([key, value]) => [key, this.member(key, value, open)]);
    const inlined = { ...this.target(reference, open), ...(Object.fromEntries(members) as JsonSchema) };
    this.depth -= 1;
    return inlined;
  }

  private member(key: string, value: unknown, open: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.member('', item, open));
    if (typeof value !== 'object' || value === null) return value;
    if (!schemaMaps.has(key)) return this.schema(value as JsonSchema, open);
    const named = Object.entries(value).map(([name, inner]) => [name, this.member('', inner, open)]);
    return Object.fromEntries(named) as JsonSchema;
  }

  private target(reference: unknown, open: readonly string[]): JsonSchema {
    const name = typeof reference === 'string' ? /^#\/(?:\$defs|definitions)\/(.+)$/.exec(reference)?.[1] : undefined;
    if (name === undefined || open.includes(name)) return {};
    return this.schema(asSchema(this.definitions[name]), [...open, name]);
  }
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
