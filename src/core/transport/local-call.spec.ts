/** Answers from within the process: the same guarantees towards the client as a provider's. */
import fc from 'fast-check';
import { openAiChatFormat } from '../dialects/openai-chat/format.js';
import { GatewayError } from '../errors/gateway-error.js';
import { localAnswer } from '../providers/demo/local-answer.js';
import type { ChatCompletionChunk } from '../schema/openai/chat.js';
import { plainParameters, type AnswerSink, type ChatCall, type WholeAnswer } from '../spec/index.js';
import { FakeClock } from '../testing/fake-clock.js';
import { LocalCall } from './local-call.js';

const usage = { promptTokens: 3, completionTokens: 4 };

class RecordingSink implements AnswerSink<string, string> {
  readonly given: string[] = [];
  resume: (() => void) | undefined;
  full = false;
  onPart: () => void = () => undefined;

  whole({ answer }: WholeAnswer<string>): void {
    this.given.push(answer);
  }
  begin(): void {
    this.given.push('begin');
  }
  part(part: string): boolean {
    this.given.push(part);
    this.onPart();
    return !this.full;
  }
  onDrain(resume: () => void): void {
    this.resume = resume;
  }
}

function callOf(stream: boolean, wantsUsage = false): ChatCall {
  return {
    body: {
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      ...(wantsUsage && { stream_options: { include_usage: true } }),
    },
    model: 'm',
    stream,
    endpoint: { origin: '', basePath: '' },
    parameters: plainParameters,
    created: 7,
    responseId: 'chatcmpl-1',
  };
}

function make(text: string, call: ChatCall) {
  const sink = new RecordingSink();
  const local = { answer: (asked: ChatCall) => localAnswer(asked, text, usage) };
  return { sink, call: new LocalCall(local, call, openAiChatFormat, sink, new FakeClock()) };
}

function chunksIn(given: readonly string[]): ChatCompletionChunk[] {
  return given
    .join('')
    .split('\n\n')
    .filter((event) => event.includes('data: {'))
    .map((event) => JSON.parse(event.slice(event.indexOf('{'))) as ChatCompletionChunk);
}

async function untilPaused(sink: RecordingSink): Promise<void> {
  for (let turn = 0; turn < 20 && sink.resume === undefined; turn += 1) await Promise.resolve();
}

it('answers whole, with its usage, and counts as begun from then on', async () => {
  const { sink, call } = make('Hello there', callOf(false));
  expect(call.begun).toBe(false);
  await call.run();
  expect(JSON.parse(sink.given[0] ?? '')).toMatchObject({ choices: [{ message: { content: 'Hello there' } }] });
  expect([sink.given.length, call.begun, call.usage]).toEqual([1, true, usage]);
});

it('streams a role, the text word by word, one finish reason and the end marker', async () => {
  const { sink, call } = make('Hello you there', callOf(true));
  await call.run();
  const chunks = chunksIn(sink.given);
  expect(sink.given[0]).toBe('begin');
  expect(sink.given.at(-1)).toBe('data: [DONE]\n\n');
  expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
    { role: 'assistant', content: '' },
    { content: 'Hello' },
    { content: ' you' },
    { content: ' there' },
    {},
  ]);
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, null, null, 'stop']);
  expect([call.contentEvents, call.usage]).toEqual([5, usage]);
});

it('streams the very text that it would have answered whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom('a', 'é', '🦄', ' ', '\n', '\t', '.') }), async (text) => {
      fc.pre(text.trim() !== '');
      const { sink, call } = make(text, callOf(true));
      await call.run();
      expect(chunksIn(sink.given).map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(text); // prettier-ignore
    }),
  );
});

it('sends a usage chunk only to a client that asked for one', async () => {
  const without = make('Hello', callOf(true));
  const asked = make('Hello', callOf(true, true));
  await Promise.all([without.call.run(), asked.call.run()]);
  expect(without.sink.given.join('')).not.toContain('"usage"');
  expect(chunksIn(asked.sink.given).at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  });
});

it('waits for a slow client and goes on where it stopped', async () => {
  const { sink, call } = make('one two', callOf(true));
  sink.full = true;
  const running = call.run();
  await untilPaused(sink);
  expect(sink.given).toHaveLength(2);
  sink.full = false;
  sink.resume?.();
  await running;
  expect(sink.given.at(-1)).toContain('[DONE]');
});

it('ends for a client that leaves while it is slow, though it will never catch up', async () => {
  const { sink, call } = make('one two', callOf(true));
  const left = new GatewayError('client_closed');
  sink.full = true;
  let outcome: unknown = 'it hangs';
  call.run().then(
    () => (outcome = 'done'),
    (error: unknown) => (outcome = error),
  );
  await untilPaused(sink);
  call.abort(left);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  expect(outcome).toBe(left);
  expect([sink.given.length, call.usage]).toEqual([2, undefined]);
});

it('sends nothing more after an abort from within the sink', async () => {
  const { sink, call } = make('one two three', callOf(true));
  const left = new GatewayError('client_closed');
  sink.onPart = () => call.abort(left);
  await expect(call.run()).rejects.toBe(left);
  expect(sink.given).toHaveLength(2);
});

it('answers nothing where it was aborted before it ran', async () => {
  const { sink, call } = make('one', callOf(false));
  const left = new GatewayError('client_closed');
  call.abort(left);
  await expect(call.run()).rejects.toBe(left);
  expect([sink.given, call.begun, call.sentAt]).toEqual([[], false, undefined]);
});
