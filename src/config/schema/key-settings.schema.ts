/** The schemas of what new keys are given and held to. */
import { z } from 'zod';
import { amount, anyMap, described, text, textList, wholeNumber } from './fields.js';

export const durationPattern = /^[1-9]\d{0,8}(s|m|h|d|w|mo)$/;

/** LiteLLM's durations, as keys and budgets have them. */
const duration = text().refine(
  (given) => durationPattern.test(given),
  'expected a whole number with a unit: `30s`, `30m`, `24h`, `7d`, `2w` or `1mo`',
);

const note = <Schema extends z.ZodType>(schema: Schema, description: string, example: unknown): Schema =>
  described(schema, { description, example });

const limits = {
  max_budget: note(amount().optional(), 'USD.', 10),
  budget_duration: note(duration.optional(), 'After how long the spend begins anew.', '30d'),
  duration: note(duration.optional(), 'How long the key works.', '90d'),
  max_parallel_requests: note(wholeNumber().optional(), 'Requests at once.', 10),
  tpm_limit: note(wholeNumber().optional(), 'Tokens a minute.', 100_000),
  rpm_limit: note(wholeNumber().optional(), 'Requests a minute.', 1000),
};

const defaultsSchema = z.looseObject({
  ...limits,
  models: note(textList().optional(), 'Names, patterns and access groups.', ['gpt-4o-mini']),
  metadata: note(anyMap().optional(), 'Any metadata.', { environment: 'test' }),
  user_id: note(text().optional(), 'For keys that proxy admins make.', 'default-user'),
  team_id: note(text().optional(), 'The team.', 'default-team'),
  allowed_routes: note(textList().optional(), 'Route groups and paths, for keys of the default type.', [
    'llm_api_routes',
  ]),
});

const requiredParams = note(textList().optional(), 'Fields that a request for a key has to have.', ['tags']);
const teamGeneration = z.looseObject({
  allowed_team_member_roles: note(textList().optional(), 'Roles within the team: `admin`, `user`.', ['admin']),
  required_params: requiredParams,
});
const personalGeneration = z.looseObject({
  allowed_user_roles: note(textList().optional(), 'Roles of users.', ['proxy_admin']),
  required_params: requiredParams,
});
const generationSchema = z.looseObject({
  team_key_generation: note(teamGeneration.optional(), 'Who makes keys of teams.', {
    allowed_team_member_roles: ['admin'],
  }),
  personal_key_generation: note(personalGeneration.optional(), 'Who makes keys of their own.', {
    allowed_user_roles: ['proxy_admin'],
  }),
});

/** Members of `litellm_settings`. */
export const keySettings = {
  default_key_generate_params: described(defaultsSchema.optional(), {
    description: 'What a new key gets where its request says nothing.',
    example: { max_budget: 10, budget_duration: '30d', models: ['gpt-4o-mini'] },
  }),
  upperbound_key_generate_params: described(z.looseObject(limits).optional(), {
    description: 'What no key may exceed; a new key whose request says nothing gets just this.',
    example: { max_budget: 100, budget_duration: '30d', duration: '90d', rpm_limit: 1000 },
  }),
  key_generation_settings: described(generationSchema.optional(), {
    description: 'Who beside proxy admins makes keys, and what they have to say.',
    example: {
      team_key_generation: { allowed_team_member_roles: ['admin'], required_params: ['tags'] },
      personal_key_generation: { allowed_user_roles: ['proxy_admin'] },
    },
  }),
} as const;

export type WireKeyDefaults = z.output<typeof defaultsSchema>;
export type WireKeyUpperBounds = z.output<z.ZodObject<typeof limits>>;
export type WireKeyGeneration = z.output<typeof generationSchema>;
