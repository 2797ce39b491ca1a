/**
 * Asks a webhook of the operator's own, by LiteLLM's contract.
 *
 * https://docs.litellm.ai/docs/adding_provider/generic_guardrail_api
 */
import { z } from 'zod';
import type { GuardedContent, Guardrail, GuardrailContext, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake, pass, type Verdict } from '../../guardrail.js';
import { apiBase, apiKey, askService, type Asker, type ServiceRequest } from '../service.js';
import { unavailable } from '../unavailable.js';
import { maskWhereChanged } from '../verdicts.js';

const id = 'generic_guardrail_api';
const path = '/beta/litellm_basic_guardrail_api';
const ofTheConnection: ReadonlySet<string> = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);
const finding = [{ kind: id, count: 1 }];

const parameters = z.object({
  /** The path of the contract is put at its end where it is not there. */
  api_base: apiBase,
  /** Goes as `x-api-key`. */
  api_key: apiKey.optional(),
  /** More headers of each request. */
  headers: z.record(z.string(), z.string()).default({}),
  additional_provider_specific_params: z.record(z.string(), z.unknown()).default({}),
});

type GenericParameters = z.output<typeof parameters>;

const answerShape = z.object({
  action: z.enum(['BLOCKED', 'NONE', 'GUARDRAIL_INTERVENED']),
  blocked_reason: z.string().nullish(),
  texts: z.array(z.string()).nullish(),
});

function requestOf(settings: GenericParameters, content: GuardedContent, context: GuardrailContext): ServiceRequest {
  const { api_base: base, api_key: key, headers, additional_provider_specific_params: own } = settings;
  const { texts, tools, toolCalls } = content;
  return {
    url: base.endsWith(path) ? base : base + path,
    headers: { ...inLowerCase(headers), ...(key !== undefined && { 'x-api-key': key }) },
    body: JSON.stringify({
      texts: texts.map(({ text }) => text),
      input_type: content.direction === 'request' ? 'request' : 'response',
      structured_messages: texts.map(({ role, text }) => ({ role, content: text })),
      tools: tools.map((name) => ({ type: 'function', function: { name } })),
      tool_calls: toolCalls.map((call) => ({ type: 'function', function: call })),
      request_data: {
        user_api_key_hash: context.keyHash,
        user_api_key_alias: context.keyAlias ?? null,
        user_api_key_user_id: context.userId ?? null,
        user_api_key_team_id: context.teamId ?? null,
        user_api_key_end_user_id: context.endUser ?? null,
      },
      model: context.model,
      litellm_call_id: context.requestId,
      // A client adds to what the operator has set, and changes nothing of it.
      additional_provider_specific_params: { ...context.extraBody, ...own },
    }),
  };
}

/** So that one of them takes the place of the gateway's own, and does not stand beside it. */
function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** @throws GuardrailMistake for one that cannot be sent, or says where the request ends */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value))
      throw new GuardrailMistake(`headers.${name}`, 'is no header. Its name and value have to be printable ASCII.');
    if (ofTheConnection.has(name.toLowerCase()))
      throw new GuardrailMistake(`headers.${name}`, 'is set by the gateway. Remove it.');
  }
}

function verdictOf(content: GuardedContent, answer: z.output<typeof answerShape>): Verdict {
  if (answer.action === 'NONE') return pass;
  if (answer.action === 'BLOCKED')
    return {
      action: 'block',
      findings: finding,
      reason: answer.blocked_reason || 'its content is against the policy.',
    };
  const { texts } = answer;
  // Pictures and tools that it has changed stay as they are here: to let them pass would be to do less than it says.
  if (texts?.length !== content.texts.length)
    throw unavailable(id, `its service did not give back a text for each of the ${content.texts.length} it was given`);
  return maskWhereChanged(content, texts, () => finding);
}

export const genericGuardrailApi: GuardrailType<GenericParameters> = {
  id,
  parameters,
  create(settings, surroundings): Guardrail {
    checkHeaders(settings.headers);
    const asker: Asker = { id, surroundings };
    return {
      stream: { by: 'segment', chars: 1_000 },
      async check(content, context) {
        const answer = await askService(asker, requestOf(settings, content, context), answerShape, context);
        return verdictOf(content, answer);
      },
    };
  },
};
