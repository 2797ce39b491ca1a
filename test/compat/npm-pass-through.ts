/** An application that uses vendors' own npm packages, pointed at the prefixes of their own APIs; prints what it saw as JSON. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const { url, key } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string };
const question = 'What is the capital of France?';

async function withAnthropic(): Promise<object> {
  const { messages } = new Anthropic({ apiKey: key, baseURL: `${url}/anthropic`, maxRetries: 0 });
  const body = { model: 'claude-sonnet-4-5-20250929', max_tokens: 100, messages: [{ role: 'user', content: question }] } as const; // prettier-ignore
  const whole = await messages.create({ ...body, messages: [...body.messages] });
  const streamed = await messages.stream({ ...body, messages: [...body.messages] }).finalMessage();
  const textOf = ({ content }: Anthropic.Message): string => content.map((block) => (block.type === 'text' ? block.text : '')).join(''); // prettier-ignore
  return {
    text: textOf(whole),
    usage: [whole.usage.input_tokens, whole.usage.output_tokens],
    streamed: textOf(streamed),
    streamedUsage: [streamed.usage.input_tokens, streamed.usage.output_tokens],
  };
}

async function withGoogle(): Promise<object> {
  const { models } = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: `${url}/gemini` } });
  const body = { model: 'gemini-2.5-flash', contents: question };
  const whole = await models.generateContent(body);
  let streamed = '';
  let usage;
  for await (const chunk of await models.generateContentStream(body)) {
    streamed += chunk.text ?? '';
    usage = chunk.usageMetadata ?? usage;
  }
  return {
    text: whole.text,
    usage: [whole.usageMetadata?.promptTokenCount, whole.usageMetadata?.candidatesTokenCount],
    streamed,
    streamedUsage: [usage?.promptTokenCount, usage?.candidatesTokenCount],
  };
}

async function withOpenAi(): Promise<object> {
  const { chat } = new OpenAI({ apiKey: key, baseURL: `${url}/openai/v1`, maxRetries: 0 });
  const body = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: question }] };
  const whole = await chat.completions.create(body);
  let streamed = '';
  let usage;
  for await (const chunk of await chat.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  })) {
    streamed += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage ?? usage;
  }
  return {
    text: whole.choices[0]?.message.content,
    usage: [whole.usage?.prompt_tokens, whole.usage?.completion_tokens],
    streamed,
    streamedUsage: [usage?.prompt_tokens, usage?.completion_tokens],
  };
}

const report = { anthropic: await withAnthropic(), gemini: await withGoogle(), openai: await withOpenAi() };
process.stdout.write(JSON.stringify(report));
