/** The verbs with a cache: what is asked once, what is asked again, and that embeddings are kept input by input. */
import fc from 'fast-check';
import { cachedEndpoint, cachedStream } from './cached-answer.js';
import { planFor } from './call-options.js';
import { completion } from './completion.js';
import { messages as askMessages } from './messages.js';
import { Router } from './model-router.js';
import { responses } from './responses.js';
import { InMemoryResponseCache } from './response-cache/in-memory-response-cache.js';
import type { EmbeddingRequest, EmbeddingResponse } from './schema/openai/embeddings.js';

const messages = [{ role: 'user', content: 'Good morning' }] as const;
const request = { model: 'demo/any', messages };

async function read<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('chat', () => {
  it('is asked once for a whole answer, and each caller gets objects of its own', async () => {
    const cache = new InMemoryResponseCache();
    const first = await completion(request, { cache });
    // The demo provider gives each answer an id of its own.
    expect((await completion(request)).id).not.toBe(first.id);
    const again = await completion({ ...request, user: 'somebody' }, { cache });
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
    expect((await completion({ ...request, temperature: 1 }, { cache })).id).not.toBe(first.id);
  });

  it('gives a stream again as the stream that it was', async () => {
    const cache = new InMemoryResponseCache();
    const first = await read(completion({ ...request, stream: true }, { cache }));
    expect(first.length).toBeGreaterThan(2);
    expect(await read(completion({ ...request, stream: true }, { cache }))).toEqual(first);
    expect((await completion(request, { cache })).id).not.toBe(first[0]?.id);
  });

  it('does not keep a stream that its reader left, nor one that failed', async () => {
    const cache = new InMemoryResponseCache();
    for await (const chunk of completion({ ...request, stream: true }, { cache })) {
      expect(chunk.id).toBeDefined();
      break;
    }
    const asked = { kind: 'openai-chat' as const, body: request, plan: planFor('demo/any', {}), options: { cache } };
    const failing = cachedStream(asked, async function* () {
      yield { a: 1 };
      throw new Error('cut off');
    });
    await expect(read(failing)).rejects.toThrow('cut off');
    expect(cache.size).toBe(0);
  });

  it('is kept in the other dialects too', async () => {
    const cache = new InMemoryResponseCache();
    const message = { model: 'demo/any', max_tokens: 5, messages };
    expect(await askMessages(message, { cache })).toEqual(await askMessages(message, { cache }));
    const asked = { model: 'demo/any', input: 'Hello', stream: true } as const;
    expect(await read(responses(asked, { cache }))).toEqual(await read(responses(asked, { cache })));
  });

  it.each([
    ['namespaces', { cacheNamespace: 'a' }, { cacheNamespace: 'b' }],
    ['accounts', { apiKey: 'one' }, { apiKey: 'two' }],
    ['settings of the call', { extraBody: { a: 1 } }, { extraBody: { a: 2 } }],
  ])('keeps %s apart', async (_what, one, other) => {
    const cache = new InMemoryResponseCache();
    const first = await completion(request, { cache, ...one });
    expect((await completion(request, { cache, ...other })).id).not.toBe(first.id);
    expect((await completion(request, { cache, ...one })).id).toBe(first.id);
  });

  it('is forgotten when its time is over', async () => {
    const cache = new InMemoryResponseCache();
    const first = await completion(request, { cache, cacheTtlMs: 0 });
    expect((await completion(request, { cache })).id).not.toBe(first.id);
  });
});

describe('Router', () => {
  const cache = new InMemoryResponseCache();
  const make = (model: string): Router => new Router({ modelList: [{ modelName: 'smart', model }], cache });

  it('keeps answers where it has a cache, and not where a request does without', async () => {
    const router = make('demo/one');
    const first = await router.completion({ ...request, model: 'smart' });
    expect(await router.completion({ ...request, model: 'smart' })).toEqual(first);
    expect((await router.completion({ ...request, model: 'smart' }, { cache: false })).id).not.toBe(first.id);
  });

  it('takes no answers of a router whose names mean other models', async () => {
    const first = await make('demo/one').completion({ ...request, model: 'smart' });
    expect((await make('demo/two').completion({ ...request, model: 'smart' })).id).not.toBe(first.id);
  });
});

describe('embeddings', () => {
  const plan = planFor('demo/any', {});
  const asks: unknown[] = [];
  const answer = (body: EmbeddingRequest): Promise<EmbeddingResponse> => {
    asks.push(body.input);
    const inputs = Array.isArray(body.input) ? (body.input as string[]) : [body.input as string];
    const tokens = inputs.join('').length;
    const data = inputs.map((input, index) => ({ object: 'embedding' as const, index, embedding: [input.length, 1] }));
    // Providers need not keep the order.
    const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
    return Promise.resolve({ object: 'list', model: 'demo', data: data.reverse(), usage });
  };
  const embed = (cache: InMemoryResponseCache, input: string | string[]): Promise<EmbeddingResponse> =>
    cachedEndpoint('embeddings', { body: { model: 'demo/any', input }, plan, options: { cache } }, answer);
  beforeEach(() => void (asks.length = 0));

  it('asks for the inputs that are missing alone, each once, and puts all in order', async () => {
    const cache = new InMemoryResponseCache();
    await embed(cache, ['aa', 'bbb']);
    const joined = await embed(cache, ['c', 'aa', 'dddd', 'c', 'bbb']);
    expect(asks).toEqual([
      ['aa', 'bbb'],
      ['c', 'dddd'],
    ]);
    expect(joined.data.map(({ index, embedding }) => [index, embedding[0]])).toEqual([
      [0, 1],
      [1, 2],
      [2, 4],
      [3, 1],
      [4, 3],
    ]);
    expect(joined.usage).toEqual({ prompt_tokens: 11, completion_tokens: 0, total_tokens: 11 });
    await embed(cache, 'dddd');
    expect(asks).toHaveLength(2);
  });

  it('gives the usage that the same request has without a cache, whatever was asked before', async () => {
    const texts = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (before, inputs) => {
        const cache = new InMemoryResponseCache();
        await embed(cache, before);
        const { data, usage } = await embed(cache, inputs);
        expect(usage?.total_tokens).toBe(inputs.join('').length);
        const inOrder = [...data].sort((one, other) => one.index - other.index);
        expect(inOrder.map(({ embedding }) => embedding[0])).toEqual(inputs.map((input) => input.length));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses an answer that has not one vector for each missing input', async () => {
    const cache = new InMemoryResponseCache();
    await embed(cache, ['aa']);
    const short = cachedEndpoint(
      'embeddings',
      { body: { model: 'demo/any', input: ['aa', 'b', 'c'] }, plan, options: { cache } },
      (): Promise<EmbeddingResponse> => Promise.resolve({ object: 'list', model: 'demo', data: [] }),
    );
    await expect(short).rejects.toMatchObject({ code: 'upstream_invalid_response' });
  });

  it('takes a list of token ids for one input', async () => {
    const cache = new InMemoryResponseCache();
    const ids = (input: number[]): Promise<EmbeddingResponse> =>
      cachedEndpoint('embeddings', { body: { model: 'demo/any', input }, plan, options: { cache } }, () => {
        asks.push(input);
        const data = [{ object: 'embedding' as const, index: 0, embedding: 'AAAA' }];
        return Promise.resolve({ object: 'list', model: 'demo', data });
      });
    await ids([1, 2, 3]);
    expect((await ids([1, 2, 3])).data[0]?.embedding).toBe('AAAA');
    expect(asks).toHaveLength(1);
  });
});
