import { providerRegistry } from '../../core/providers/registry.js';
import type { Deployment } from '../../core/spec/index.js';
import { plainParameters } from '../../core/spec/parameters.js';
import { askedModel } from '../native/asked-model.js';
import { answerReading, type AnswerReading } from './answer-reading.js';
import { openUsageReader, type UsageReader } from './usage-reader.js';

function readingOf(provider: string, path: string, body: object = {}): AnswerReading | undefined {
  const definition = providerRegistry.find(provider);
  const endpoint = { origin: 'https://a.example', basePath: '' };
  const deployment = { provider: definition, model: '*', endpoint, parameters: plainParameters } as unknown as Deployment; // prettier-ignore
  const bytes = Buffer.from(JSON.stringify(body));
  const json = body as Readonly<Record<string, unknown>>;
  return answerReading({ deployment, path, asked: askedModel(path, '', json), body: json, bytes });
}

const whole = (reading: AnswerReading | undefined, body: unknown, headers = {}) =>
  reading?.whole({ status: 200, headers, body: Buffer.from(JSON.stringify(body)) });

function streamed(reading: AnswerReading | undefined, text: string): UsageReader {
  const reader = openUsageReader(reading, { status: 200, headers: { 'content-type': 'text/event-stream' } });
  if (!reader) throw new Error('nothing reads it');
  for (const byte of Buffer.from(text)) reader.push(Buffer.from([byte]));
  return reader;
}

it.each([
  ['openai', '/openai/v1/models'],
  ['openai', '/openai/v1/files/f/content'],
  ['anthropic', '/anthropic/v1/messages/count_tokens'],
  ['anthropic', '/anthropic/v1/messages/batches'],
  ['gemini', '/gemini/v1beta/models/m:countTokens'],
  ['bedrock', '/bedrock/foundation-models'],
])('%s %s is not charged by the token', (provider, path) => {
  expect(readingOf(provider, path)).toBeUndefined();
});

it.each([
  ['openai', '/openai/v1/responses', { usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } }],
  ['azure', '/azure/openai/deployments/d/chat/completions', { usage: { prompt_tokens: 3, completion_tokens: 4 } }],
  ['mistral', '/mistral/v1/fim/completions', { usage: { prompt_tokens: 3, completion_tokens: 4 } }],
  ['mistral', '/mistral/v1/ocr', { usage: { prompt_tokens: 3, completion_tokens: 4 } }],
  ['cohere', '/cohere/v1/chat', { meta: { billed_units: { input_tokens: 3, output_tokens: 4 } } }],
  ['bedrock', '/bedrock/model/amazon.nova-lite-v1:0/invoke', { usage: { inputTokens: 3, outputTokens: 4 } }],
  [
    'vertex_ai',
    '/vertex_ai/v1/projects/p/locations/l/publishers/google/models/m:generateContent',
    { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 } },
  ],
])('%s %s: an answer that its adapter cannot read is read by its members', (provider, path, body) => {
  // prettier-ignore
  expect(whole(readingOf(provider, path), body)).toMatchObject({ promptTokens: 3, completionTokens: 4 });
});

it('Gemini’s stream that is one JSON array tells its usage at the end', () => {
  const part = (text: string, count: number) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: count } }); // prettier-ignore
  const reading = readingOf('gemini', '/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent');
  expect(whole(reading, [part('a', 1), part('b', 4)])).toMatchObject({ promptTokens: 3, completionTokens: 4 });
});

it('what AWS counts in headers is taken where the body tells of nothing', () => {
  const reading = readingOf('bedrock', '/bedrock/model/meta.llama3/invoke');
  const headers = { 'x-amzn-bedrock-input-token-count': '3', 'x-amzn-bedrock-output-token-count': '4' };
  expect(whole(reading, {}, headers)).toEqual({ promptTokens: 3, completionTokens: 4 });
});

it('no answer, whatever it is, throws', () => {
  for (const path of ['/openai/v1/chat/completions', '/openai/v1/embeddings', '/openai/v1/responses'])
    for (const body of ['', '[]', '{"usage":[]}', 'null', '{', '\u0000']) {
      const reading = readingOf('openai', path);
      expect(reading?.whole({ status: 200, headers: {}, body: Buffer.from(body) })).toBeUndefined();
    }
});

describe('a stream', () => {
  const events = (...all: object[]): string => all.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }] }; // prettier-ignore

  it('that is cut off has sent what its events carry', () => {
    const reader = streamed(readingOf('openai', '/openai/v1/chat/completions', { stream: true }), events(chunk, chunk));
    expect([reader.usage, reader.contentEvents, reader.sentText(), reader.finished]).toEqual([undefined, 2, 'word word ', false]); // prettier-ignore
  });

  it('of an API that is read as the hub’s chunks counts its events too', () => {
    const delta = { type: 'content-delta', index: 0, delta: { message: { content: { text: 'word ' } } } };
    const reader = streamed(readingOf('cohere', '/cohere/v2/chat', { stream: true }), events(delta, delta, delta));
    expect([reader.contentEvents, reader.sentText()]).toEqual([3, 'word word word ']);
  });

  it('that tells of an error has failed, and one that cannot be read has not', () => {
    const failed = streamed(readingOf('openai', '/openai/v1/chat/completions', { stream: true }), events({ error: { message: 'Overloaded', type: 'server_error' } })); // prettier-ignore
    expect(failed.failure?.message).toContain('Overloaded');
    const odd = streamed(readingOf('openai', '/openai/v1/chat/completions', { stream: true }), 'data: {"what\n\ndata: x\n\n'); // prettier-ignore
    odd.end();
    expect(odd.failure).toBeUndefined();
  });

  it('of an API that no adapter reads tells its usage in any of its events', () => {
    const reader = streamed(readingOf('openai', '/openai/v1/threads/t/chat'), events({ a: 1 }, { usage: { prompt_tokens: 3, completion_tokens: 4 } })); // prettier-ignore
    expect(reader.usage).toEqual({ promptTokens: 3, completionTokens: 4 });
  });
});
