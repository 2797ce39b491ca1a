/** What Presidio is configured with, by LiteLLM's names. */
// https://docs.litellm.ai/docs/proxy/guardrails/pii_masking_v2
import { z } from 'zod';
import { GuardrailMistake } from '../../guardrail.js';
import { apiBase } from '../service.js';

const score = z.number().min(0).max(1);

export const presidioParameters = z.object({
  presidio_analyzer_api_base: apiBase,
  /** Makes the masks; without it, and where the answer is to have the originals again, the gateway makes them. */
  presidio_anonymizer_api_base: apiBase.optional(),
  presidio_language: z
    .string()
    .regex(/^[a-z]{2}$/, 'is no language. Write two letters, such as `en`.')
    .default('en'),
  /** Without it all that the analyzer knows is masked. */
  pii_entities_config: z.record(z.string(), z.enum(['MASK', 'BLOCK'])).optional(),
  /** The least score of a finding that counts, by entity; `ALL` for those that are not named. */
  presidio_score_thresholds: z.record(z.string(), score).default({}),
  presidio_filter_scope: z.enum(['input', 'output', 'both']).default('both'),
  /** Findings that are none, whatever their case. */
  presidio_phrase_allow_list: z.array(z.string().min(1)).default([]),
  /** Recognizers in Presidio's own form, for this guardrail alone. */
  presidio_ad_hoc_recognizers: z
    .array(z.record(z.string(), z.unknown()), {
      error: 'is no list. Write the recognizers themselves, not the name of a file.',
    })
    .optional(),
  /** What was masked in a request stands in its answer again. */
  output_parse_pii: z.boolean().default(false),
});

export type PresidioParameters = z.output<typeof presidioParameters>;

/** @throws GuardrailMistake where a threshold has no effect */
export function checkEntities({
  pii_entities_config: entities,
  presidio_score_thresholds: thresholds,
}: PresidioParameters): void {
  if (entities === undefined) return;
  if (Object.keys(entities).length === 0)
    throw new GuardrailMistake('pii_entities_config', 'names no entity. Name one, or leave it out to mask all.');
  const unasked = Object.keys(thresholds).find((name) => name !== 'ALL' && !(name in entities));
  if (unasked !== undefined)
    throw new GuardrailMistake(
      `presidio_score_thresholds.${unasked}`,
      `has no effect: \`pii_entities_config\` does not name ${unasked}. Add it there, or remove the threshold.`,
    );
}
