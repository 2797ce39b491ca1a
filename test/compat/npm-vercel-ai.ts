/** Conversations of an application that uses Vercel's `ai` with its OpenAI and Anthropic providers; prints what it saw as JSON. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import {
  APICallError,
  generateObject,
  generateText,
  Output,
  isStepCount,
  streamText,
  tool,
  type LanguageModel,
  type LanguageModelUsage,
} from 'ai';
import { z } from 'zod';

const { url, key } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string };
// The package deprecates a function that is widely used, and does not know our models' limits.
globalThis.AI_SDK_LOG_WARNINGS = false;

const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: key });

/** What the package speaks with the gateway; each can talk to every model. */
const doors = {
  chat: (model: string) => openai.chat(model),
  responses: (model: string) => openai.responses(model),
  messages: (model: string) => anthropic(model),
} as const;
type Door = keyof typeof doors;

/** How each of them is asked to think, and to keep nothing at the provider. */
const thinking = {
  chat: { openai: { reasoningEffort: 'low' } },
  // The package knows by their names which models of OpenAI think; ours have names of their own.
  responses: { openai: { reasoningEffort: 'low', reasoningSummary: 'auto', forceReasoning: true, store: false } },
  messages: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1_024 } } },
} as const;

/** Anthropic's own parameter for a schema; without it the package has a tool of its own called, whose input is the answer. */
const withSchema = { anthropic: { structuredOutputMode: 'outputFormat' } } as const;

const prompt = 'What is the capital of France?';
const city = z.object({ city: z.string(), unit: z.string().optional() });
const described = { get_weather: 'The weather in a city', get_time: 'The time in a city' };
const tools = {
  get_weather: tool({ description: described.get_weather, inputSchema: city }),
  get_time: tool({ description: described.get_time, inputSchema: city }),
};
const runningTools = {
  get_weather: tool({ description: described.get_weather, inputSchema: city, execute: () => ({ temp: -3 }) }),
  get_time: tool({ description: described.get_time, inputSchema: city, execute: () => '14:05' }),
};
const facts = z.object({ city: z.string(), population: z.number().int(), tags: z.array(z.string()) });

const counts = ({ inputTokens, outputTokens }: LanguageModelUsage) => [inputTokens, outputTokens];
const readCalls = (finish: string, calls: readonly { toolCallId: string; toolName: string; input: unknown }[]) => ({
  finish,
  calls: calls.map(({ toolCallId: id, toolName: name, input }) => ({ id, name, arguments: input })),
});

async function stream(model: LanguageModel): Promise<object> {
  const answer = streamText({ model, prompt, maxRetries: 0 });
  let pieces = 0;
  for await (const piece of answer.textStream) pieces += piece === '' ? 0 : 1;
  const [text, finish, usage] = await Promise.all([answer.text, answer.finishReason, answer.usage]);
  return { text, finish, usage: counts(usage), severalPieces: pieces > 1 };
}

async function callTools(model: LanguageModel): Promise<object> {
  const { finishReason, toolCalls } = await generateText({ model, prompt, tools, maxRetries: 0 });
  return readCalls(finishReason, toolCalls);
}

async function streamTools(model: LanguageModel): Promise<object> {
  const answer = streamText({ model, prompt, tools, maxRetries: 0 });
  return readCalls(await answer.finishReason, await answer.toolCalls);
}

/** The package runs the tools and asks again until the model has its answer. */
async function loop(model: LanguageModel): Promise<string> {
  const asked = { model, prompt, tools: runningTools, stopWhen: isStepCount(4), maxRetries: 0 };
  const { text, steps } = await generateText(asked);
  return `${text} (${steps.length} steps)`;
}

async function streamLoop(model: LanguageModel): Promise<string> {
  const asked = { model, prompt, tools: runningTools, stopWhen: isStepCount(4), maxRetries: 0 };
  const answer = streamText(asked);
  return `${await answer.text} (${(await answer.steps).length} steps)`;
}

async function think(door: Door, model: LanguageModel): Promise<object> {
  const asked = { model, providerOptions: thinking[door], maxRetries: 0 };
  const whole = await generateText({ ...asked, prompt });
  const streamed = streamText({ ...asked, prompt });
  const [thought = '', text] = [await streamed.reasoningText, await streamed.text];
  const question = { role: 'user' as const, content: prompt };
  const again = { role: 'user' as const, content: 'Are you sure?' };
  // The model's own words go back with the next question.
  await generateText({ ...asked, messages: [question, ...whole.responseMessages, again] });
  return { whole: { thought: whole.reasoningText ?? '', text: whole.text }, streamed: { thought, text } };
}

async function errorOf(model: LanguageModel): Promise<object> {
  try {
    await generateText({ model, prompt, maxRetries: 0 });
  } catch (error) {
    if (!APICallError.isInstance(error)) throw error;
    return { error: 'APICallError', status: error.statusCode ?? null, message: error.message };
  }
  throw new Error('The call did not fail.');
}

async function readFailingStream(model: LanguageModel): Promise<object> {
  const answer = streamText({ model, prompt, maxRetries: 0, onError: () => undefined });
  let text = '';
  let error: unknown;
  for await (const part of answer.stream) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'error') error = part.error;
  }
  return { text, error: error instanceof Error ? error.message : JSON.stringify(error) };
}

async function callProvider(door: Door, provider: string): Promise<Record<string, unknown>> {
  const model = (scenario: string): LanguageModel => doors[door](`${provider}-${scenario}`);
  const chat = await generateText({ model: model('chat'), prompt, system: 'Be brief.', maxRetries: 0 });
  const asked = { model: model('structured'), prompt, maxRetries: 0, providerOptions: withSchema };
  const byTool = { model: model(door === 'messages' ? 'json-tool' : 'structured'), prompt, maxRetries: 0 };
  return {
    chat: { text: chat.text, finish: chat.finishReason, usage: counts(chat.usage) },
    stream: await stream(model('chat')),
    tools: await callTools(model('tools')),
    streamedTools: await streamTools(model('tools')),
    afterTools: await loop(model('agent')),
    streamedAfterTools: await streamLoop(model('agent')),
    structured: (await generateText({ ...asked, output: Output.object({ schema: facts }) })).output,
    streamedStructured: await streamText({ ...asked, output: Output.object({ schema: facts }) }).output,
    object: (await generateObject({ ...byTool, schema: facts })).object,
    thoughts: await think(door, model('thinking')),
    permission: await errorOf(model('permission')),
    'not-found': await errorOf(model('not-found')),
    'rate-limit': await errorOf(model('rate-limit')),
    overloaded: await errorOf(model('overloaded')),
    streamError: await readFailingStream(model('stream-error')),
  };
}

const report: Record<string, Record<string, unknown>> = {};
for (const door of Object.keys(doors) as Door[]) {
  report[door] = {};
  for (const provider of ['openai', 'anthropic', 'gemini', 'bedrock'])
    report[door][provider] = await callProvider(door, provider);
}
console.log(JSON.stringify(report));
