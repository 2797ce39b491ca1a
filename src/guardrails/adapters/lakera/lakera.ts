/**
 * Asks Lakera's first API whether a text attacks the prompt; its second one, `lakera_v2`, does more.
 *
 * https://docs.lakera.ai/docs/migrating-from-v1
 */
import { z } from 'zod';
import type { Guardrail, GuardrailType } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { apiBase, apiKey, askService, type Asker } from '../service.js';
import { countFindings, holdsText } from '../verdicts.js';

const id = 'lakera';
const threshold = z.number().min(0).max(1).optional();

const parameters = z.object({
  api_base: apiBase.default('https://api.lakera.ai'),
  api_key: apiKey,
  /** Scores from which on a category counts, in place of what the service flags. */
  category_thresholds: z.strictObject({ prompt_injection: threshold, jailbreak: threshold }).optional(),
});

type LakeraParameters = z.output<typeof parameters>;

const answerShape = z.object({
  results: z
    .array(
      z.object({
        flagged: z.boolean(),
        categories: z.record(z.string(), z.boolean()).default({}),
        category_scores: z.record(z.string(), z.number()).default({}),
      }),
    )
    .min(1),
});

type Result = z.output<typeof answerShape>['results'][number];

function kindsIn({ flagged, categories, category_scores: scores }: Result, settings: LakeraParameters): string[] {
  const thresholds = settings.category_thresholds;
  if (thresholds === undefined) {
    const named = Object.keys(categories).filter((name) => categories[name]);
    return flagged ? (named.length > 0 ? named : ['flagged']) : [];
  }
  return Object.entries(thresholds)
    .filter(([name, least]) => least !== undefined && (scores[name] ?? 0) >= least)
    .map(([name]) => name);
}

export const lakeraGuardrail: GuardrailType<LakeraParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    const asker: Asker = { id, surroundings };
    return {
      stream: { by: 'segment', chars: 1_000 },
      async check(content, context) {
        if (!holdsText(content)) return pass;
        const input = content.texts.map(({ role, text }) => ({ role, content: text }));
        const request = {
          url: `${settings.api_base}/v1/prompt_injection`,
          headers: { authorization: `Bearer ${settings.api_key}` },
          body: JSON.stringify({ input }),
        };
        const { results } = await askService(asker, request, answerShape, context);
        const kinds = results.flatMap((result) => kindsIn(result, settings));
        if (kinds.length === 0) return pass;
        return { action: 'block', findings: countFindings(kinds), reason: 'Lakera takes it for an attack.' };
      },
    };
  },
};
