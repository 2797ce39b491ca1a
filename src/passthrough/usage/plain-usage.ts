/** Reads the usage of an answer by its members alone, for APIs that no adapter reads: the names that providers use for it. */
import type { Usage } from '../../core/spec/index.js';

type Members = Readonly<Record<string, unknown>>;

const placesOfUsage = [['usage'], ['response', 'usage'], ['message', 'usage'], ['usageMetadata'], ['meta', 'billed_units'], ['meta', 'tokens'], ['statistics']]; // prettier-ignore
const promptNames = ['prompt_tokens', 'input_tokens', 'inputTokens', 'promptTokenCount', 'tokenCount'];
const answerNames = [
  'completion_tokens',
  'output_tokens',
  'outputTokens',
  'candidatesTokenCount',
  'responseTokenCount',
];

/** Undefined where nothing in it says so. */
export function plainUsage(answer: unknown): Usage | undefined {
  for (const place of placesOfUsage) {
    const found = place.reduce<unknown>((value, name) => membersOf(value)[name], answer);
    const usage = toUsage(membersOf(found));
    if (usage) return usage;
  }
  return undefined;
}

function toUsage(members: Members): Usage | undefined {
  const promptTokens = firstCount(members, promptNames);
  const answerTokens = firstCount(members, answerNames);
  const searchUnits = firstCount(members, ['search_units']);
  if (promptTokens === undefined && answerTokens === undefined && searchUnits === undefined) return undefined;
  const details = membersOf(members['input_token_details'] ?? members['input_tokens_details'] ?? members['prompt_tokens_details']); // prettier-ignore
  const ofAnswer = membersOf(members['output_token_details'] ?? members['output_tokens_details'] ?? members['completion_tokens_details']); // prettier-ignore
  return {
    promptTokens: promptTokens ?? 0,
    completionTokens: (answerTokens ?? 0) + (firstCount(members, ['thoughtsTokenCount']) ?? 0),
    ...optional('cachedTokens', firstCount(details, ['cached_tokens'])),
    ...optional('audioPromptTokens', firstCount(details, ['audio_tokens'])),
    ...optional('reasoningTokens', firstCount(ofAnswer, ['reasoning_tokens'])),
    ...optional('audioCompletionTokens', firstCount(ofAnswer, ['audio_tokens'])),
    ...optional('searchUnits', searchUnits),
  };
}

function optional(name: keyof Usage, value: number | undefined): Partial<Usage> {
  return value === undefined ? {} : { [name]: value };
}

function firstCount(members: Members, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = members[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
