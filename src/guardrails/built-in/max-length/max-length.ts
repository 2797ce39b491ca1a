/** Refuses requests and answers that are too long, in characters or in tokens as they are estimated. */
import { z } from 'zod';
import { estimateTokens } from '../../../core/tokens/estimate-tokens.js';
import type { GuardedContent, Guardrail, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake, pass } from '../../guardrail.js';

const limit = z.number().int().min(1).optional();

const maxLengthParameters = z.object({
  /** Of all texts of a request together. */
  max_request_chars: limit,
  /** Estimated at four bytes a token, as budgets do. */
  max_request_tokens: limit,
  max_answer_chars: limit,
  max_answer_tokens: limit,
});

type MaxLengthParameters = z.infer<typeof maxLengthParameters>;

interface Limit {
  readonly kind: string;
  readonly most: number | undefined;
  readonly measure: (text: string) => number;
  readonly unit: string;
}

const chars = (text: string): number => text.length;
const bytes = (text: string): number => Buffer.byteLength(text);

function limitsOf(parameters: MaxLengthParameters, direction: GuardedContent['direction']): readonly Limit[] {
  const [mostChars, mostTokens] =
    direction === 'request'
      ? [parameters.max_request_chars, parameters.max_request_tokens]
      : [parameters.max_answer_chars, parameters.max_answer_tokens];
  return [
    { kind: `${direction}_chars`, most: mostChars, measure: chars, unit: 'characters' },
    { kind: `${direction}_tokens`, most: mostTokens, measure: bytes, unit: 'tokens (estimated)' },
  ];
}

function lengthIn(content: GuardedContent, { measure, unit }: Limit): number {
  const sum = content.texts.reduce((total, { text }) => total + measure(text), 0);
  return unit === 'characters' ? sum : estimateTokens(sum);
}

function createMaxLength(parameters: MaxLengthParameters): Guardrail {
  if (Object.values(parameters).every((value) => value === undefined)) {
    throw new GuardrailMistake(
      '',
      `has no limit. Give it one of: ${Object.keys(maxLengthParameters.shape).join(', ')}.`,
    );
  }
  const limitsAnswers = limitsOf(parameters, 'answer').some(({ most }) => most !== undefined);
  return {
    stream: limitsAnswers ? { by: 'answer' } : { by: 'window', holdBackChars: 0 },
    check(content) {
      for (const one of limitsOf(parameters, content.direction)) {
        if (one.most === undefined) continue;
        const length = lengthIn(content, one);
        if (length <= one.most) continue;
        const what = content.direction === 'request' ? 'it' : 'the answer';
        const advice = content.direction === 'request' ? ' Shorten it.' : ' Ask for a shorter one.';
        const reason = `${what} has ${length} ${one.unit}, and ${one.most} are allowed.${advice}`;
        return { action: 'block', findings: [{ kind: one.kind, count: 1 }], reason };
      }
      return pass;
    },
  };
}

export const maxLengthGuardrail: GuardrailType<MaxLengthParameters> = {
  id: 'max_length',
  parameters: maxLengthParameters,
  create: createMaxLength,
};
