/** What Bedrock says of a text, and what of it only asks for a mask. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailAssessment.html
import { z } from 'zod';

const found = z.object({ action: z.string(), type: z.string().nullish(), name: z.string().nullish() });
const list = z.array(found).nullish();

const assessment = z.object({
  topicPolicy: z.object({ topics: list }).nullish(),
  contentPolicy: z.object({ filters: list }).nullish(),
  wordPolicy: z.object({ customWords: list, managedWordLists: list }).nullish(),
  sensitiveInformationPolicy: z.object({ piiEntities: list, regexes: list }).nullish(),
  contextualGroundingPolicy: z.object({ filters: list }).nullish(),
});

export const applyAnswer = z.object({
  action: z.enum(['NONE', 'GUARDRAIL_INTERVENED']),
  outputs: z.array(z.object({ text: z.string() })).default([]),
  assessments: z.array(assessment).default([]),
});

export type ApplyAnswer = z.output<typeof applyAnswer>;

export interface FoundByPolicy {
  /** Never the words that matched: the name of a topic, a filter, an entity. */
  readonly kind: string;
  readonly isMask: boolean;
}

export function actionsIn({ assessments }: ApplyAnswer): readonly FoundByPolicy[] {
  return assessments.flatMap((each) => [
    ...named('topic', each.topicPolicy?.topics),
    ...named('content', each.contentPolicy?.filters),
    ...named('word', each.wordPolicy?.customWords),
    ...named('word', each.wordPolicy?.managedWordLists),
    ...named('pii', each.sensitiveInformationPolicy?.piiEntities),
    ...named('regex', each.sensitiveInformationPolicy?.regexes),
    ...named('grounding', each.contextualGroundingPolicy?.filters),
  ]);
}

/** An action of `NONE` is what a policy has seen and lets pass. */
function named(policy: string, all: z.output<typeof list>): readonly FoundByPolicy[] {
  return (all ?? [])
    .filter(({ action }) => action !== 'NONE')
    .map(({ action, name, type }) => {
      const which = name ?? type ?? '';
      return { kind: which === '' ? policy : `${policy}:${which}`, isMask: action === 'ANONYMIZED' };
    });
}
