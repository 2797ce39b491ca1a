/** What a judge is configured with, by LiteLLM's names. */
import { z } from 'zod';
import { GuardrailMistake } from '../../guardrail.js';

export const judgeParameters = z.object({
  /** A model group of the gateway. */
  judge_model: z.string().min(1),
  criteria: z
    .array(
      z.object({
        name: z.string().min(1),
        /** Percent; those of all criteria together are 100. */
        weight: z.number().min(0).max(100),
        description: z.string().default(''),
      }),
    )
    .min(1),
  /** The weighted score, 0 to 100, that what is judged has to reach. */
  overall_threshold: z.number().min(0).max(100).default(80),
  /** `log`: what scores too low is told of, and passes. */
  on_failure: z.enum(['block', 'log']).default('block'),
});

export type JudgeParameters = z.infer<typeof judgeParameters>;

export type Criterion = JudgeParameters['criteria'][number];

/** Weights are often thirds. */
const leeway = 0.5;

/** @throws GuardrailMistake for weights or names that do not go together */
export function checkCriteria(criteria: readonly Criterion[]): void {
  const sum = criteria.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 100) > leeway)
    throw new GuardrailMistake('criteria', `the weights are ${sum} together. Make them 100.`);
  criteria.forEach(({ name }, at) => {
    if (criteria.findIndex((other) => other.name === name) !== at)
      throw new GuardrailMistake(`criteria[${at}].name`, `stands for two criteria. Give each a name of its own.`);
  });
}
