/** The library's router and its dialects over a provider within the process; over the network they are tested in test/library. */
import { messages } from './messages.js';
import { Router } from './model-router.js';
import { responses } from './responses.js';

const ask = [{ role: 'user', content: 'Good morning' }] as const;
const router = new Router({
  modelList: [
    { modelName: 'smart', model: 'demo/one', defaults: { temperature: 0.5 } },
    { modelName: 'smart', model: 'demo/two' },
  ],
  modelGroupAlias: { best: 'smart' },
});

async function read<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('Router', () => {
  it('answers under its own names and their aliases, whole and streamed', async () => {
    expect(router.modelNames).toEqual(['smart']);
    const answer = await router.completion({ model: 'best', messages: ask });
    expect(answer.choices[0]?.message.content).toContain('Good morning');
    const chunks = await read(router.completion({ model: 'smart', messages: ask, stream: true }));
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('speaks the other dialects', async () => {
    const message = await router.messages({ model: 'smart', max_tokens: 5, messages: ask });
    expect(message).toMatchObject({ type: 'message', stop_reason: 'end_turn' });
    const response = await router.responses({ model: 'smart', input: 'Good morning' });
    expect(response).toMatchObject({ object: 'response', status: 'completed' });
    const events = await read(router.responses({ model: 'smart', input: 'Good morning', stream: true }));
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['response.created', 'response.completed']);
  });

  it.each([
    ['an unknown name', () => router.completion({ model: 'other', messages: ask })],
    ['no name', () => router.completion({ messages: ask } as never)],
    ['an endpoint that the provider lacks', () => router.embedding({ model: 'smart', input: 'a' })],
    [
      'a stream of an unknown name',
      () => read(router.messages({ model: 'other', max_tokens: 1, messages: ask, stream: true })),
    ],
  ])('refuses %s by a rejection', async (_what, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it.each([
    [undefined],
    [{}],
    [{ modelList: [] }],
    [{ modelList: [{ model: 'demo/x' }] }],
    [{ modelList: [{ modelName: 'a', model: 'acme/x' }] }],
  ])('cannot be made of %j', (options) => {
    expect(() => new Router(options as never)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('ends at once for a signal', async () => {
    const signal = AbortSignal.abort();
    await expect(router.completion({ model: 'smart', messages: ask }, { signal })).rejects.toMatchObject({
      code: 'client_closed',
    });
  });
});

describe('messages and responses', () => {
  it('answer whole and as events, with the usage', async () => {
    const whole = await messages({ model: 'demo/one', max_tokens: 5, messages: ask });
    expect(whole.usage?.input_tokens).toBeGreaterThan(0);
    const events = await read(messages({ model: 'demo/one', max_tokens: 5, messages: ask, stream: true }));
    expect(events.at(-2)).toMatchObject({ type: 'message_delta', usage: { input_tokens: whole.usage?.input_tokens } });
    const response = await responses({ model: 'demo/one', input: 'Good morning' });
    expect(response.usage?.input_tokens).toBeGreaterThan(0);
  });

  it.each([
    () => messages({ model: 'demo/one', messages: ask } as never),
    () => messages(undefined as never),
    () => responses({ model: 'demo/one', input: 5 } as never),
    () => read(responses({ model: 'acme/x', input: 'a', stream: true })),
  ])('refuse what is no request', async (call) => {
    await expect(call()).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
