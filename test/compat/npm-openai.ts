/** Conversations of an application that uses the `openai` package from npm; Node runs this file, and it prints what it saw as JSON. */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

/** Given as JSON in the first argument. */
interface Options {
  readonly url: string;
  readonly key: string;
  /** A virtual key that may not use `openai-chat`. */
  readonly limitedKey: string;
  /** An address at which nothing listens. */
  readonly deadUrl: string;
}

type Messages = OpenAI.Chat.Completions.ChatCompletionMessageParam[];
type Message = OpenAI.Chat.Completions.ChatCompletionMessage;
const question: Messages = [{ role: 'user', content: 'What is the capital of France?' }];

const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [
  tool('get_weather', { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } }),
  tool('get_time', { city: { type: 'string' } }),
];

function tool(name: string, properties: object): OpenAI.Chat.Completions.ChatCompletionTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties, required: ['city'] } } };
}

const factsFormat = zodResponseFormat(
  z.object({ city: z.string(), population: z.number().int(), tags: z.array(z.string()) }),
  'city_facts',
);

function clientOf(url: string, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

type Usage = OpenAI.CompletionUsage | null | undefined;
const counts = (usage: Usage) => usage && [usage.prompt_tokens, usage.completion_tokens];

async function errorOf(call: () => Promise<unknown>): Promise<object> {
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
  const pieces: string[] = [];
  let finish: string | null = null;
  let usage: number[] | null = null;
  for await (const chunk of stream) {
    const [choice] = chunk.choices;
    if (choice?.delta.content) pieces.push(choice.delta.content);
    finish = choice?.finish_reason ?? finish;
    usage = counts(chunk.usage) ?? usage;
  }
  return { text: pieces.join(''), finish, usage, severalPieces: pieces.length > 1 };
}

type ToolCall = { id: string; function: { name: string; arguments: string } };
type Choice = { finish_reason: string | null; message: { tool_calls?: unknown } };
const readCalls = (choice: Choice | undefined) => ({
  finish: choice?.finish_reason,
  calls: ((choice?.message.tool_calls ?? []) as ToolCall[]).map(({ id, function: { name, arguments: text } }) => ({
    id,
    name,
    arguments: JSON.parse(text) as unknown,
  })),
});

/** Answers the model's calls as an application does, with the message as it came. */
async function roundTrip(client: OpenAI, model: string): Promise<string | null | undefined> {
  const first = await client.chat.completions.create({ model, messages: question, tools });
  const asked = first.choices[0]?.message;
  if (!asked?.tool_calls) throw new Error('The model called no tool.');
  const results = asked.tool_calls.map(({ id }) => ({
    role: 'tool' as const,
    tool_call_id: id,
    content: '{"temp":-3}',
  }));
  const second = await client.chat.completions.create({ model, messages: [...question, asked, ...results], tools });
  return second.choices[0]?.message.content;
}

/** Members that LiteLLM adds to OpenAI's messages. */
interface Thinking {
  readonly reasoning_content?: string;
  readonly thinking_blocks?: readonly { readonly signature?: string | null }[];
}

const thoughtsOf = (messages: readonly (Thinking & { content?: string | null })[]) => ({
  thought: messages.map(({ reasoning_content: text }) => text ?? '').join(''),
  signature:
    messages.flatMap(({ thinking_blocks: blocks = [] }) => blocks.map((block) => block.signature)).find(Boolean) ??
    null,
  text: messages.map(({ content }) => content ?? '').join(''),
});

async function think(client: OpenAI, model: string): Promise<object> {
  const request = { model, messages: question, reasoning_effort: 'low' as const };
  const message = (await client.chat.completions.create(request)).choices[0]?.message as Message & Thinking;
  const deltas: (Thinking & { content?: string | null })[] = [];
  for await (const { choices } of await client.chat.completions.create({ ...request, stream: true }))
    if (choices[0]) deltas.push(choices[0].delta);
  // The model's own words go back with the next question.
  const messages: Messages = [...question, message, { role: 'user', content: 'Are you sure?' }];
  await client.chat.completions.create({ ...request, messages });
  return { whole: thoughtsOf([message]), streamed: thoughtsOf(deltas) };
}

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
    await client.chat.completions.create({ model, messages: question }, { timeout: 300 });
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
async function callProvider({ url, key }: Options, provider: string): Promise<Record<string, unknown>> {
  const client = clientOf(url, key);
  const { completions } = client.chat;
  const model = (scenario: string): string => `${provider}-${scenario}`;
  const create = (scenario: string) => completions.create({ model: model(scenario), messages: question });
  const chat = await create('chat');
  const choice = chat.choices[0];
  const asked = { model: model('tools'), messages: question, tools };
  const raw = await create('chat').withResponse();
  const structured = { model: model('structured'), messages: question, response_format: factsFormat };
  return {
    chat: { text: choice?.message.content, finish: choice?.finish_reason, usage: counts(chat.usage) },
    role: choice?.message.role,
    total: chat.usage?.total_tokens,
    stream: await readStream(client, model('chat'), true),
    streamWithoutUsage: await readStream(client, model('chat'), false),
    tools: readCalls((await completions.create(asked)).choices[0]),
    streamedTools: readCalls((await completions.stream(asked).finalChatCompletion()).choices[0]),
    afterTools: await roundTrip(client, model('agent')),
    structured: (await completions.parse(structured)).choices[0]?.message.parsed,
    streamedStructured: (await completions.stream(structured).finalChatCompletion()).choices[0]?.message.parsed,
    thoughts: await think(client, model('thinking')),
    rawHeaders: {
      callId: raw.response.headers.get('x-litellm-call-id'),
      modelGroup: raw.response.headers.get('x-litellm-model-group'),
      content: raw.data.choices[0]?.message.content,
    },
    permission: await errorOf(() => create('permission')),
    'not-found': await errorOf(() => create('not-found')),
    'rate-limit': await errorOf(() => create('rate-limit')),
    overloaded: await errorOf(() => create('overloaded')),
    streamError: await readFailingStream(client, model('stream-error')),
    timeout: await timeoutOf(client, model('silent')),
    abandoned: await abandon(client, model('endless')),
  };
}

/** What does not depend on the provider. */
async function callGateway({ url, key, limitedKey, deadUrl }: Options): Promise<Record<string, unknown>> {
  const client = clientOf(url, key);
  const create = (one: OpenAI, model: string, messages: Messages = question) =>
    one.chat.completions.create({ model, messages });
  const models: string[] = [];
  for await (const { id } of client.models.list()) models.push(id);
  const unreachable = await create(clientOf(deadUrl, key), 'openai-chat').catch((error: unknown) => error);
  return {
    models,
    model: (await client.models.retrieve('openai-chat')).id,
    noSuchModel: await errorOf(() => client.models.retrieve('no-such-model')),
    wrongKey: await errorOf(() => create(clientOf(url, `sk-${'w'.repeat(40)}`), 'openai-chat')),
    keyWithoutModel: await errorOf(() => create(clientOf(url, limitedKey), 'openai-chat')),
    unknownModel: await errorOf(() => create(client, 'no-such-model')),
    badRequest: await errorOf(() => create(client, 'openai-chat', 'not a list' as unknown as Messages)),
    unreachable: unreachable instanceof APIConnectionError ? 'APIConnectionError' : String(unreachable),
  };
}

const options = JSON.parse(process.argv[2] ?? '') as Options;
const report: Record<string, unknown> = { gateway: await callGateway(options) };
for (const provider of ['openai', 'anthropic', 'gemini', 'bedrock'])
  report[provider] = await callProvider(options, provider);
console.log(JSON.stringify(report));
