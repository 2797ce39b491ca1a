/**
 * Asks Azure's Prompt Shields whether somebody attacks the prompt: whoever speaks, or a document that tools have brought.
 *
 * https://learn.microsoft.com/azure/ai-services/content-safety/concepts/jailbreak-detection
 */
import { z } from 'zod';
import type { GuardedContent, Guardrail, GuardrailType } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { askAll } from '../ask-all.js';
import { packed } from '../pieces.js';
import { askService, type Asker } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings } from '../verdicts.js';
import { azureLimits, azureParameters, azureRequest, mostTextsTogether } from './content-safety.js';

const id = 'azure/prompt_shield';
/** A request takes so many documents, of 10,000 characters together. */
const mostDocuments = 5;

const parameters = z.object(azureParameters);

type ShieldParameters = z.output<typeof parameters>;

const analysis = z.object({ attackDetected: z.boolean() });
const answerShape = z.object({
  userPromptAnalysis: analysis.nullish(),
  documentsAnalysis: z.array(analysis).nullish(),
});

interface ShieldBody {
  readonly userPrompt?: string;
  readonly documents?: readonly string[];
}

/** What people say is a prompt; what tools and models say is a document that somebody else may have written. */
function bodiesFor({ texts }: GuardedContent): readonly ShieldBody[] {
  const isSaid = (role: string): boolean => role === 'user' || role === 'system';
  const worded = texts.filter(({ text }) => text.trim() !== '');
  const said = worded.filter(({ role }) => isSaid(role)).map(({ text }) => text);
  const brought = worded.filter(({ role }) => !isSaid(role)).map(({ text }) => text);
  return [
    ...packed(said, azureLimits, mostTextsTogether).map((pack) => ({ userPrompt: pack.join('\n') })),
    ...packed(brought, azureLimits, mostDocuments).map((documents) => ({ documents })),
  ];
}

/** Whether it says of each thing that it was asked about. */
function isWhole({ userPrompt, documents = [] }: ShieldBody, answer: z.output<typeof answerShape>): boolean {
  if (userPrompt !== undefined && !answer.userPromptAnalysis) return false;
  return documents.length === (answer.documentsAnalysis ?? []).length;
}

export const azurePromptShield: GuardrailType<ShieldParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    const asker: Asker = { id, surroundings };
    return {
      stream: { by: 'segment', chars: 2_000 },
      async check(content, context) {
        const answers = await askAll(bodiesFor(content), async (body) => {
          const answer = await askService(asker, azureRequest(settings, 'shieldPrompt', body), answerShape, context);
          if (isWhole(body, answer)) return answer;
          throw unavailable(id, 'its service did not say of all that it was asked');
        });
        const kinds = answers.flatMap(({ userPromptAnalysis: prompt, documentsAnalysis: documents }) => [
          ...(prompt?.attackDetected ? ['user_prompt_attack'] : []),
          ...(documents ?? []).filter((each) => each.attackDetected).map(() => 'document_attack'),
        ]);
        if (kinds.length === 0) return pass;
        return { action: 'block', findings: countFindings(kinds), reason: 'it was taken for an attack on the prompt.' };
      },
    };
  },
};
