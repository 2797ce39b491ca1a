/** Which requests have the same key: every known parameter is walked, and each is decided. */
import fc from 'fast-check';
import { providerRegistry } from '../providers/registry.js';
import type { AnswerKind } from '../spec/index.js';
import { answerKey, bucketKey, inputKeys, type KeyedRequest } from './answer-key.js';

const request: KeyedRequest = {
  tenant: 'team:a',
  modelGroup: 'smart',
  servedBy: 'print',
  kind: 'openai-chat',
  stream: false,
  body: { model: 'smart', messages: [{ role: 'user', content: 'Hello' }], temperature: 0.5 },
};
const keyWith = (members: object, more: Partial<KeyedRequest> = {}): Promise<string | undefined> =>
  answerKey({ ...request, ...more, body: { ...request.body, ...members } });

/** Parameters by which the answer does not change: all others that anybody knows do change the key. */
const irrelevant = new Set([
  ...['user', 'safety_identifier', 'metadata', 'prompt_cache_key', 'prompt_cache_retention', 'stream', 'model'],
  ...['litellm_metadata', 'litellm_session_id', 'litellm_trace_id', 'litellm_call_id', 'tags', 'cache', 'caching'],
  ...['timeout', 'request_timeout', 'stream_timeout', 'num_retries', 'max_retries', 'priority', 'ttl'],
  ...['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks', 'disable_fallbacks'],
  // Of streams alone.
  'stream_options',
]);

const ofProviders = new Set<string>();
for (const id of providerRegistry.ids) {
  for (const name of providerRegistry.find(id)?.chat?.supportedParams('gpt-4o') ?? []) ofProviders.add(name);
}
const ofOtherDialects = [
  ...['system', 'max_tokens', 'stop_sequences', 'thinking', 'output_config', 'top_k', 'tools', 'tool_choice'],
  ...[
    'input',
    'instructions',
    'max_output_tokens',
    'previous_response_id',
    'reasoning',
    'text',
    'truncation',
    'include',
  ],
  ...['contents', 'systemInstruction', 'generationConfig', 'safetySettings', 'toolConfig', 'cachedContent'],
  ...['prompt', 'suffix', 'echo', 'best_of', 'dimensions', 'encoding_format', 'query', 'documents', 'top_n'],
  ...['rank_fields', 'return_documents', 'max_chunks_per_doc', 'language', 'response_format', 'translate'],
  ...['timestamp_granularities', 'guardrails', 'allowed_model_region', 'extra_headers', 'anything_else'],
];
const known = [...new Set([...ofProviders, ...ofOtherDialects, ...irrelevant])].sort();

it('knows the parameters of all providers', () => {
  expect(ofProviders.size).toBeGreaterThan(30);
});

it.each(known.filter((name) => !(name in request.body) || irrelevant.has(name)))('decides on %s', async (name) => {
  const plain = await answerKey(request);
  const [one, other] = [await keyWith({ [name]: 'one' }), await keyWith({ [name]: 'other' })];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  if (irrelevant.has(name)) expect([one, other]).toEqual([plain, plain]);
  else expect(new Set([plain, one, other]).size).toBe(3);
});

it('does not change by the order of members or by those without effect, and does by any other value', async () => {
  const values = fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6 });
  const noise = fc.dictionary(fc.constantFrom(...irrelevant), fc.jsonValue(), { maxKeys: 6 });
  await fc.assert(
    fc.asyncProperty(values, noise, fc.string(), async (members, irrelevants, text) => {
      const key = await keyWith({ ...members, seen: 'before' });
      fc.pre(key !== undefined);
      const reversed = Object.fromEntries(Object.entries({ ...request.body, ...members, seen: 'before' }).reverse());
      expect(await answerKey({ ...request, body: { ...reversed, ...irrelevants } })).toBe(key);
      expect((await keyWith({ ...members, seen: 'before' })) === (await keyWith({ ...members, seen: text }))).toBe(
        text === 'before',
      );
    }),
  );
});

it.each<[string, Partial<KeyedRequest>]>([
  ['another tenant', { tenant: 'team:b' }],
  ['another namespace', { namespace: 'mine' }],
  ['another model group', { modelGroup: 'cheap' }],
  ['a group that is made of other models', { servedBy: 'other' }],
  ['another kind', { kind: 'openai-responses' }],
  ['a stream', { stream: true }],
  ['a header of the dialect', { headers: { 'anthropic-beta': 'context-1m' } }],
])('is another one for %s', async (_what, more) => {
  expect(await keyWith({}, more)).not.toBe(await answerKey(request));
});

it('cannot be brought to look like another tenant’s by a namespace', async () => {
  const one = await keyWith({}, { tenant: 'a', namespace: 'b","c' });
  const other = await keyWith({}, { tenant: 'a","b', namespace: 'c' });
  expect(one).not.toBe(other);
});

it('counts the options of a stream where there is one', async () => {
  const options = { stream_options: { include_usage: true } };
  expect(await keyWith(options, { stream: true })).not.toBe(await keyWith({}, { stream: true }));
});

it('takes null for a member that is left out', async () => {
  expect(await keyWith({ top_p: null })).toBe(await answerKey(request));
});

it('counts what the Responses API repeats in its answers', async () => {
  const kind: AnswerKind = 'openai-responses';
  expect(await keyWith({ metadata: { a: 'b' } }, { kind })).not.toBe(await keyWith({}, { kind }));
});

it.each([
  ['a completion that the provider keeps', { store: true }],
  ['a background response', { background: true }],
  ['a turn of a conversation', { conversation: 'conv_1' }],
  ['a made-up answer', { mock_response: 'Hi' }],
  ['a test of fallbacks', { mock_testing_fallbacks: true }],
  ['a request whose client wants nothing logged', { turn_off_message_logging: true }],
  ['a seed that a double does not hold', { seed: JSON.parse('9007199254740993') as number }],
])('there is none for %s', async (_what, members) => {
  expect(await keyWith(members)).toBeUndefined();
});

describe('files', () => {
  const bytes = Buffer.from('sound');
  const keyOf = (file: object): Promise<string | undefined> =>
    answerKey({ ...request, kind: 'transcription', body: { model: 'whisper', file } });
  const stored = (content: Buffer): object => ({
    name: 'b.mp3',
    contentType: 'audio/mpeg',
    salt: 'x',
    source: {
      size: content.length,
      read: async function* () {
        yield content.subarray(0, 2);
        yield content.subarray(2);
      },
    },
  });

  it('count by their content, wherever it is and whatever their name', async () => {
    const key = await keyOf({ name: 'a.mp3', contentType: 'audio/mpeg', bytes });
    expect(await keyOf(stored(bytes))).toBe(key);
    expect(await keyOf(stored(Buffer.from('other')))).not.toBe(key);
  });
});

it('gives each input of a list the key that it has alone', () => {
  const embeddings: KeyedRequest = { ...request, kind: 'embeddings', body: { model: 'e', input: ['a', 'b', 'a'] } };
  const [a, b, again] = inputKeys(embeddings, ['a', 'b', 'a']);
  expect(again).toBe(a);
  expect(b).not.toBe(a);
  expect(inputKeys({ ...embeddings, body: { model: 'e', input: 'a' } }, ['a'])[0]).toBe(a);
  expect(inputKeys({ ...embeddings, body: { model: 'e', input: 'a', dimensions: 5 } }, ['a'])[0]).not.toBe(a);
});

it('has buckets that are no keys, one for each tenant and setting', async () => {
  const bucket = bucketKey(request);
  const asks = (members: object): KeyedRequest => ({ ...request, body: { ...request.body, ...members } });
  expect(bucket).not.toBe(await answerKey(request));
  expect(bucketKey(asks({ user: 'somebody' }))).toBe(bucket);
  expect(bucketKey(asks({ temperature: 1 }))).not.toBe(bucket);
  expect(bucketKey({ ...request, tenant: 'team:b' })).not.toBe(bucket);
});
