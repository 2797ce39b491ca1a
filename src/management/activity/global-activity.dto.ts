/** The queries and answers of `/global/activity*`. */
import { z } from 'zod';
import { checkRange, dayRange, format } from '../spend/report-query.js';

export const globalActivitySchema = z.object({ ...dayRange, format }).superRefine(checkRange);
export type GlobalActivityQuery = z.output<typeof globalActivitySchema>;

const count = z.number().int();
const activity = {
  daily_data: z.array(
    z.object({ date: z.string().describe('Such as `Jan 22`.'), api_requests: count, total_tokens: count }),
  ),
  sum_api_requests: count,
  sum_total_tokens: count,
} as const;

export const globalActivityAnswer = z.object(activity);
export const modelActivityAnswer = z.array(z.object({ model: z.string(), ...activity }));
