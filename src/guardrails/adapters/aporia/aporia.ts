/**
 * Asks Aporia's project for its policies' verdict.
 *
 * https://gr-docs.aporia.com/fundamentals/integration/rest-api
 */
import { z } from 'zod';
import type { GuardedContent, Guardrail, GuardrailType } from '../../guardrail.js';
import { pass, type Verdict } from '../../guardrail.js';
import { apiBase, apiKey, askService, type Asker, type ServiceRequest } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings, holdsText, maskWhereChanged } from '../verdicts.js';

const id = 'aporia';

const parameters = z.object({
  /** The project's address, such as `https://gr-prd.aporia.com/PROJECT_ID`. */
  api_base: apiBase,
  api_key: apiKey,
});

type AporiaParameters = z.output<typeof parameters>;

const answerShape = z.object({
  action: z.enum(['passthrough', 'modify', 'rephrase', 'block']),
  revised_response: z.string().nullish(),
  policy_execution_result: z
    .object({
      policy_log: z.array(z.object({ policy_type: z.string(), action: z.string().optional() })).optional(),
    })
    .nullish(),
});

type AporiaAnswer = z.output<typeof answerShape>;

/** The service knows no role of tools. */
const roles = { system: 'system', user: 'user', assistant: 'assistant', tool: 'other' } as const;

function requestOf(settings: AporiaParameters, content: GuardedContent): ServiceRequest {
  const { direction, texts } = content;
  const said =
    direction === 'request'
      ? { messages: texts.map(({ role, text }) => ({ role: roles[role], content: text })), validation_target: 'prompt' }
      : { response: texts.map(({ text }) => text).join('\n'), validation_target: 'response' };
  return {
    url: `${settings.api_base}/validate`,
    headers: { 'x-aporia-api-key': settings.api_key },
    body: JSON.stringify({ ...said, explain: true }),
  };
}

function verdictOf(content: GuardedContent, answer: AporiaAnswer): Verdict {
  if (answer.action === 'passthrough') return pass;
  const findings = (): ReturnType<typeof countFindings> => findingsOf(answer);
  const { revised_response: revised } = answer;
  // What it has revised is one text: where there are several, nobody knows which of them it stands for.
  if (answer.action === 'block' || content.direction === 'request' || content.texts.length !== 1)
    return { action: 'block', findings: findings(), reason: 'its content is against the policies of the project.' };
  if (typeof revised !== 'string') throw unavailable(id, 'its service changed the answer and did not say into what');
  return maskWhereChanged(content, [revised], findings);
}

function findingsOf({ action, policy_execution_result: result }: AporiaAnswer): ReturnType<typeof countFindings> {
  const triggered = (result?.policy_log ?? []).filter((policy) => policy.action !== 'passthrough');
  return countFindings(triggered.length > 0 ? triggered.map((policy) => policy.policy_type) : [action]);
}

export const aporiaGuardrail: GuardrailType<AporiaParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    const asker: Asker = { id, surroundings };
    return {
      // It rephrases whole answers.
      stream: { by: 'answer' },
      async check(content, context) {
        if (!holdsText(content)) return pass;
        return verdictOf(content, await askService(asker, requestOf(settings, content), answerShape, context));
      },
    };
  },
};
