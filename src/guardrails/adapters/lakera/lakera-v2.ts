/**
 * Asks Lakera Guard, whose project says which detectors run.
 *
 * https://docs.lakera.ai/api-reference/lakera-api/guard/screen-content
 */
import { z } from 'zod';
import type { GuardedContent, Guardrail, GuardrailType } from '../../guardrail.js';
import { pass, type Verdict } from '../../guardrail.js';
import { apiBase, apiKey, askService, type Asker, type ServiceRequest } from '../service.js';
import { countFindings, holdsText, maskWhereChanged } from '../verdicts.js';

const id = 'lakera_v2';

const parameters = z.object({
  api_base: apiBase.default('https://api.lakera.ai'),
  api_key: apiKey,
  /** Whose policy applies; without it the account's default policy. */
  project_id: z.string().min(1).optional(),
  /** `monitor`: what is flagged is told of, and passes. */
  on_flagged: z.enum(['block', 'monitor']).default('block'),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

type LakeraParameters = z.output<typeof parameters>;

const answerShape = z.object({
  flagged: z.boolean(),
  breakdown: z.array(z.object({ detector_type: z.string(), detected: z.boolean() })).nullish(),
  payload: z.array(z.object({ detector_type: z.string(), text: z.string() })).nullish(),
});

type LakeraAnswer = z.output<typeof answerShape>;

function requestOf(settings: LakeraParameters, content: GuardedContent): ServiceRequest {
  const { api_base: base, api_key: key, project_id: project, metadata } = settings;
  return {
    url: `${base}/v2/guard`,
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      messages: content.texts.map(({ role, text }) => ({ role, content: text })),
      project_id: project,
      ...(metadata && { metadata }),
      payload: true,
      breakdown: true,
    }),
  };
}

function verdictOf(settings: LakeraParameters, content: GuardedContent, answer: LakeraAnswer): Verdict {
  if (!answer.flagged) return pass;
  const detected = (answer.breakdown ?? []).filter((each) => each.detected).map((each) => each.detector_type);
  const findings = countFindings(detected.length > 0 ? detected : ['flagged']);
  if (settings.on_flagged === 'monitor') return { action: 'pass', findings };
  const masked = maskedTexts(content, detected, answer);
  if (masked) return maskWhereChanged(content, masked, () => findings);
  return { action: 'block', findings, reason: 'Lakera has flagged its content.' };
}

/** Personal data can be taken out, where it is all that was found and each piece of it is known. */
function maskedTexts(
  { texts }: GuardedContent,
  detected: readonly string[],
  { payload }: LakeraAnswer,
): readonly string[] | undefined {
  if (!payload?.length || detected.length === 0 || !detected.every((type) => type.startsWith('pii/'))) return undefined;
  const located = new Set(payload.map((each) => each.detector_type));
  if (!detected.every((type) => located.has(type))) return undefined;
  // By the words themselves and not by their places: those of Python are no places of JavaScript. The longer go first.
  const parts = payload.filter(({ text }) => text !== '').sort((one, other) => other.text.length - one.text.length);
  if (!parts.every((part) => texts.some(({ text }) => text.includes(part.text)))) return undefined;
  return texts.map(({ text }) =>
    parts.reduce((masked, part) => masked.replaceAll(part.text, () => labelOf(part.detector_type)), text),
  );
}

function labelOf(detector: string): string {
  return `[MASKED ${detector.slice('pii/'.length).toUpperCase()}]`;
}

export const lakeraV2Guardrail: GuardrailType<LakeraParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    const asker: Asker = { id, surroundings };
    return {
      stream: { by: 'segment', chars: 1_000 },
      async check(content, context) {
        if (!holdsText(content)) return pass;
        const answer = await askService(asker, requestOf(settings, content), answerShape, context);
        return verdictOf(settings, content, answer);
      },
    };
  },
};
