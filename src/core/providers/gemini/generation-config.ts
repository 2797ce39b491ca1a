/** Sampling, the form of the answer and thinking: what Gemini has in `generationConfig`. */
// https://ai.google.dev/api/generate-content#generationconfig
import type { ChatCompletionRequest, ResponseFormat } from '../../schema/openai/chat.js';
import { refuse } from './refuse.js';
import { toGeminiSchema } from './schema-subset.js';

/** OpenAI's name of a parameter to Gemini's. */
const renamed: Readonly<Record<string, string>> = {
  frequency_penalty: 'frequencyPenalty',
  logprobs: 'responseLogprobs',
  max_completion_tokens: 'maxOutputTokens',
  max_tokens: 'maxOutputTokens',
  n: 'candidateCount',
  presence_penalty: 'presencePenalty',
  seed: 'seed',
  temperature: 'temperature',
  top_k: 'topK',
  top_logprobs: 'logprobs',
  top_p: 'topP',
};

/** Gemini's own members of the configuration, which clients send beside OpenAI's. */
const own: ReadonlySet<string> = new Set([
  ...['candidateCount', 'enableEnhancedCivicAnswers', 'imageConfig', 'maxOutputTokens', 'mediaResolution'],
  ...['responseJsonSchema', 'responseMimeType', 'responseModalities', 'responseSchema', 'speechConfig'],
  ...['stopSequences', 'thinkingConfig', 'topK', 'topP'],
]);

export const configMembers: ReadonlySet<string> = new Set([
  ...Object.keys(renamed),
  ...own,
  ...['audio', 'modalities', 'reasoning_effort', 'response_format', 'stop', 'thinking'],
]);

export function buildGenerationConfig(body: ChatCompletionRequest, model: string): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const name in body) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const geminis = Object.hasOwn(renamed, name) ? renamed[name] : own.has(name) ? name : undefined;
    if (geminis !== undefined) config[geminis] = value;
  }
  const stops = [body.stop ?? []].flat();
  if (stops.length > 0) config['stopSequences'] = stops;
  Object.assign(config, answerForm(body.response_format), modalities(body));
  const thinking = thinkingConfig(body, model);
  if (thinking) config['thinkingConfig'] = { ...thinking, ...(Object(config['thinkingConfig']) as object) };
  return config;
}

/** https://ai.google.dev/gemini-api/docs/structured-output */
function answerForm(format: ResponseFormat | null | undefined): Record<string, unknown> {
  if (format?.type === 'json_schema') {
    const { schema } = format.json_schema;
    return { responseMimeType: 'application/json', ...(schema && { responseSchema: toGeminiSchema(schema) }) };
  }
  if (format?.type !== 'json_object') return {};
  const { response_schema: schema } = format;
  return { responseMimeType: 'application/json', ...(schema && { responseSchema: toGeminiSchema(schema) }) };
}

/** https://ai.google.dev/gemini-api/docs/speech-generation */
function modalities(body: ChatCompletionRequest): Record<string, unknown> {
  const { modalities: asked, audio } = body;
  const voice = (Object(audio) as { voice?: unknown }).voice;
  return {
    ...(Array.isArray(asked) && { responseModalities: asked.map((each) => String(each).toUpperCase()) }),
    ...(typeof voice === 'string' && {
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } },
    }),
  };
}

const budgets = new Map<unknown, number>(
  Object.entries({ minimal: 512, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 }),
);
/** The least that models take which cannot stop thinking. */
const leastBudget = 128;

/** Gemini 3 thinks by levels, the models before it by a number of tokens. https://ai.google.dev/gemini-api/docs/thinking */
function thinkingConfig(body: ChatCompletionRequest, model: string): Record<string, unknown> | undefined {
  const { reasoning_effort: effort, thinking } = body;
  if (effort !== undefined && effort !== null) return byEffort(effort, model);
  const { type, budget_tokens: budget } = Object(thinking) as { type?: unknown; budget_tokens?: unknown };
  if (type === undefined) return undefined;
  if (type === 'disabled') return off(model);
  return { includeThoughts: true, ...(typeof budget === 'number' && { thinkingBudget: budget }) };
}

function byEffort(effort: string, model: string): Record<string, unknown> {
  if (effort === 'none' || effort === 'disable') return off(model);
  const budget = budgets.get(effort);
  if (budget === undefined)
    return refuse('reasoning_effort', `${effort} is not one of none, ${[...budgets.keys()].join(', ')}`);
  if (!hasLevels(model)) return { thinkingBudget: budget, includeThoughts: true };
  const level = effort === 'xhigh' || effort === 'max' ? 'high' : effort;
  return { thinkingLevel: level, includeThoughts: true };
}

function off(model: string): Record<string, unknown> {
  if (hasLevels(model)) return { thinkingLevel: model.includes('flash') ? 'minimal' : 'low' };
  return { thinkingBudget: model.includes('pro') ? leastBudget : 0 };
}

function hasLevels(model: string): boolean {
  return /gemini-(?:[3-9]|\d{2,})/.test(model);
}
