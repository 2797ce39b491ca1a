/** The configuration as a JSON schema: for editors, for the reference page and for the examples in error messages. */
import { z } from 'zod';
import { referencePrefix } from './environment-references.js';
import { noteKeys } from './schema/fields.js';
import { credentialSchema } from './schema/credential.schema.js';
import { fileServiceSchema } from './schema/file-service.schema.js';
import { guardrailEntrySchema } from './schema/guardrails.schema.js';
import { modelEntrySchema } from './schema/model-entry.schema.js';
import { environmentVariablesSchema, sectionSchemas } from './schema/settings.schema.js';

export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly [key: string]: unknown;
}

function buildSchema(): JsonSchema {
  const toJson = (schema: z.ZodType): JsonSchema => {
    const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return withPlainNotes(rest as JsonSchema);
  };
  return {
    type: 'object',
    properties: {
      model_list: {
        type: 'array',
        description: 'The models that are served.',
        items: toJson(modelEntrySchema),
      },
      ...Object.fromEntries(Object.entries(sectionSchemas).map(([name, schema]) => [name, toJson(schema)])),
      files_settings: {
        type: 'array',
        description: 'The accounts in which files and batches are kept, by provider, where no model is named.',
        items: toJson(fileServiceSchema),
      },
      credential_list: {
        type: 'array',
        description: 'Credentials that entries of `model_list` name by `litellm_credential_name`.',
        items: toJson(credentialSchema),
      },
      guardrails: {
        type: 'array',
        description: 'What looks at requests and answers, and may refuse, mask or reroute them.',
        items: toJson(guardrailEntrySchema),
      },
      environment_variables: {
        ...toJson(environmentVariablesSchema),
        description: 'Variables that are set for this file, over those of the process.',
      },
      include: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Files that are read too, relative to this one. Their lists are appended, their maps merged; where both set a value, the one here stays.',
      },
    },
  };
}

/** The notes under the names that JSON schema has for them. */
function withPlainNotes(schema: JsonSchema): JsonSchema {
  const { [noteKeys.example]: example, [noteKeys.initial]: initial, ...rest } = schema;
  return withoutUndefined({
    ...rest,
    default: initial,
    examples: example === undefined ? undefined : [example],
    properties: schema.properties && mapValues(schema.properties, withPlainNotes),
    items: schema.items && withPlainNotes(schema.items),
  });
}

/** The schema for editors: every value may also be an `os.environ/` reference. */
export function editorJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tollgate configuration',
    ...allowReferences(plainJsonSchema),
  };
}

function allowReferences(schema: JsonSchema): JsonSchema {
  if (schema.type === 'number' || schema.type === 'integer' || schema.type === 'boolean') {
    const { description, default: initial, examples, ...value } = schema;
    const reference = { type: 'string', pattern: `^${referencePrefix.replace('.', '\\.')}` };
    return withoutUndefined({ description, default: initial, examples, anyOf: [value, reference] });
  }
  return withoutUndefined({
    ...schema,
    properties: schema.properties && mapValues(schema.properties, allowReferences),
    items: schema.items && allowReferences(schema.items),
  });
}

/** The schema of the value at `path`, or null. */
export function findJsonSchema(path: readonly PropertyKey[]): JsonSchema | null {
  let schema: JsonSchema | undefined = plainJsonSchema;
  for (const step of path) {
    const rest: JsonSchema | boolean | undefined = schema.additionalProperties;
    schema =
      typeof step === 'number'
        ? schema.items
        : (schema.properties?.[String(step)] ?? (typeof rest === 'object' ? rest : undefined));
    if (schema === undefined) return null;
  }
  return schema;
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function withoutUndefined(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/** What the values of a setting are, environment references not considered. */
export const plainJsonSchema: JsonSchema = buildSchema();
