/** Lets an answer pass only where it is JSON that fits a schema (draft 2020-12), compiled once. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { z } from 'zod';
import type { Finding, GuardedText, Guardrail, GuardrailSurroundings, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake, pass } from '../../guardrail.js';

const jsonSchemaParameters = z.object({
  /** JSON Schema, draft 2020-12. `format` says what is meant, and is not checked. */
  schema: z.union([z.record(z.string(), z.unknown()), z.boolean()]).optional(),
  /** A file with the schema, as JSON. Only guardrails of the config file may name files. */
  schema_file: z.string().nullish(),
  /** Whether JSON in a code fence of Markdown is taken for the answer. */
  allow_code_fence: z.boolean().default(false),
});

type JsonSchemaParameters = z.infer<typeof jsonSchemaParameters>;

/** `pattern` of schemas, on RE2: no answer can make it slow. Ajv takes two of one `toString` for the same. */
function linearRegex(source: string): { test: (text: string) => boolean; toString: () => string } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
  return { test: (text) => compiled.test(text), toString: () => source };
}
// What it would be written as where validators are written to files, which they are not here.
linearRegex.code = 'linearRegex';

function schemaOf(
  { schema, schema_file: file }: JsonSchemaParameters,
  readFile: GuardrailSurroundings['readFile'],
): unknown {
  if (file == null) {
    if (schema === undefined)
      throw new GuardrailMistake('schema', 'is missing. Give it the JSON Schema that answers have to fit.');
    return schema;
  }
  if (readFile === undefined) {
    throw new GuardrailMistake(
      'schema_file',
      'names a file, which only guardrails of the config file may. Put its content into `schema`.',
    );
  }
  try {
    return JSON.parse(readFile(file));
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown error';
    throw new GuardrailMistake('schema_file', `names a file that cannot be read as JSON (${detail}).`);
  }
}

function compile(parameters: JsonSchemaParameters, readFile: GuardrailSurroundings['readFile']): ValidateFunction {
  const schema = schemaOf(parameters, readFile);
  const path = parameters.schema_file == null ? 'schema' : 'schema_file';
  try {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, code: { regExp: linearRegex } });
    return ajv.compile(typeof schema === 'boolean' ? schema : Object(schema));
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'it cannot be compiled';
    throw new GuardrailMistake(path, `is no JSON Schema of draft 2020-12 that can be used here: ${detail}.`);
  }
}

const fence = /^\s*```(?:json)?[ \t]*\n([\s\S]*?)\n?```\s*$/i;

/** In the words of the schema: the answer's own stay out of the error. */
function inWords(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it does not fit';
  const message = error.keyword === 'pattern' || error.message === undefined ? 'does not match' : error.message;
  return `${error.schemaPath}: ${message}`;
}

type Misfit = { readonly kind: 'not_json' | 'schema_mismatch' | 'too_deep'; readonly detail: string };

function misfitOf(text: string, validate: ValidateFunction): Misfit | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'not_json', detail: 'it is no JSON' };
    throw error;
  }
  try {
    return validate(value) ? undefined : { kind: 'schema_mismatch', detail: inWords(validate.errors?.[0]) };
  } catch (error) {
    // A schema that refers to itself follows the answer as deep as it goes.
    if (error instanceof RangeError) return { kind: 'too_deep', detail: 'it is nested too deep to be checked' };
    throw error;
  }
}

/** An answer that only calls tools has no text. */
const isAnswer = ({ text, isJson }: GuardedText): boolean => isJson !== true && text.trim() !== '';

function createJsonSchema(parameters: JsonSchemaParameters, { readFile }: GuardrailSurroundings): Guardrail {
  const validate = compile(parameters, readFile);
  const bare = (text: string): string => (parameters.allow_code_fence ? (fence.exec(text)?.[1] ?? text) : text);
  return {
    stream: { by: 'answer' },
    check(content) {
      if (content.direction !== 'answer' || !content.isComplete) return pass;
      const misfits = content.texts.filter(isAnswer).flatMap(({ text }) => misfitOf(bare(text), validate) ?? []);
      const [first] = misfits;
      if (first === undefined) return pass;
      const findings: Finding[] = [{ kind: first.kind, count: misfits.length }];
      return {
        action: 'block',
        findings,
        reason: `the answer does not fit the JSON Schema that it has to (${first.detail}). Try again.`,
      };
    },
  };
}

export const jsonSchemaGuardrail: GuardrailType<JsonSchemaParameters> = {
  id: 'json_schema',
  parameters: jsonSchemaParameters,
  create: createJsonSchema,
};
