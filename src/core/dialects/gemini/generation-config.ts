/** `generationConfig` as parameters of the hub. */
// https://ai.google.dev/api/generate-content#generationconfig
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionRequest, ResponseFormat } from '../../schema/openai/chat.js';
import type { HubReceiver } from '../client-dialect.js';
import { plainSchema } from './plain-schema.js';
import { listMember, member, objectMember, textMember, type JsonObject } from './wire-names.js';

/** Google's name to the hub's, for values that stay what they are. */
const plain: Readonly<Record<string, string>> = {
  candidateCount: 'n',
  frequencyPenalty: 'frequency_penalty',
  logprobs: 'top_logprobs',
  maxOutputTokens: 'max_tokens',
  presencePenalty: 'presence_penalty',
  responseLogprobs: 'logprobs',
  seed: 'seed',
  temperature: 'temperature',
  topK: 'top_k',
  topP: 'top_p',
};

/** @throws GatewayError `invalid_request` for modalities that only Google's own models answer in */
export function configParams(config: JsonObject, receiver: HubReceiver): Partial<ChatCompletionRequest> {
  const params: Record<string, unknown> = {};
  for (const [theirs, ours] of Object.entries(plain)) {
    const value = member(config, theirs);
    if (value !== undefined && value !== null) params[ours] = value;
  }
  const stop = listMember(config, 'stopSequences');
  if (stop.length > 0) params['stop'] = stop;
  const format = toResponseFormat(config);
  if (format) params['response_format'] = format;
  const modalities = listMember(config, 'responseModalities').map((name) => String(name).toLowerCase());
  if (modalities.some((name) => name !== 'text')) params['modalities'] = modalities;
  if (member(config, 'speechConfig') !== undefined)
    throw new GatewayError('invalid_request', {
      param: 'generationConfig.speechConfig',
      facts: { reason: '`speechConfig` exists at Google alone. Use /v1/audio/speech for models of others.' },
    });
  return { ...params, ...reasoningOf(objectMember(config, 'thinkingConfig'), receiver) };
}

function toResponseFormat(config: JsonObject): ResponseFormat | undefined {
  const own = objectMember(config, 'responseSchema');
  const schema = objectMember(config, 'responseJsonSchema') ?? (own && plainSchema(own));
  if (schema) return { type: 'json_schema', json_schema: { name: 'answer', schema } };
  return textMember(config, 'responseMimeType') === 'application/json' ? { type: 'json_object' } : undefined;
}

/** Tokens for thinking from which on an effort is meant: the inverse of what adapters make of an effort. */
const efforts: readonly [leastTokens: number, effort: string][] = [
  [8_192, 'high'],
  [2_048, 'medium'],
  [0, 'low'],
];

/** In the terms that the model takes. A budget of -1 leaves it to the model, as having none does. */
function reasoningOf(thinking: JsonObject | undefined, { supported }: HubReceiver): Partial<ChatCompletionRequest> {
  const level = textMember(thinking, 'thinkingLevel')?.toLowerCase();
  if (level !== undefined && level !== 'thinking_level_unspecified')
    return supported.has('reasoning_effort') ? { reasoning_effort: level } : {};
  const budget = member(thinking, 'thinkingBudget');
  if (typeof budget !== 'number' || budget < 0) return {};
  if (supported.has('thinking'))
    return { thinking: budget === 0 ? { type: 'disabled' } : { type: 'enabled', budget_tokens: budget } };
  if (budget === 0 || !supported.has('reasoning_effort')) return {};
  return { reasoning_effort: efforts.find(([least]) => budget >= least)?.[1] ?? 'low' };
}
