/** A kept answer goes to the client as it came, and no faster than the client reads. */
import type { AnswerSink, WholeAnswer } from '../core/spec/exchange.js';
import type { RecordedAnswer } from '../core/spec/response-cache.js';
import { replayAnswer } from './replay-answer.js';

class Sink implements AnswerSink<Buffer, Buffer> {
  readonly taken: string[] = [];
  readonly wholes: WholeAnswer<Buffer>[] = [];
  resume: (() => void) | undefined;
  isSlow = false;

  whole(answer: WholeAnswer<Buffer>): void {
    this.wholes.push(answer);
  }

  begin(_head: unknown, contentType?: string): void {
    this.taken.push(`begin ${contentType}`);
  }

  part(part: Buffer): boolean {
    this.taken.push(part.toString());
    return !this.isSlow;
  }

  onDrain(resume: () => void): void {
    this.resume = resume;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const answerOf = (given: Partial<RecordedAnswer>): RecordedAnswer => ({
  form: 'stream',
  parts: ['one', 'two', 'three'].map((text) => Buffer.from(text)),
  usage: { promptTokens: 1, completionTokens: 2 },
  storedAtMs: 0,
  expiresAtMs: 1,
  ...given,
});

it('gives a whole answer at once, with its content type and usage', async () => {
  const sink = new Sink();
  const whole = answerOf({ form: 'whole', parts: [Buffer.from('WEBVTT')], contentType: 'text/vtt' });
  expect(await replayAnswer(whole, sink)).toBe(true);
  expect(sink.wholes).toEqual([{ answer: Buffer.from('WEBVTT'), contentType: 'text/vtt', usage: whole.usage }]);
});

it('gives a stream part by part', async () => {
  const sink = new Sink();
  expect(await replayAnswer(answerOf({ contentType: 'text/event-stream' }), sink)).toBe(true);
  expect(sink.taken).toEqual(['begin text/event-stream', 'one', 'two', 'three']);
});

it('waits for a client that reads slowly', async () => {
  const sink = new Sink();
  sink.isSlow = true;
  const replayed = replayAnswer(answerOf({}), sink);
  await settled();
  expect(sink.taken.slice(1)).toEqual(['one']);
  sink.isSlow = false;
  sink.resume?.();
  expect(await replayed).toBe(true);
  expect(sink.taken.slice(1)).toEqual(['one', 'two', 'three']);
});

it('ends when its client has left, in the middle of a wait too', async () => {
  const sink = new Sink();
  sink.isSlow = true;
  const left = new AbortController();
  const replayed = replayAnswer(answerOf({}), sink, left.signal);
  await settled();
  left.abort();
  expect(await replayed).toBe(false);
  expect(sink.taken.slice(1)).toEqual(['one']);
});
