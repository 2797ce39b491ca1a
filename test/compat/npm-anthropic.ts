/** The calls of an application that uses Anthropic's own client; prints what it saw as JSON. `npm-anthropic.ts '{"url": ..., "key": ...}'` */
import Anthropic, { APIError } from '@anthropic-ai/sdk';

const { url, key } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string };
const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
const ask = { max_tokens: 100, messages: [{ role: 'user' as const, content: 'What is the capital of France?' }] };
const tools: Anthropic.Tool[] = [
  { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
];

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

async function chat(model: string): Promise<object> {
  const message = await client.messages.create({ model, ...ask, system: 'Be brief.' });
  return { text: textOf(message), stop: message.stop_reason, counted: message.usage.output_tokens > 0 };
}

async function stream(model: string): Promise<object> {
  const running = client.messages.stream({ model, ...ask });
  let pieces = 0;
  running.on('text', () => (pieces += 1));
  const message = await running.finalMessage();
  return { text: textOf(message), stop: message.stop_reason, severalPieces: pieces > 1 };
}

async function call(model: string, streamed: boolean): Promise<object> {
  const request = { model, ...ask, tools };
  const message = streamed
    ? await client.messages.stream(request).finalMessage()
    : await client.messages.create(request);
  const used = message.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  return { stop: message.stop_reason, calls: used.map(({ name, input }) => ({ name, input })) };
}

async function fail(model: string, streamed = false): Promise<object> {
  try {
    if (streamed) await client.messages.stream({ model, ...ask }).finalMessage();
    else await client.messages.create({ model, ...ask });
    return { failed: false };
  } catch (error) {
    const { status, error: body } = error as APIError & { error?: { error?: { type?: string } } };
    return { isApiError: error instanceof APIError, status, type: body?.error?.type };
  }
}

const report: Record<string, unknown> = {};
for (const provider of ['openai', 'anthropic']) {
  report[`${provider}-chat`] = await chat(`${provider}-chat`);
  report[`${provider}-stream`] = await stream(`${provider}-stream`);
  report[`${provider}-tools`] = await call(`${provider}-tools`, false);
  report[`${provider}-stream-tools`] = await call(`${provider}-stream-tools`, true);
  report[`${provider}-permission`] = await fail(`${provider}-permission`);
  report[`${provider}-overloaded`] = await fail(`${provider}-overloaded`);
  report[`${provider}-stream-error`] = await fail(`${provider}-stream-error`, true);
}
report['unknown'] = await fail('nobody');
console.log(JSON.stringify(report));
