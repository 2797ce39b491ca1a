/** A JSON schema cut to what Anthropic's structured outputs take. */
// https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations

type Schema = Readonly<Record<string, unknown>>;

const unsupported: ReadonlySet<string> = new Set([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
]);
const namedSchemas: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

/** Every object is closed, as Anthropic demands; limits that it refuses move into the description, for the model to read. */
export function toStructuredSchema(schema: Schema): Schema {
  const result: Record<string, unknown> = {};
  const limits: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (unsupported.has(key) || (key === 'minItems' && Number(value) > 1)) limits.push(`${key}: ${String(value)}`);
    else if (namedSchemas.has(key)) result[key] = mapValues(value as Schema);
    else result[key] = Array.isArray(value) ? value.map(nested) : nested(value);
  }
  if (schema['type'] === 'object') result['additionalProperties'] = false;
  if (limits.length > 0)
    result['description'] = [schema['description'], `{${limits.join(', ')}}`].filter(Boolean).join(' ');
  return result;
}

function mapValues(schemas: Schema): Schema {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, nested(schema)]));
}

function nested(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? toStructuredSchema(value as Schema)
    : value;
}
