/**
 * Asks Azure AI Content Safety how harmful texts are, by category.
 *
 * https://learn.microsoft.com/azure/ai-services/content-safety/quickstart-text
 */
import { z } from 'zod';
import type { Guardrail, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake, pass } from '../../guardrail.js';
import { askAll } from '../ask-all.js';
import { packed } from '../pieces.js';
import { askService, type Asker } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings } from '../verdicts.js';
import { azureLimits, azureParameters, azureRequest, mostTextsTogether } from './content-safety.js';

const id = 'azure/text_moderations';
const category = z.enum(['Hate', 'SelfHarm', 'Sexual', 'Violence']);
const severity = z.number().int().min(0).max(7);

const parameters = z.object({
  ...azureParameters,
  /** From this severity on a text is refused. Azure's scale is 0, 2, 4, 6, or 0 to 7 with `EightSeverityLevels`. */
  severity_threshold: severity.default(2),
  /** In place of it, for a category. */
  severity_threshold_by_category: z.partialRecord(category, severity).default({}),
  categories: z.array(category).min(1).default(category.options),
  blocklistNames: z.array(z.string().min(1)).default([]),
  haltOnBlocklistHit: z.boolean().default(false),
  outputType: z.enum(['FourSeverityLevels', 'EightSeverityLevels']).default('FourSeverityLevels'),
});

type ModerationParameters = z.output<typeof parameters>;

const answerShape = z.object({
  categoriesAnalysis: z.array(z.object({ category: z.string(), severity: z.number() })),
  blocklistsMatch: z.array(z.object({ blocklistName: z.string() })).nullish(),
});

type Answer = z.output<typeof answerShape>;

function kindsIn({ categoriesAnalysis, blocklistsMatch }: Answer, settings: ModerationParameters): string[] {
  const thresholds: Readonly<Partial<Record<string, number>>> = settings.severity_threshold_by_category;
  const harmful = categoriesAnalysis.filter(
    (each) => each.severity > 0 && each.severity >= (thresholds[each.category] ?? settings.severity_threshold),
  );
  return [
    ...harmful.map((each) => each.category),
    ...(blocklistsMatch ?? []).map((match) => `blocklist:${match.blocklistName}`),
  ];
}

/** A threshold for a category that nobody asks for would promise what does not happen. */
function checkThresholds({ categories, severity_threshold_by_category: thresholds }: ModerationParameters): void {
  const unasked = category.options.find((name) => thresholds[name] !== undefined && !categories.includes(name));
  if (unasked !== undefined)
    throw new GuardrailMistake(
      `severity_threshold_by_category.${unasked}`,
      `has no effect: \`categories\` does not name ${unasked}. Add it there, or remove the threshold.`,
    );
}

export const azureTextModerations: GuardrailType<ModerationParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    checkThresholds(settings);
    const asker: Asker = { id, surroundings };
    const { categories, blocklistNames, haltOnBlocklistHit, outputType } = settings;
    const wanted = { categories, outputType, ...(blocklistNames.length > 0 && { blocklistNames, haltOnBlocklistHit }) };
    return {
      stream: { by: 'segment', chars: 2_000 },
      async check(content, context) {
        const texts = packed(
          content.texts.map(({ text }) => text).filter((text) => text.trim() !== ''),
          azureLimits,
          mostTextsTogether,
        );
        const answers = await askAll(texts, async (pack) => {
          const request = azureRequest(settings, 'analyze', { text: pack.join('\n'), ...wanted });
          const answer = await askService(asker, request, answerShape, context);
          const judged = new Set(answer.categoriesAnalysis.map((each) => each.category));
          // A hit on a block list may end its work before it has looked at the categories.
          if (answer.blocklistsMatch?.length || categories.every((name) => judged.has(name))) return answer;
          throw unavailable(id, 'its service did not judge all categories that it was asked for');
        });
        const kinds = answers.flatMap((answer) => kindsIn(answer, settings));
        if (kinds.length === 0) return pass;
        return { action: 'block', findings: countFindings(kinds), reason: 'its content was found to be harmful.' };
      },
    };
  },
};
