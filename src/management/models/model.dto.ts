/** The wire shapes of the model routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';

const name = z.string().min(1).max(512);
const id = z.string().min(1).max(256);
const params = z
  .record(z.string().min(1).max(256), z.unknown())
  .describe(
    'As `litellm_params` of an entry in the configuration file; references such as `os.environ/NAME` are not resolved.',
  );
const info = z
  .record(z.string().min(1).max(256), z.unknown())
  .describe('As `model_info` of an entry in the configuration file. `team_id` makes it the model of one team.');

export const newModelSchema = closedBody('a model', {
  model_name: name.describe('The name that clients use.'),
  litellm_params: params,
  model_info: info.nullish(),
  blocked: z.boolean().nullish().describe('True: stored, and not served yet.'),
});
export type NewModelBody = z.output<typeof newModelSchema>;

const patch = {
  model_name: name.nullish(),
  litellm_params: params.nullish().describe('What changes; null takes a parameter away.'),
  model_info: info.nullish().describe('What changes; null takes a member away.'),
};

export const updateModelSchema = closedBody('a model', {
  id: id.nullish().describe('The model, where `model_info.id` does not name it.'),
  ...patch,
});
export type UpdateModelBody = z.output<typeof updateModelSchema>;

export const patchModelSchema = closedBody('a model', patch);
export type PatchModelBody = z.output<typeof patchModelSchema>;

export const deleteModelSchema = closedBody('this request', { id });
export type DeleteModelBody = z.output<typeof deleteModelSchema>;

export const blockModelSchema = closedBody('this request', { model_id: id });
export type BlockModelBody = z.output<typeof blockModelSchema>;

export const storedModelSchema = z.object({
  model_id: z.string(),
  model_name: z.string(),
  litellm_params: z.record(z.string(), z.unknown()).describe('Secrets are masked.'),
  model_info: z.record(z.string(), z.unknown()),
  blocked: z.boolean(),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  updated_at: z.iso.datetime(),
  updated_by: z.string(),
});
export type StoredModel = z.output<typeof storedModelSchema>;

export const messageSchema = z.object({ message: z.string() });

/** Query strings have words for flags, and numbers as text. */
const flag = z
  .enum(['true', 'false', 'True', 'False', '1', '0'])
  .transform((word) => /^(true|1)$/i.test(word))
  .optional();
const text = z.string().max(512).optional();
const whole = (initial: number, most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `expected a whole number from 1 to ${most}`)
    .transform(Number)
    .refine((number) => number <= most, `expected at most ${most}`)
    .optional()
    .transform((number) => number ?? initial);

export const modelInfoQuerySchema = z.object({
  litellm_model_id: text.describe('The id of one deployment, as in `x-litellm-model-id`.'),
  include_team_models: flag,
  teamId: text.describe('Those that the keys of a team may use.'),
});
export type ModelInfoQuery = z.output<typeof modelInfoQuerySchema>;

export const modelInfoPageQuerySchema = z.object({
  model: text.describe('Those of one model name.'),
  modelId: text.describe('The id of one deployment.'),
  search: text.describe('A part of the model name.'),
  teamId: text,
  user_models_only: flag.describe('Those that the caller has added.'),
  include_team_models: flag,
  access_group: text,
  wildcard_only: flag,
  blocked: flag,
  sortBy: z.enum(['model_name', 'created_at', 'updated_at', 'costs', 'status']).optional(),
  sortOrder: z.enum(['asc', 'desc']).optional(),
  page: whole(1, 1_000_000),
  size: whole(50, 1_000),
  debug: flag,
});
export type ModelInfoPageQuery = z.output<typeof modelInfoPageQuerySchema>;

const describedModelSchema = z.object({
  model_name: z.string(),
  litellm_params: z.record(z.string(), z.unknown()).describe('Secrets are masked.'),
  model_info: z
    .looseObject({
      id: z.string(),
      db_model: z.boolean().describe('True for one that was added by this API.'),
      blocked: z.boolean(),
      access_via_team_ids: z.array(z.string()).describe("The caller's teams whose keys may use it."),
      direct_access: z.boolean().describe('The caller may use it without a team.'),
    })
    .describe('What was configured, with prices in USD, limits and abilities of the model.'),
});
export type DescribedModel = z.output<typeof describedModelSchema>;

export const modelInfoSchema = z.object({ data: z.array(describedModelSchema) });
export const modelInfoPageSchema = z.object({
  data: z.array(describedModelSchema),
  total_count: z.number().int(),
  current_page: z.number().int(),
  total_pages: z.number().int(),
  size: z.number().int(),
});
