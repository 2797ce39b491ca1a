/** The Responses API, by an application that uses the `openai` package from npm; prints what it saw as JSON. */
import OpenAI, { APIError } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const { url, key } = JSON.parse(process.argv[2] ?? '') as { readonly url: string; readonly key: string };
const { responses } = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });

type Responses = typeof OpenAI.Responses.prototype;
type Response = Awaited<ReturnType<Responses['retrieve']>>;
type Input = OpenAI.Responses.ResponseInput;
const question: Input = [{ role: 'user', content: 'What is the capital of France?' }];
const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function' as const,
  name,
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}));
const factsFormat = zodTextFormat(
  z.object({ city: z.string(), population: z.number().int(), tags: z.array(z.string()) }),
  'city_facts',
);

const counts = ({ usage }: Response) => usage && [usage.input_tokens, usage.output_tokens];

const readCalls = ({ status, output }: Response) => ({
  finish: status,
  calls: output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) as unknown }]
      : [],
  ),
});

/** Every event, through the package's helper, which checks and assembles them. */
async function follow(request: Parameters<typeof responses.stream>[0]) {
  const stream = responses.stream(request);
  const events: string[] = [];
  const sequence: number[] = [];
  let pieces = 0;
  for await (const event of stream) {
    if (event.type !== events.at(-1)) events.push(event.type);
    sequence.push(event.sequence_number);
    if (event.type === 'response.output_text.delta') pieces += 1;
  }
  const response = await stream.finalResponse();
  return { response, events, severalPieces: pieces > 1, inOrder: sequence.every((number, at) => number === at) };
}

async function roundTrip(model: string): Promise<string> {
  const first = await responses.create({ model, input: question, tools });
  const results = first.output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: '{"temp":-3}' }]
      : [],
  );
  const input = [...question, ...(first.output as Input), ...results];
  return (await responses.create({ model, input, tools })).output_text;
}

const thoughtsOf = ({ output, output_text: text }: Response) => {
  const reasoning = output.flatMap((item) => (item.type === 'reasoning' ? [item] : []));
  return {
    thought: reasoning.flatMap(({ summary }) => summary.map((part) => part.text)).join(''),
    signed: reasoning.some(({ encrypted_content: encrypted }) => Boolean(encrypted)),
    text,
  };
};

async function think(model: string): Promise<object> {
  const reasoning = { effort: 'low', summary: 'auto' } as const;
  const request = { model, reasoning, include: ['reasoning.encrypted_content' as const], input: question };
  const whole = await responses.create(request);
  const { response, events } = await follow(request);
  // The model's own words go back with the next question.
  const input = [...question, ...(whole.output as Input), { role: 'user' as const, content: 'Are you sure?' }];
  await responses.create({ ...request, input });
  return { whole: thoughtsOf(whole), streamed: thoughtsOf(response), events };
}

async function errorOf(call: () => Promise<unknown>): Promise<object> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return {
      error: error.constructor.name,
      status: (error.status as number | undefined) ?? null,
      message: error.message,
    };
  }
  throw new Error('The call did not fail.');
}

async function readFailingStream(model: string): Promise<object> {
  let text = '';
  try {
    for await (const event of await responses.create({ model, input: question, stream: true }))
      if (event.type === 'response.output_text.delta') text += event.delta;
  } catch (error) {
    if (error instanceof APIError) return { text, message: error.message };
    throw error;
  }
  return { text, message: null };
}

async function callProvider(provider: string): Promise<Record<string, unknown>> {
  const create = (scenario: string) => responses.create({ model: `${provider}-${scenario}`, input: question });
  const chat = await create('chat');
  const streamed = await follow({ model: `${provider}-chat`, input: question });
  const asked = { model: `${provider}-tools`, input: question, tools };
  const structured = { model: `${provider}-structured`, input: question, text: { format: factsFormat } };
  return {
    chat: { text: chat.output_text, finish: chat.status, usage: counts(chat) },
    stream: {
      text: streamed.response.output_text,
      finish: streamed.response.status,
      usage: counts(streamed.response),
      severalPieces: streamed.severalPieces,
    },
    events: streamed.events,
    inOrder: streamed.inOrder,
    tools: readCalls(await responses.create(asked)),
    streamedTools: readCalls((await follow(asked)).response),
    afterTools: await roundTrip(`${provider}-agent`),
    structured: (await responses.parse(structured)).output_parsed,
    streamedStructured: (await responses.stream(structured).finalResponse()).output_parsed,
    thoughts: await think(`${provider}-thinking`),
    permission: await errorOf(() => create('permission')),
    'not-found': await errorOf(() => create('not-found')),
    'rate-limit': await errorOf(() => create('rate-limit')),
    overloaded: await errorOf(() => create('overloaded')),
    streamError: await readFailingStream(`${provider}-stream-error`),
  };
}

const report: Record<string, unknown> = {};
for (const provider of ['openai', 'anthropic', 'gemini', 'bedrock']) report[provider] = await callProvider(provider);
console.log(JSON.stringify(report));
