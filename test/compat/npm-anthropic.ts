/** Conversations of an application that uses Anthropic's own package from npm; prints what it saw as JSON. */
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';

const { url, key, providers } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url: string;
  readonly key: string;
  readonly providers?: string;
};
const { messages } = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });

type Turns = Anthropic.MessageParam[];
const question: Turns = [{ role: 'user', content: 'What is the capital of France?' }];
const ask = { max_tokens: 100, messages: question };
const tools: Anthropic.Tool[] = ['get_weather', 'get_time'].map((name) => ({
  name,
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}));
const factsFormat = zodOutputFormat(
  z.object({ city: z.string(), population: z.number().int(), tags: z.array(z.string()) }),
);

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');
const answerOf = (message: Anthropic.Message) => ({
  text: textOf(message),
  finish: message.stop_reason,
  usage: [message.usage.input_tokens, message.usage.output_tokens],
});
const readCalls = ({ stop_reason: finish, content }: Anthropic.Message) => ({
  finish,
  calls: content.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: block.input }] : [],
  ),
});

/** Every event, through the package's helper, which assembles them. */
async function follow(request: Anthropic.MessageStreamParams) {
  const events: string[] = [];
  let pieces = 0;
  const stream = messages.stream(request);
  for await (const event of stream) {
    if (event.type !== events.at(-1)) events.push(event.type);
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') pieces += 1;
  }
  return { message: await stream.finalMessage(), events, severalPieces: pieces > 1 };
}

async function roundTrip(model: string): Promise<string> {
  const first = await messages.create({ model, ...ask, tools });
  const results = first.content.flatMap((block) =>
    block.type === 'tool_use'
      ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: [{ type: 'text' as const, text: '-3' }] }]
      : [],
  );
  const turns: Turns = [
    ...question,
    { role: 'assistant', content: first.content as Anthropic.ContentBlockParam[] },
    { role: 'user', content: results },
  ];
  return textOf(await messages.create({ model, max_tokens: 100, messages: turns, tools }));
}

const thoughtsOf = (message: Anthropic.Message) => {
  const blocks = message.content.flatMap((block) => (block.type === 'thinking' ? [block] : []));
  return {
    thought: blocks.map(({ thinking }) => thinking).join(''),
    signature: blocks.map(({ signature }) => signature).join('') || null,
    text: textOf(message),
  };
};

async function think(model: string): Promise<object> {
  const request = { model, max_tokens: 2_048, thinking: { type: 'enabled' as const, budget_tokens: 1_024 } };
  const whole = await messages.create({ ...request, messages: question });
  const streamed = await follow({ ...request, messages: question });
  // The model's own words go back with the next question.
  const turns: Turns = [
    ...question,
    { role: 'assistant', content: whole.content as Anthropic.ContentBlockParam[] },
    { role: 'user', content: 'Are you sure?' },
  ];
  await messages.create({ ...request, messages: turns });
  return { whole: thoughtsOf(whole), streamed: thoughtsOf(streamed.message) };
}

interface SeenError {
  readonly error: string;
  readonly status: number | null;
  readonly message: string;
  readonly type: string | null;
}

async function errorOf(call: () => Promise<unknown>): Promise<SeenError> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    const { error: body } = error as { error?: { error?: { type?: string } } };
    return {
      error: error.constructor.name,
      status: (error.status as number | undefined) ?? null,
      message: error.message,
      type: body?.error?.type ?? null,
    };
  }
  throw new Error('The call did not fail.');
}

async function readFailingStream(model: string): Promise<object> {
  let text = '';
  const stream = messages.stream({ model, ...ask }).on('text', (piece) => (text += piece));
  const { type } = await errorOf(() => stream.finalMessage());
  return { text, type };
}

async function callProvider(provider: string): Promise<Record<string, unknown>> {
  const create = (scenario: string) => messages.create({ model: `${provider}-${scenario}`, ...ask });
  const model = `${provider}-chat`;
  const streamed = await follow({ model, ...ask });
  const asked = { model: `${provider}-tools`, ...ask, tools };
  const structured = { model: `${provider}-structured`, ...ask, output_config: { format: factsFormat } };
  return {
    chat: answerOf(await messages.create({ model, ...ask, system: 'Be brief.' })),
    stream: { ...answerOf(streamed.message), severalPieces: streamed.severalPieces },
    events: streamed.events,
    tools: readCalls(await messages.create(asked)),
    streamedTools: readCalls((await follow(asked)).message),
    afterTools: await roundTrip(`${provider}-agent`),
    structured: (await messages.parse(structured)).parsed_output,
    streamedStructured: (await messages.stream(structured).finalMessage()).parsed_output,
    thoughts: await think(`${provider}-thinking`),
    permission: await errorOf(() => create('permission')),
    'not-found': await errorOf(() => create('not-found')),
    'rate-limit': await errorOf(() => create('rate-limit')),
    overloaded: await errorOf(() => create('overloaded')),
    streamError: await readFailingStream(`${provider}-stream-error`),
  };
}

const report: Record<string, unknown> = {};
const asked = providers ?? 'openai,anthropic,gemini,bedrock';
for (const provider of asked.split(',')) report[provider] = await callProvider(provider);
const stranger = new Anthropic({ baseURL: url, apiKey: `sk-${'w'.repeat(40)}`, maxRetries: 0 });
report['gateway'] = {
  unknownModel: await errorOf(() => messages.create({ model: 'nobody', ...ask })),
  wrongKey: await errorOf(() => stranger.messages.create({ model: 'openai-chat', ...ask })),
  badRequest: await errorOf(() => messages.create({ model: 'openai-chat', max_tokens: 1, messages: [] })),
};
console.log(JSON.stringify(report));
