/** The calls of the compatibility tests, made by the `openai` package from npm; Node runs this file, and it prints what it saw as JSON. */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import type { Provider, SeenError } from './expectations.js';

/** Given as JSON in the first argument. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly key: string;
  /** A virtual key that may not use `openai-chat`. */
  readonly limitedKey: string;
  /** An address at which nothing listens. */
  readonly deadUrl: string;
}

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];
const question: Messages = [{ role: 'user', content: 'What is the capital of France?' }];

const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [
  tool('get_weather', { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } }),
  tool('get_time', { city: { type: 'string' } }),
];

function tool(name: string, properties: object): OpenAI.Chat.Completions.ChatCompletionTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties, required: ['city'] } } };
}

const afterTools: Messages = [
  { role: 'user', content: 'Weather in Oslo?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: '{"temp": -3}' },
];

const factsFormat = zodResponseFormat(
  z.object({ city: z.string(), population: z.number().int(), tags: z.array(z.string()) }),
  'city_facts',
);

function clientOf(baseURL: string, apiKey: string): OpenAI {
  return new OpenAI({ baseURL, apiKey, maxRetries: 0 });
}

type Usage = OpenAI.CompletionUsage | null | undefined;
const counts = (usage: Usage) => usage && [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens];

async function errorOf(call: () => Promise<unknown>): Promise<SeenError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof APIError)
      return {
        error: error.constructor.name,
        status: (error.status as number | undefined) ?? null,
        code: error.code ?? null,
        message: error.message,
        retryAfter: (error.headers as Headers | undefined)?.get('retry-after') ?? null,
      };
    throw error;
  }
  throw new Error('The call did not fail.');
}

async function readStream(client: OpenAI, model: string, withUsage: boolean) {
  const options = withUsage ? { stream_options: { include_usage: true } } : {};
  const stream = await client.chat.completions.create({ model, messages: question, stream: true, ...options });
  let text = '';
  let finish: string | null = null;
  let usage: number[] | null = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = counts(chunk.usage) ?? usage;
  }
  return { text, finish, usage };
}

type ToolCall = { id: string; function: { name: string; arguments: string } };
const readCalls = (choice: { finish_reason: string | null; message: { tool_calls?: unknown } } | undefined) => ({
  finish: choice?.finish_reason,
  calls: ((choice?.message.tool_calls ?? []) as ToolCall[]).map(({ id, function: { name, arguments: text } }) => ({
    id,
    name,
    arguments: JSON.parse(text) as unknown,
  })),
});

async function readFailingStream(client: OpenAI, model: string) {
  const stream = await client.chat.completions.create({ model, messages: question, stream: true });
  let text = '';
  try {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return { text, error: 'APIError', message: error.message };
  }
  return { text, error: null, message: null };
}

async function timeoutOf(client: OpenAI, model: string): Promise<string> {
  try {
    await client.chat.completions.create({ model, messages: question }, { timeout: 500 });
  } catch (error) {
    // The package's own name for what the documentation calls APITimeoutError.
    return error instanceof APIConnectionTimeoutError ? 'APITimeoutError' : String(error);
  }
  return 'no error';
}

/** Reads a few chunks of a stream that never ends, and leaves it. */
async function abandon(client: OpenAI, model: string): Promise<boolean> {
  const stream = await client.chat.completions.create({ model, messages: question, stream: true });
  let chunks = 0;
  for await (const { choices } of stream) {
    chunks += choices.length;
    if (chunks >= 5) break;
  }
  return stream.controller.signal.aborted;
}

/** Every scenario of one provider. */
async function callProvider({ baseUrl, key }: ClientOptions, provider: Provider): Promise<Record<string, unknown>> {
  const client = clientOf(baseUrl, key);
  const { completions } = client.chat;
  const model = (scenario: string): string => `${provider}-${scenario}`;
  const create = (scenario: string, messages = question) => completions.create({ model: model(scenario), messages });
  const chat = await create('chat');
  const choice = chat.choices[0];
  const asked = { model: model('tools'), messages: question, tools };
  const streamed = completions.stream({ ...asked, model: model('stream-tools') });
  const raw = await create('chat').withResponse();
  const parsed = await completions.parse({
    model: model('structured'),
    messages: question,
    response_format: factsFormat,
  });
  return {
    chat: {
      role: choice?.message.role,
      content: choice?.message.content,
      finish: choice?.finish_reason,
      usage: counts(chat.usage),
    },
    asyncChat: choice?.message.content,
    stream: await readStream(client, model('stream'), false),
    streamWithUsage: await readStream(client, model('stream'), true),
    tools: readCalls((await completions.create(asked)).choices[0]),
    streamedTools: readCalls((await streamed.finalChatCompletion()).choices[0]),
    afterTools: (await completions.create({ model: model('after-tools'), messages: afterTools, tools })).choices[0]
      ?.message.content,
    parsed: parsed.choices[0]?.message.parsed,
    rawHeaders: {
      callId: raw.response.headers.get('x-litellm-call-id'),
      modelGroup: raw.response.headers.get('x-litellm-model-group'),
      content: raw.data.choices[0]?.message.content,
    },
    permission: await errorOf(() => create('permission')),
    notFound: await errorOf(() => create('not-found')),
    rateLimit: await errorOf(() => create('rate-limit')),
    overloaded: await errorOf(() => create('overloaded')),
    streamError: await readFailingStream(client, model('stream-error')),
    timeout: await timeoutOf(client, model('silent')),
    abandoned: await abandon(client, model('endless')),
  };
}

/** What does not depend on the provider. */
async function callGateway({ baseUrl, key, limitedKey, deadUrl }: ClientOptions): Promise<Record<string, unknown>> {
  const client = clientOf(baseUrl, key);
  const create = (one: OpenAI, model: string, messages: Messages = question) =>
    one.chat.completions.create({ model, messages });
  const models: string[] = [];
  for await (const { id } of client.models.list()) models.push(id);
  const unreachable = await create(clientOf(deadUrl, key), 'openai-chat').catch((error: unknown) => error);
  return {
    models,
    model: (await client.models.retrieve('openai-chat')).id,
    noSuchModel: await errorOf(() => client.models.retrieve('no-such-model')),
    wrongKey: await errorOf(() => create(clientOf(baseUrl, `sk-${'w'.repeat(40)}`), 'openai-chat')),
    keyWithoutModel: await errorOf(() => create(clientOf(baseUrl, limitedKey), 'openai-chat')),
    unknownModel: await errorOf(() => create(client, 'no-such-model')),
    badRequest: await errorOf(() => create(client, 'openai-chat', 'not a list' as unknown as Messages)),
    unreachable: unreachable instanceof APIConnectionError ? 'APIConnectionError' : String(unreachable),
  };
}

const options = JSON.parse(process.argv[2] ?? '') as ClientOptions;
console.log(
  JSON.stringify({
    openai: await callProvider(options, 'openai'),
    anthropic: await callProvider(options, 'anthropic'),
    gateway: await callGateway(options),
  }),
);
