/** Takes out of a body what the deployment drops, and refuses what the provider does not support. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ParameterPolicy } from '../../spec/parameters.js';
import { openAiChatParams, requestFrame } from './openai-chat-params.js';

/** The words of one endpoint. */
export interface ParameterVocabulary {
  /** Members that say what is asked: no provider may lack them, no policy removes them. */
  readonly frame: ReadonlySet<string>;
  /** The parameters that the endpoint defines: whatever is not among them is a provider's own. */
  readonly params: ReadonlySet<string>;
}

export interface PolicyContext {
  readonly provider: string;
  readonly model: string;
  /** Chat's where absent; `openai-endpoint-params.ts` has the others. */
  readonly vocabulary?: ParameterVocabulary;
}

const chatVocabulary: ParameterVocabulary = { frame: requestFrame, params: openAiChatParams };

/**
 * The body without dropped parameters: the same object where nothing changes.
 *
 * @param supported the OpenAI parameters (and own ones) that the provider takes.
 * @param passesUnknown whether parameters that OpenAI does not define go on as they are.
 * @throws GatewayError `unsupported_parameter` for the first parameter that may neither pass nor be dropped.
 */
export function applyParameterPolicy(
  body: Readonly<Record<string, unknown>>,
  supported: ReadonlySet<string>,
  passesUnknown: boolean,
  policy: ParameterPolicy,
  context: PolicyContext,
): Record<string, unknown> {
  const { provider, model, vocabulary: { frame, params } = chatVocabulary } = context;
  let dropped: string[] | undefined;
  for (const param in body) {
    if (supported.has(param) || frame.has(param) || policy.alsoAllowed.includes(param)) continue;
    if (passesUnknown && !params.has(param)) continue;
    // A null is how clients spell "not set", and a provider that lacks the parameter may refuse even that.
    if (body[param] != null && !policy.dropUnsupported && !policy.alwaysDrop.includes(param)) {
      throw new GatewayError('unsupported_parameter', {
        param,
        facts: { param, provider, model },
        provider,
      });
    }
    (dropped ??= []).push(param);
  }
  let result = body as Record<string, unknown>;
  if (dropped) {
    result = { ...body };
    for (const param of dropped) delete result[param];
  }
  for (const path of policy.alwaysDrop) {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
    if (!frame.has(steps[0] ?? '')) result = without(result, steps) as Record<string, unknown>;
  }
  return result;
}

/** A copy of `value` without what `steps` leads to (`*` is every element of a list); `value` itself where that is nothing. */
function without(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) return value;
  if (step === '*' && Array.isArray(value)) {
    const items = value.map((item: unknown) => without(item, rest));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!Object.hasOwn(value, step)) return value;
  const record = value as Record<string, unknown>;
  if (rest.length > 0) {
    const inner = without(record[step], rest);
    if (inner === record[step]) return value;
    return Array.isArray(value) ? value.with(Number(step), inner) : { ...record, [step]: inner };
  }
  if (Array.isArray(value)) return value.toSpliced(Number(step), 1);
  const { [step]: _dropped, ...kept } = record;
  return kept;
}
