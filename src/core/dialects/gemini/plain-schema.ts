/** Google's dialect of schemas as JSON Schema: types in lower case, `nullable` as a type of its own. */
// https://ai.google.dev/api/caching#Schema
import { isObject } from '../model-request.js';
import { listMember, member, objectMember, type JsonObject } from './wire-names.js';

/** Numbers that Google writes as texts. */
const counts = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];
/** Members that JSON Schema knows by the same name. */
const kept = [
  'title',
  'description',
  'format',
  'pattern',
  'enum',
  'default',
  'example',
  'minimum',
  'maximum',
  'required',
];

export function plainSchema(schema: JsonObject): JsonObject {
  const plain: Record<string, unknown> = {};
  for (const name of kept) if (schema[name] !== undefined) plain[name] = schema[name];
  for (const name of counts) {
    const value = member(schema, name);
    if (value !== undefined) plain[name] = Number(value);
  }
  const type = schema['type'];
  if (typeof type === 'string' && type !== 'TYPE_UNSPECIFIED') plain['type'] = typeOf(type, schema['nullable']);
  const properties = objectMember(schema, 'properties');
  if (properties) plain['properties'] = mapValues(properties);
  const items = objectMember(schema, 'items');
  if (items) plain['items'] = plainSchema(items);
  const anyOf = listMember(schema, 'anyOf');
  if (anyOf.length > 0) plain['anyOf'] = anyOf.map((each) => (isObject(each) ? plainSchema(each) : each));
  const additional = member(schema, 'additionalProperties');
  if (additional !== undefined)
    plain['additionalProperties'] = isObject(additional) ? plainSchema(additional) : additional;
  return plain;
}

function typeOf(type: string, nullable: unknown): unknown {
  const name = type.toLowerCase();
  return nullable === true ? [name, 'null'] : name;
}

function mapValues(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, isObject(schema) ? plainSchema(schema) : schema]),
  );
}
