/** The bodies and answers of `/cost/estimate` and `/spend/calculate`. */
import { z } from 'zod';

const most = 1_000_000_000;
const tokens = z.number().int().min(0).max(most);
const requests = z.number().int().min(0).max(most).nullish();
const modelName = z.string().min(1).max(1_024);

export const estimateBodySchema = z
  .strictObject({
    model: modelName,
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_input_tokens: tokens.default(0).describe('Counted within input_tokens.'),
    cache_creation_input_tokens: tokens.default(0).describe('Counted within input_tokens.'),
    reasoning_tokens: tokens.default(0).describe('Counted within output_tokens.'),
    num_requests_per_day: requests,
    num_requests_per_month: requests,
  })
  .superRefine((body, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (body.cache_read_input_tokens + body.cache_creation_input_tokens > body.input_tokens)
      refuse('cache_read_input_tokens', 'with cache_creation_input_tokens must not exceed input_tokens');
    if (body.reasoning_tokens > body.output_tokens) refuse('reasoning_tokens', 'must not exceed output_tokens');
  });
export type EstimateBody = z.output<typeof estimateBodySchema>;

const usage = z.looseObject({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: z.looseObject({ cached_tokens: tokens.nullish() }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: tokens.nullish() }).nullish(),
});

/** A message as far as its tokens are counted. */
const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish(),
});

export const calculateBodySchema = z.strictObject({
  model: modelName.nullish(),
  messages: z.array(message).max(10_000).nullish(),
  completion_response: z.looseObject({ model: modelName, usage }).nullish(),
});
export type CalculateBody = z.output<typeof calculateBodySchema>;

const usd = z.number().describe('USD');
const maybeUsd = usd.nullable();
const count = z.number().int();
const maybeCount = count.nullable();
const parts = [
  'cost',
  'input_cost',
  'output_cost',
  'margin_cost',
  'cache_read_cost',
  'cache_creation_cost',
  'reasoning_cost',
] as const;
const named = <Type extends z.ZodType>(prefix: string, type: Type): Record<string, Type> =>
  Object.fromEntries(parts.map((part) => [`${prefix}_${part}`, type]));

export const estimateAnswer = z.object({
  model: z.string(),
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  reasoning_tokens: count,
  num_requests_per_day: maybeCount,
  num_requests_per_month: maybeCount,
  ...Object.fromEntries(parts.map((part) => [`${part}_per_request`, usd])),
  ...named('daily', maybeUsd),
  ...named('monthly', maybeUsd),
  input_cost_per_token: maybeUsd,
  output_cost_per_token: maybeUsd,
  cache_read_input_token_cost: maybeUsd,
  cache_creation_input_token_cost: maybeUsd,
  output_cost_per_reasoning_token: maybeUsd,
  provider: z.string().nullable(),
});
export const calculateAnswer = z.object({ cost: usd });
