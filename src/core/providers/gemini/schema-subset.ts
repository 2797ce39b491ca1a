/** JSON schemas in the subset of OpenAPI's that Gemini takes for functions and answers. */
// https://ai.google.dev/api/caching#Schema
import { inlineReferences, type JsonSchema } from '../../schema/json-schema.js';

/** Members that pass as they are; those that are translated stand in the function. */
const known = [
  ...['title', 'description', 'default', 'example', 'pattern', 'minItems', 'maxItems', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'minProperties', 'maxProperties', 'propertyOrdering', 'nullable'],
];
const formats: ReadonlySet<unknown> = new Set(['enum', 'date-time', 'float', 'double', 'int32', 'int64']);

export function toGeminiSchema(schema: JsonSchema): JsonSchema {
  return subset(inlineReferences(schema));
}

function subset(schema: JsonSchema): JsonSchema {
  const merged = Array.isArray(schema['allOf']) ? mergeAll(schema) : schema;
  const { types, nullable } = readTypes(merged);
  const alternatives = readAlternatives(merged);
  const result: Record<string, unknown> = {};
  for (const name of known) if (merged[name] !== undefined) result[name] = merged[name];
  if (nullable || alternatives?.nullable) result['nullable'] = true;
  if (formats.has(merged['format'])) result['format'] = merged['format'];
  if (types.length > 1) result['anyOf'] = types.map((type) => ofType(type, merged));
  else if (alternatives && alternatives.schemas.length > 1) result['anyOf'] = alternatives.schemas.map(subset);
  else if (alternatives?.schemas[0]) Object.assign(result, subset(alternatives.schemas[0]));
  else Object.assign(result, ofType(types[0], merged));
  return result;
}

/** What a schema says of values of one type. */
function ofType(type: string | undefined, schema: JsonSchema): JsonSchema {
  const result: Record<string, unknown> = {};
  const enumeration = readEnum(schema);
  if (type !== undefined) result['type'] = type.toUpperCase();
  // The API knows enumerations of texts only.
  if (enumeration && (type === undefined || type === 'string'))
    Object.assign(result, { type: 'STRING', enum: enumeration });
  const properties = asSchema(schema['properties']);
  if (Object.keys(properties).length > 0) {
    result['type'] = 'OBJECT';
    result['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, subset(asSchema(inner))]),
    );
    const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
    const there = required.filter((name) => typeof name === 'string' && Object.hasOwn(properties, name));
    if (there.length > 0) result['required'] = there;
  }
  if (type === 'array' || schema['items'] !== undefined) {
    const items = subset(asSchema(schema['items']));
    // The member is demanded of every array.
    result['items'] = Object.keys(items).length === 0 ? { type: 'STRING' } : items;
  }
  return result;
}

function readTypes({ type }: JsonSchema): { types: readonly string[]; nullable: boolean } {
  const all = [type].flat().filter((each): each is string => typeof each === 'string');
  return { types: all.filter((each) => each !== 'null'), nullable: all.length > 1 && all.includes('null') };
}

function readAlternatives(schema: JsonSchema): { schemas: readonly JsonSchema[]; nullable: boolean } | undefined {
  const listed = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(listed)) return undefined;
  const all = listed.map(asSchema);
  const schemas = all.filter(({ type }) => type !== 'null');
  return { schemas, nullable: schemas.length < all.length };
}

function readEnum(schema: JsonSchema): readonly string[] | undefined {
  const values = schema['const'] === undefined ? schema['enum'] : [schema['const']];
  if (!Array.isArray(values)) return undefined;
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length > 0 ? texts : undefined;
}

function mergeAll({ allOf, ...own }: JsonSchema): JsonSchema {
  const parts = [...(allOf as readonly unknown[]).map(asSchema), own];
  const merged: Record<string, unknown> = Object.assign({}, ...parts) as Record<string, unknown>;
  merged['properties'] = Object.assign({}, ...parts.map((part) => asSchema(part['properties'])));
  merged['required'] = parts.flatMap((part) =>
    Array.isArray(part['required']) ? (part['required'] as unknown[]) : [],
  );
  return merged;
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}
