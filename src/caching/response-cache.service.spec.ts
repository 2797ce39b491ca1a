/** What the cache answers, for whom, and what it never keeps. */
import type { ModelCaller } from '../core/spec/model-caller.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { readCacheControls } from './cache-controls.js';
import type { CacheableRequest } from './cache-lookup.js';
import type { EmbeddingContext } from './semantic/semantic-cache.js';
import { ask, cacheService, chatRequest, type CacheParts } from './testing/requests.js';

const clock = new FakeClock();
const http = { send: () => Promise.reject(new Error('no network')) };
const surroundings = { clock, http, random: () => 0.5 };
const start = (parts: Omit<CacheParts, 'surroundings'> = {}) => cacheService({ ...parts, surroundings });
const controls = (given: object) => ({ controls: readCacheControls(given, { isDefaultOn: true }) });
let made = 0;
const make = (): string => `{"answer":${(made += 1)}}`;

it('gives the same request the same answer, whole or streamed, and counts', async () => {
  const service = await start();
  for (const stream of [false, true]) {
    const first = await ask(service, chatRequest('Hello', { stream }), make);
    expect(await ask(service, chatRequest('Hello', { stream }), make)).toEqual({ text: first.text, hit: true });
  }
  expect(service.counts()).toMatchObject({ hits: 2, misses: 2, stored: 2 });
});

it('keeps the parts of a stream apart', async () => {
  const service = await start();
  await ask(service, chatRequest('Hello', { stream: true }), () => 'abcdefg');
  const found = await service.lookup(chatRequest('Hello', { stream: true }));
  expect(found).toMatchObject({ outcome: 'hit', answer: { form: 'stream', servedBy: 'd1' } });
  expect(found.outcome === 'hit' && found.answer.parts.map(String).length).toBe(2);
});

it.each<[string, Partial<CacheableRequest>]>([
  ['another team', { owner: { keyHash: 'k1', userId: undefined, teamId: 't2', endUser: undefined } }],
  ['another namespace', controls({ namespace: 'mine' })],
  ['a group that leads elsewhere', { deployments: [madeUpDeployment({ model: 'another' })] }],
  ['a header of the dialect', { headers: { 'anthropic-beta': 'x' } }],
])('keeps %s apart', async (_what, other) => {
  const service = await start();
  await ask(service, chatRequest('Hello'), make);
  expect((await ask(service, chatRequest('Hello', other), make)).hit).toBe(false);
  expect((await ask(service, chatRequest('Hello'), make)).hit).toBe(true);
});

it('gives a response that can be named later to its own key alone', async () => {
  const service = await start();
  const asking = (keyHash: string, store?: boolean): CacheableRequest =>
    chatRequest('', {
      ...{ kind: 'openai-responses', callType: 'aresponses' },
      body: { model: 'smart', input: 'Hello', ...(store !== undefined && { store }) },
      owner: { keyHash, userId: undefined, teamId: 't1', endUser: undefined },
    });
  await ask(service, asking('k1'), make);
  expect((await ask(service, asking('k1'), make)).hit).toBe(true);
  expect((await ask(service, asking('k2'), make)).hit).toBe(false);
  await ask(service, asking('k1', false), make);
  expect((await ask(service, asking('k2', false), make)).hit).toBe(true);
});

it('does without a file that cannot be read', async () => {
  const service = await start();
  const read = (): never => {
    throw new Error('gone');
  };
  const file = { name: 'a.mp3', contentType: 'audio/mpeg', salt: 's', source: { size: 1, read } };
  const asking = chatRequest('', { kind: 'transcription', callType: 'atranscription', body: { model: 'w', file } });
  expect(await service.lookup(asking)).toEqual({ outcome: 'bypass' });
});

it('follows what requests say', async () => {
  const service = await start();
  const first = await ask(service, chatRequest('a'), make);
  const anew = await ask(service, chatRequest('a', controls({ 'no-cache': true })), make);
  expect(anew.hit).toBe(false);
  // What was made anew is what is kept now.
  expect((await ask(service, chatRequest('a'), make)).text).toBe(anew.text);
  expect(anew.text).not.toBe(first.text);
  await ask(service, chatRequest('b', controls({ 'no-store': true })), make);
  expect((await ask(service, chatRequest('b'), make)).hit).toBe(false);
  await ask(service, chatRequest('c', controls({ ttl: 5 })), make);
  clock.advance(4_000);
  expect((await ask(service, chatRequest('c', controls({ 's-maxage': 3 })), make)).hit).toBe(false);
  clock.advance(2_000);
  expect((await ask(service, chatRequest('c', controls({ 's-maxage': 3 })), make)).hit).toBe(true);
});

it('does not keep what is dropped, too long, refused, or not to be kept at all', async () => {
  const service = await start({ store: { entryBytes: 100 } });
  const dropped = await service.lookup(chatRequest('dropped'));
  if (dropped.outcome !== 'miss') throw new Error('expected a miss');
  dropped.recording.part('half an ans');
  dropped.recording.drop();
  dropped.recording.commit({ usage: undefined });
  await ask(service, chatRequest('long'), () => 'x'.repeat(101));
  await ask(service, chatRequest('refused'), () => '{"finish_reason":"content_filter"}');
  for (const text of ['dropped', 'long', 'refused']) {
    expect((await service.lookup(chatRequest(text))).outcome).toBe('miss');
  }
  const mocked = { body: { model: 'smart', messages: [], mock_response: 'Hi' } };
  expect(await service.lookup(chatRequest('', mocked))).toEqual({ outcome: 'bypass' });
});

it('keeps only the calls that are listed, by their synchronous names too', async () => {
  const service = await start({ policy: { callTypes: ['completion', 'arerank'] } });
  expect((await service.lookup(chatRequest('a'))).outcome).toBe('miss');
  expect((await service.lookup(chatRequest('a', { callType: 'aresponses' }))).outcome).toBe('bypass');
});

it('asks nothing where there is no cache', async () => {
  const service = await start();
  const off = controls({});
  expect(
    (await service.lookup(chatRequest('a', { controls: { ...off.controls, reads: false, stores: false } }))).outcome,
  ).toBe('bypass');
});

describe('the same request at the same time', () => {
  const slow = (): { make: () => Promise<string>; end: () => void; calls: () => number } => {
    let calls = 0;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    return {
      calls: () => calls,
      end,
      make: async () => {
        calls += 1;
        await ended;
        return 'slow answer';
      },
    };
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is asked for once where that is set, and each time where it is not', async () => {
    for (const singleFlight of [true, false]) {
      const service = await start({ policy: { singleFlight } });
      const { make: makeSlowly, end, calls } = slow();
      const asked = Array.from({ length: 20 }, () => ask(service, chatRequest('a'), makeSlowly));
      await settled();
      end();
      expect(new Set((await Promise.all(asked)).map(({ text }) => text))).toEqual(new Set(['slow answer']));
      expect(calls()).toBe(singleFlight ? 1 : 20);
      expect(service.counts().shared).toBe(singleFlight ? 19 : 0);
    }
  });

  it('is asked for anew by those who waited for one that failed', async () => {
    const service = await start({ policy: { singleFlight: true } });
    const first = await service.lookup(chatRequest('a'));
    const second = service.lookup(chatRequest('a'));
    await settled();
    if (first.outcome !== 'miss') throw new Error('expected a miss');
    first.recording.drop();
    expect((await second).outcome).toBe('miss');
  });

  it('is not waited for longer than its client can, nor by one who has left', async () => {
    const service = await start({ policy: { singleFlight: true } });
    await service.lookup(chatRequest('a'));
    expect((await service.lookup(chatRequest('a', { waitMs: 5 }))).outcome).toBe('miss');
    const left = new AbortController();
    const waiting = service.lookup(chatRequest('a', { signal: left.signal }));
    await settled();
    left.abort();
    expect((await waiting).outcome).toBe('miss');
  });

  it('is not answered by one that is too old for it, though another one takes it', async () => {
    const service = await start({ policy: { singleFlight: true } });
    await ask(service, chatRequest('old'), make);
    clock.advance(10_000);
    const [taken, anew] = await Promise.all([
      service.lookup(chatRequest('old')),
      service.lookup(chatRequest('old', controls({ 's-maxage': 5 }))),
    ]);
    expect([taken.outcome, anew.outcome]).toEqual(['hit', 'miss']);
  });

  it('of another tenant is not waited for', async () => {
    const service = await start({ policy: { singleFlight: true } });
    await service.lookup(chatRequest('a'));
    const other = { keyHash: 'k1', userId: undefined, teamId: 't2', endUser: undefined };
    expect((await service.lookup(chatRequest('a', { owner: other }))).outcome).toBe('miss');
  });
});

describe('embeddings', () => {
  const request = (input: string[], given: Partial<CacheableRequest> = {}): CacheableRequest =>
    chatRequest('', { kind: 'embeddings', callType: 'aembedding', body: { model: 'e', input }, ...given });
  const answerTo = (inputs: readonly string[]): string =>
    JSON.stringify({
      object: 'list',
      model: 'e',
      data: inputs.map((input, index) => ({ object: 'embedding', index, embedding: [input.length] })),
      usage: { prompt_tokens: inputs.join('').length, total_tokens: inputs.join('').length },
    });

  it('asks for the missing inputs alone, and gives all of them in their order', async () => {
    const service = await start();
    const first = await service.lookup(request(['a', 'bb']));
    if (first.outcome !== 'partial') throw new Error('expected a part');
    const bytes = answerTo(['a', 'bb']);
    // All of it was asked for: the provider's own bytes.
    expect(first.complete(bytes).toString()).toBe(bytes);
    const second = await service.lookup(request(['ccc', 'bb', 'dddd']));
    expect(second).toMatchObject({ outcome: 'partial', found: 1, missing: 2, body: { input: ['ccc', 'dddd'] } });
    if (second.outcome !== 'partial') throw new Error('expected a part');
    const joined = JSON.parse(second.complete(answerTo(['ccc', 'dddd'])).toString()) as {
      data: { embedding: number[] }[];
      usage: object;
    };
    expect(joined.data.map(({ embedding }) => embedding[0])).toEqual([3, 2, 4]);
    expect(joined.usage).toMatchObject({ prompt_tokens: 9, total_tokens: 9 });
    expect(await service.lookup(request(['dddd', 'a']))).toMatchObject({
      outcome: 'hit',
      answer: { usage: { promptTokens: 5 } },
    });
    expect(service.counts()).toMatchObject({ inputsFound: 3, inputsMissing: 4 });
  });

  it('keeps nothing where the request says so', async () => {
    const service = await start();
    const first = await service.lookup(request(['a'], controls({ 'no-store': true })));
    if (first.outcome === 'partial') first.complete(answerTo(['a']));
    expect((await service.lookup(request(['a']))).outcome).toBe('partial');
  });
});

describe('similar prompts', () => {
  const vectors: Record<string, number[]> = {
    'How old is the moon?': [1, 0, 0],
    'What is the age of the moon?': [0.98, 0.2, 0],
    'How far is the moon?': [0.5, 0.8, 0],
  };
  const asked: unknown[] = [];
  const models: ModelCaller = {
    call: ({ body, account, parentRequestId }) => {
      asked.push({ account: account.keyHash, parentRequestId });
      const embedding = vectors[String(body['input'])];
      if (!embedding) return Promise.reject(new Error('no vector'));
      return Promise.resolve({ requestId: 'r', answer: JSON.stringify({ data: [{ embedding }] }), headers: {} });
    },
  };
  const embedding: EmbeddingContext = {
    models,
    deploymentsOf: () => [madeUpDeployment()],
    account: { keyHash: 'k1', keyAlias: undefined, userId: undefined, teamId: undefined, tags: [] },
    requestId: 'r1',
  };
  const semantic = { embeddingModel: 'e', maxVectors: 100, qdrant: undefined };
  const startSemantic = () => start({ store: { semantic } });

  it('get the answer of one that is near enough, with how near it is', async () => {
    const service = await startSemantic();
    const first = await ask(service, chatRequest('How old is the moon?', { embedding }), make);
    const same = await ask(service, chatRequest('How old is the moon?', { embedding }), make);
    expect(same).toEqual({ text: first.text, hit: true, similarity: undefined });
    const similar = await ask(service, chatRequest('What is the age of the moon?', { embedding }), make);
    expect(similar).toMatchObject({ text: first.text, hit: true });
    expect(similar.similarity).toBeCloseTo(0.98, 2);
    expect((await ask(service, chatRequest('How far is the moon?', { embedding }), make)).hit).toBe(false);
    expect(service.counts()).toMatchObject({ semanticHits: 1 });
    expect(asked[0]).toEqual({ account: 'k1', parentRequestId: 'r1' });
  });

  it.each<[string, Partial<CacheableRequest>]>([
    ['another tenant', { owner: { keyHash: 'k1', userId: undefined, teamId: 't2', endUser: undefined } }],
    [
      'another setting',
      {
        body: { model: 'smart', temperature: 1, messages: [{ role: 'user', content: 'What is the age of the moon?' }] },
      },
    ],
    [
      'another conversation before it',
      {
        body: {
          model: 'smart',
          messages: [
            { role: 'system', content: 'Lie.' },
            { role: 'user', content: 'What is the age of the moon?' },
          ],
        },
      },
    ],
  ])('of %s do not', async (_what, other) => {
    const service = await startSemantic();
    await ask(service, chatRequest('How old is the moon?', { embedding }), make);
    expect((await ask(service, chatRequest('What is the age of the moon?', { embedding, ...other }), make)).hit).toBe(
      false,
    );
  });

  it('do without where no vector can be had', async () => {
    const service = await startSemantic();
    expect((await ask(service, chatRequest('unknown', { embedding }), make)).hit).toBe(false);
    const nowhere = { ...embedding, deploymentsOf: () => [] };
    expect((await ask(service, chatRequest('How old is the moon?', { embedding: nowhere }), make)).hit).toBe(false);
  });

  it('do not get an answer that is gone', async () => {
    const service = await startSemantic();
    await ask(service, chatRequest('How old is the moon?', { embedding }), make);
    clock.advance(60_001);
    expect((await ask(service, chatRequest('What is the age of the moon?', { embedding }), make)).hit).toBe(false);
  });
});

it('two tenants, 10,000 interleaved requests: each answer is one of its own', async () => {
  const canaries = { t1: 'canary-one', t2: 'canary-two' };
  const service = await start({ policy: { singleFlight: true } });
  const of = (teamId: 't1' | 't2'): Partial<CacheableRequest> => ({
    owner: { keyHash: 'same', userId: 'same', teamId, endUser: 'same' },
    ...controls({ namespace: 'same' }),
  });
  let hits = 0;
  const crossed: string[] = [];
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, async (_each, place) => {
        const teamId = (round + place) % 2 === 0 ? 't1' : 't2';
        const stream = place % 4 < 2;
        const asking = chatRequest(`question ${(round * 7 + place) % 150}`, { ...of(teamId), stream });
        const { text, hit } = await ask(service, asking, () => `{"said":"${canaries[teamId]}"}`);
        if (hit) hits += 1;
        if (!text.includes(canaries[teamId])) crossed.push(text);
      }),
    );
  }
  expect(crossed).toEqual([]);
  expect(hits).toBeGreaterThan(8_000);
});
