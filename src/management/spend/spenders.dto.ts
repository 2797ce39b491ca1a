/** The queries and answers of the lists of who has spent. */
import { z } from 'zod';
import { format, text, wholeNumber } from './report-query.js';

const slice = {
  page: wholeNumber(1_000_000).default(1),
  size: wholeNumber(1_000).default(100),
  format,
} as const;

export const keysQuerySchema = z.object(slice);
export const usersQuerySchema = z.object({ user_id: text.optional(), ...slice });
export type KeysQuery = z.output<typeof keysQuerySchema>;
export type UsersQuery = z.output<typeof usersQuerySchema>;

const spender = { spend: z.number().describe('USD since the last reset'), max_budget: z.number().nullable() } as const;

export const keysAnswer = z.array(
  z.looseObject({
    token: z.string().describe('The SHA-256 hash of the key.'),
    key_name: z.string(),
    key_alias: z.string().nullable(),
    user_id: z.string().nullable(),
    team_id: z.string().nullable(),
    ...spender,
  }),
);
export const usersAnswer = z.array(
  z.looseObject({ user_id: z.string(), user_email: z.string().nullable(), user_role: z.string(), ...spender }),
);
export const providersAnswer = z.object({
  providers: z.record(
    z.string(),
    z.object({
      budget_limit: z.number().nullable(),
      time_period: z.string().nullable(),
      spend: z.number(),
      budget_reset_at: z.string().nullable(),
    }),
  ),
});
export const resetAnswer = z.object({ message: z.string(), status: z.string() });
