/** The wire shapes of the settings routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';

const name = z.string().min(1).max(256);
const section = z.record(name, z.unknown());
const general = z.literal('general_settings').default('general_settings');

export const updateConfigSchema = closedBody('a configuration that can be changed here', {
  general_settings: section.nullish(),
  litellm_settings: section.nullish(),
  router_settings: section.nullish(),
  environment_variables: section
    .nullish()
    .describe('Refused where it holds anything: variables come from the process and from the file.'),
  model_list: z
    .array(z.unknown())
    .nullish()
    .describe('Refused where it holds anything: models are added by /model/new.'),
});
export type UpdateConfigBody = z.output<typeof updateConfigSchema>;

export const updateFieldSchema = closedBody('this request', {
  field_name: name,
  field_value: z.unknown(),
  config_type: general,
});
export type UpdateFieldBody = z.output<typeof updateFieldSchema>;

export const deleteFieldSchema = closedBody('this request', { field_name: name, config_type: general });
export type DeleteFieldBody = z.output<typeof deleteFieldSchema>;

export const fieldQuerySchema = z.object({ field_name: name });
export type FieldQuery = z.output<typeof fieldQuerySchema>;

export const configListQuerySchema = z.object({ config_type: general });

const source = z
  .enum(['db', 'config', 'default', 'unset'])
  .describe('Where the value comes from; `db` goes before `config`.');

export const fieldInfoSchema = z.object({
  field_name: z.string(),
  field_value: z.unknown().describe('Secrets are masked.'),
  source,
  editable: z.boolean().describe('False for what the configuration file alone may set.'),
});
export type FieldInfo = z.output<typeof fieldInfoSchema>;

export const fieldSchema = z.object({
  field_name: z.string(),
  field_type: z.string(),
  field_description: z.string(),
  field_value: z.unknown(),
  field_default_value: z.unknown(),
  field_options: z.array(z.string()).nullable(),
  stored_in_db: z.boolean().nullable().describe('Null where it is set nowhere.'),
  source,
  editable: z.boolean(),
});
export type Field = z.output<typeof fieldSchema>;
export const fieldsSchema = z.array(fieldSchema);

export const storedSectionSchema = z.object({
  param_name: z.literal('general_settings'),
  param_value: z.record(z.string(), z.unknown()).describe('What the database sets of it; secrets are masked.'),
});
export type StoredSection = z.output<typeof storedSectionSchema>;

export const configMessageSchema = z.object({ message: z.string() });

export const configYamlSchema = z.object({
  general_settings: z.record(z.string(), z.unknown()),
  litellm_settings: z.record(z.string(), z.unknown()),
  router_settings: z.record(z.string(), z.unknown()),
});
export type ConfigYaml = z.output<typeof configYamlSchema>;

export const routerSettingsSchema = z.object({
  fields: z.array(fieldSchema),
  current_values: z.record(z.string(), z.unknown()),
  source: z.record(z.string(), source),
});
export type ShownRouterSettings = z.output<typeof routerSettingsSchema>;

const fallbackTypes = ['general', 'context_window', 'content_policy'] as const;
export type FallbackType = (typeof fallbackTypes)[number];
const fallbackType = z.enum(fallbackTypes).default('general');

export const newFallbackSchema = closedBody('a fallback', {
  model: name,
  fallback_models: z
    .array(name)
    .min(1)
    .max(50)
    .refine((names) => new Set(names).size === names.length, 'names a model twice'),
  fallback_type: fallbackType,
});
export type NewFallbackBody = z.output<typeof newFallbackSchema>;

export const fallbackQuerySchema = z.object({ fallback_type: fallbackType });
export type FallbackQuery = z.output<typeof fallbackQuerySchema>;

const fallback = { model: z.string(), fallback_type: z.enum(fallbackTypes) };
export const fallbackSchema = z.object({ ...fallback, fallback_models: z.array(z.string()) });
export const writtenFallbackSchema = fallbackSchema.extend({ message: z.string() });
export const deletedFallbackSchema = z.object({ ...fallback, message: z.string() });
export type ShownFallback = z.output<typeof fallbackSchema>;
export type WrittenFallback = z.output<typeof writtenFallbackSchema>;
export type DeletedFallback = z.output<typeof deletedFallbackSchema>;
