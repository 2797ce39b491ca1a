/** The schemas of what new keys are given and held to. */
import { z } from 'zod';
import { amount, anyMap, described, text, textList, wholeNumber } from './fields.js';

/** LiteLLM's durations, as keys and budgets have them. */
const duration = text().refine(
  (given) => /^[1-9]\d{0,8}(s|m|h|d|w|mo)$/.test(given),
  'expected a whole number with a unit: `30s`, `30m`, `24h`, `7d`, `2w` or `1mo`',
);

const limits = {
  max_budget: amount().optional(),
  budget_duration: duration.optional(),
  duration: duration.optional(),
  max_parallel_requests: wholeNumber().optional(),
  tpm_limit: wholeNumber().optional(),
  rpm_limit: wholeNumber().optional(),
};

const defaultsSchema = z.looseObject({
  ...limits,
  models: textList().optional(),
  metadata: anyMap().optional(),
  user_id: text().optional(),
  team_id: text().optional(),
  allowed_routes: textList().optional(),
});

const requiredParams = textList().optional();
const generationSchema = z.looseObject({
  team_key_generation: z
    .looseObject({ allowed_team_member_roles: textList().optional(), required_params: requiredParams })
    .optional(),
  personal_key_generation: z
    .looseObject({ allowed_user_roles: textList().optional(), required_params: requiredParams })
    .optional(),
});

/** Members of `litellm_settings`. */
export const keySettings = {
  default_key_generate_params: described(defaultsSchema.optional(), {
    description: 'What a new key gets where its request says nothing: limits, models, metadata, user, team and routes.',
    example: { max_budget: 10, budget_duration: '30d', models: ['gpt-4o-mini'] },
  }),
  upperbound_key_generate_params: described(z.looseObject(limits).optional(), {
    description: 'What no key may exceed; a new key whose request says nothing gets just this.',
    example: { max_budget: 100, budget_duration: '30d', duration: '90d', rpm_limit: 1000 },
  }),
  key_generation_settings: described(generationSchema.optional(), {
    description:
      'Who beside proxy admins makes keys: `team_key_generation` (`allowed_team_member_roles`, `required_params`) and `personal_key_generation` (`allowed_user_roles`, `required_params`).',
    example: {
      team_key_generation: { allowed_team_member_roles: ['admin'], required_params: ['tags'] },
      personal_key_generation: { allowed_user_roles: ['proxy_admin'] },
    },
  }),
} as const;

export type WireKeyDefaults = z.output<typeof defaultsSchema>;
export type WireKeyUpperBounds = z.output<z.ZodObject<typeof limits>>;
export type WireKeyGeneration = z.output<typeof generationSchema>;
