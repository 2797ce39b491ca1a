import { closeAll } from './call-connections.js';
import { completion } from './completion.js';
import type { ChatCompletionChunk, ChatCompletionRequest } from './schema/openai/chat.js';

const messages = [{ role: 'user', content: 'Good morning' }] as const;
const request = { model: 'demo/any', messages };

async function read(stream: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const refused = (code: string, more: object = {}) =>
  expect.objectContaining({ name: 'GatewayError', code, ...more }) as unknown;

describe('completion', () => {
  afterEach(() => closeAll());

  it('answers whole', async () => {
    const answer = await completion(request);
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'any', choices: [{ finish_reason: 'stop' }] });
    expect(answer.id).toMatch(/^chatcmpl-/);
    expect(answer.choices[0]?.message.content).toContain('Good morning');
  });

  it('streams the same answer, with a usage chunk only where it is asked for', async () => {
    const whole = await completion(request);
    const chunks = await read(completion({ ...request, stream: true }));
    const content = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(content).toBe(whole.choices[0]?.message.content);
    expect(chunks.some((chunk) => chunk.usage != null)).toBe(false);

    const withUsage = await read(completion({ ...request, stream: true, stream_options: { include_usage: true } }));
    expect(withUsage.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: whole.usage?.prompt_tokens } });
  });

  it('ends for a reader who leaves early, and gives nothing more', async () => {
    const stream = completion({ ...request, stream: true });
    for await (const chunk of stream) {
      expect(chunk.object).toBe('chat.completion.chunk');
      break;
    }
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it.each([
    ['a provider nobody knows', { ...request, model: 'acme/model' }],
    ['a bare name nobody knows', { ...request, model: 'no-such-model' }],
    ['a provider without a model', { ...request, model: 'demo/' }],
    ['no model', { messages } as unknown as ChatCompletionRequest],
    ['no messages', { model: 'demo/any' } as unknown as ChatCompletionRequest],
    ['no request', undefined as unknown as ChatCompletionRequest],
  ])('refuses %s', async (_what, wrong) => {
    await expect(completion(wrong)).rejects.toEqual(refused('invalid_request', { status: 400 }));
  });

  it('refuses a stream in the same way, with its first read', async () => {
    await expect(completion({ ...request, model: 'acme/model', stream: true }).next()).rejects.toEqual(
      refused('invalid_request'),
    );
  });

  it('names the environment variables where a key is missing', async () => {
    const key = process.env.OPENAI_API_KEY;
    delete process.env.OPENAI_API_KEY;
    try {
      await expect(completion({ ...request, model: 'openai/gpt-4o' })).rejects.toEqual(
        refused('upstream_authentication', { message: expect.stringContaining('OPENAI_API_KEY'), provider: 'openai' }),
      );
    } finally {
      if (key !== undefined) process.env.OPENAI_API_KEY = key;
    }
  });

  it('sends nothing where the signal was aborted before, and keeps the reason as the cause', async () => {
    const reason = new Error('user left');
    await expect(completion(request, { signal: AbortSignal.abort(reason) })).rejects.toEqual(
      refused('client_closed', { cause: reason }),
    );
  });

  it('stops a stream whose signal is aborted while it is read', async () => {
    const controller = new AbortController();
    const stream = completion(
      { ...request, messages: [{ role: 'user', content: 'word '.repeat(200) }], stream: true },
      { signal: controller.signal },
    );
    await stream.next();
    controller.abort();
    await expect(read(stream)).rejects.toEqual(refused('client_closed'));
  });
});
