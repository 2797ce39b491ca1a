/** Answers that may be streams or whole: seen by their head, given on from their first byte, and broken off where they break off. */
import { gzipSync } from 'node:zlib';
import { SoundStream } from '../providers/openai-compatible/endpoints/sound-stream.js';
import type { StreamTranslation, Translation } from '../spec/index.js';
import { json, settle, start, translation } from '../testing/started-call.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const spoken = { promptTokens: 0, completionTokens: 0, inputCharacters: 5 };

class Sound implements StreamTranslation<string> {
  readonly opaque = true;
  readonly finished = false;
  readonly contentEvents = 0;
  readonly contentType = 'audio/mpeg';
  readonly beforeFault = undefined;
  private readonly stream = new SoundStream('acme', 'audio/mpeg', spoken);

  get usage() {
    return this.stream.usage;
  }

  push(bytes: Buffer): string | undefined {
    return this.stream.push(bytes)?.toString();
  }

  end(): undefined {
    this.stream.end();
  }
}

const mayStream: Translation<string, string> = {
  ...translation,
  openAnswer: ({ headers }) => (headers['content-type'] === 'audio/mpeg' ? new Sound() : undefined),
};
const sound = { 'content-type': 'audio/mpeg' };
const begin = (more: Parameters<typeof start>[1] = {}) => start(true, more, {}, mayStream);

it('gives sound on from its first byte, without waiting for what a stream of text would show first', async () => {
  const { call, upstream, sink, outcome } = begin({ firstTokenTimeoutMs: 1_000 });
  upstream.last.head(200, sound);
  expect([call.begun, call.usage]).toEqual([false, undefined]);
  upstream.last.data('so');
  expect([sink.given, call.begun, call.usage]).toEqual([['begin 200 audio/mpeg', 'so'], true, spoken]);
  jest.advanceTimersByTime(2_000);
  upstream.last.data('und').end();
  await settle();
  expect([outcome(), sink.given]).toEqual(['done', ['begin 200 audio/mpeg', 'so', 'und']]);
  expect(call.received).toHaveLength(0);
  expect(jest.getTimerCount()).toBe(0);
});

it('pauses the provider of sound while its reader is slow', () => {
  const { upstream, sink } = begin();
  sink.full = true;
  upstream.last.head(200, sound).data('so').data('und');
  expect([upstream.last.paused, sink.given]).toEqual([true, ['begin 200 audio/mpeg', 'so']]);
  sink.drain();
  expect(sink.given).toEqual(['begin 200 audio/mpeg', 'so', 'und']);
});

it('fails where sound breaks off, and keeps what it has cost', async () => {
  const { call, upstream, outcome } = begin();
  upstream.last.head(200, sound).data('so').error(new Error('reset'));
  await settle();
  expect(outcome()).toMatch(/^upstream_/);
  expect([call.begun, call.usage]).toEqual([true, spoken]);
});

it.each([
  ['no sound at all', (last: ReturnType<typeof begin>['upstream']['last']) => last.head(200, sound).end()],
  [
    'an error in place of sound',
    (last: ReturnType<typeof begin>['upstream']['last']) => last.head(200, json).data('error').end(),
  ],
])('%s may still be tried elsewhere, and costs nothing', async (_what, play) => {
  const { call, upstream, sink, outcome } = begin();
  play(upstream.last);
  await settle();
  expect(outcome()).toMatch(/^upstream_/);
  expect([call.begun, call.usage, sink.given]).toEqual([false, undefined, []]);
});

it('takes a whole answer where the provider does not stream', async () => {
  const { upstream, sink, outcome } = begin();
  upstream.last.head(200, json).data('text').end();
  await settle();
  expect([outcome(), sink.given]).toEqual(['done', ['whole 200 text']]);
});

it('reads what is compressed as a whole', async () => {
  jest.useRealTimers();
  const { upstream, sink, outcome } = begin();
  upstream.last
    .head(200, { ...sound, 'content-encoding': 'gzip' })
    .data(gzipSync('sound'))
    .end();
  while (outcome() === undefined) await new Promise((resolve) => setImmediate(resolve));
  expect(sink.given).toEqual(['whole 200 sound']);
});
