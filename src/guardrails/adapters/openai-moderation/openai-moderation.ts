/**
 * Asks OpenAI's moderation endpoint, or another one that speaks its dialect.
 *
 * https://platform.openai.com/docs/api-reference/moderations/create
 */
import { z } from 'zod';
import type { Guardrail, GuardrailType } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { askAll } from '../ask-all.js';
import { packed, type PieceLimits } from '../pieces.js';
import { apiBase, apiKey, askService, type Asker } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings } from '../verdicts.js';

const id = 'openai_moderation';
/** The vendor names no limit; shorter inputs are judged more surely (https://platform.openai.com/docs/guides/moderation). */
const limits: PieceLimits = { mostChars: 20_000, overlapChars: 250 };
const mostInputs = 32;

const parameters = z.object({
  api_base: apiBase.default('https://api.openai.com/v1'),
  api_key: apiKey,
  model: z.string().min(1).default('omni-moderation-latest'),
});

type ModerationParameters = z.output<typeof parameters>;

// A category that the model does not judge is null.
const answerShape = z.object({
  results: z.array(z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.boolean().nullable()) })),
});

export const openaiModeration: GuardrailType<ModerationParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    const asker: Asker = { id, surroundings };
    return {
      stream: { by: 'segment', chars: 2_000 },
      async check(content, context) {
        const texts = content.texts.map(({ text }) => text).filter((text) => text.trim() !== '');
        const answers = await askAll(packed(texts, limits, mostInputs), async (input) => {
          const request = {
            url: `${settings.api_base}/moderations`,
            headers: { authorization: `Bearer ${settings.api_key}` },
            body: JSON.stringify({ model: settings.model, input }),
          };
          const { results } = await askService(asker, request, answerShape, context);
          if (results.length !== input.length)
            throw unavailable(id, `its service answered ${results.length} inputs of ${input.length}`);
          return results;
        });
        const flagged = answers.flat().filter((result) => result.flagged);
        if (flagged.length === 0) return pass;
        const kinds = flagged.flatMap(({ categories }) => Object.keys(categories).filter((name) => categories[name]));
        const findings = countFindings(kinds.length > 0 ? kinds : ['flagged']);
        return { action: 'block', findings, reason: 'its content was found to be harmful.' };
      },
    };
  },
};
