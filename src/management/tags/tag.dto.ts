/** The wire shapes of the tag routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import type { Tag } from '../../database/database-client.js';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { closedBody } from '../wire/closed-body.js';
import { identifier, identifiers } from '../wire/fields.js';
import { storedLimitAnswer } from '../limit-fields/limit-answers.js';
import { limitFields, limitView, storedLimitView, temporaryIncreaseFields, usd } from '../limit-fields/limit-fields.js';

// Which deployments serve a tag is said by the deployments themselves: `tags` of their litellm_params.
const unenforced = ['models', 'model_info'];
const description = z.string().max(4_096).nullish();

export const newTagSchema = closedBody('a tag', { ...limitFields, name: identifier, description }, unenforced);
export type NewTagBody = z.output<typeof newTagSchema>;

export const updateTagSchema = closedBody(
  'a tag',
  {
    ...limitFields,
    ...temporaryIncreaseFields,
    name: identifier,
    description,
    spend: usd.nullish().describe('USD that count as spent from now on'),
  },
  unenforced,
);
export type UpdateTagBody = z.output<typeof updateTagSchema>;

export const tagInfoSchema = closedBody('this request', { names: identifiers });
export const deleteTagSchema = closedBody('this request', { name: identifier });

const date = z.iso.date();
export const tagListQuerySchema = z
  .object({
    page: z.coerce.number().int().min(1).max(1_000_000).default(1),
    page_size: z.coerce.number().int().min(1).max(500).default(100),
    start_date: date.optional(),
    end_date: date.optional(),
  })
  .refine(({ start_date, end_date }) => (start_date === undefined) === (end_date === undefined), {
    message: 'Give `start_date` and `end_date` together.',
  });
export type TagListQuery = z.output<typeof tagListQuerySchema>;

export const tagAnswer = z.object({
  name: z.string(),
  description: z.string().nullable(),
  models: z.array(z.string()).nullable(),
  model_info: z.record(z.string(), z.string()).optional(),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
  created_by: z.string().optional(),
  spend: z.number().optional().describe('USD since the last reset'),
  budget_reset_at: z.string().nullable().optional(),
  litellm_budget_table: z
    .object({ budget_id: z.string().nullable(), ...storedLimitAnswer })
    .optional()
    .describe('The limits that hold for it'),
});
export type TagAnswer = z.output<typeof tagAnswer>;
export const tagChangeAnswer = z.object({ message: z.string(), tag: tagAnswer });
export const tagsByNameAnswer = z.record(z.string(), tagAnswer);

export function tagView(tag: Tag, state: OwnerState | undefined): TagAnswer {
  const shown = state && limitView(state);
  return {
    name: tag.name,
    description: tag.description,
    models: tag.models,
    model_info: {},
    created_at: tag.createdAt.toISOString(),
    updated_at: tag.updatedAt.toISOString(),
    created_by: tag.createdBy,
    ...(state && {
      spend: shown?.['spend'],
      budget_reset_at: shown?.['budget_reset_at'],
      litellm_budget_table: { budget_id: state.budgetId, ...storedLimitView(state.effective) },
    }),
  } as TagAnswer;
}

/** A tag that requests bear and nobody has declared. */
export function usedTagView(name: string): TagAnswer {
  return { name, description: 'Seen in requests; nobody has declared it, and nothing is limited by it.', models: null };
}
