/** A stream that goes on elsewhere reads as one answer: one id, one role, one text without a seam. */
import type { ChatCompletionChunk, ChatCompletionRequest, ChatDelta } from '../../core/schema/openai/chat.js';
import type { AnswerFormat, ChatCall } from '../../core/spec/index.js';
import { isContinuable, StreamContinuation } from './stream-continuation.js';

const call = { body: { model: 'smart', messages: [{ role: 'user', content: 'Count' }] } } as unknown as ChatCall;

function chunk(delta: ChatDelta, given: { id?: string; finish?: 'stop' | null } = {}): ChatCompletionChunk {
  const { id = 'one', finish = null } = given;
  return { id, object: 'chat.completion.chunk', created: id === 'one' ? 1 : 2, model: `model-${id}`, choices: [{ index: 0, delta, finish_reason: finish }] }; // prettier-ignore
}

function play() {
  const sent: ChatCompletionChunk[] = [];
  const tails: unknown[] = [];
  const inner: AnswerFormat<string, string> = {
    whole: () => '',
    part: (chunks) => (sent.push(...chunks), ''),
    tail: (last, usage) => (tails.push([last?.id, usage]), ''),
  };
  const continuation = new StreamContinuation(inner);
  const attempt = () => continuation.next(call);
  const textOf = (): string => sent.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
  return { continuation, attempt, sent, tails, textOf };
}

it('hands what has been sent to the next deployment as the beginning of its own answer', () => {
  const { attempt } = play();
  const first = attempt();
  expect(first.call).toBe(call);
  first.format.part([
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'One, ' }),
    chunk({ content: 'two' }),
  ]);
  expect(attempt().call.body.messages).toEqual([...call.body.messages, { role: 'assistant', content: 'One, two' }]);
});

it('reads as one answer', () => {
  const { attempt, sent, tails, textOf } = play();
  attempt().format.part([chunk({ role: 'assistant', content: '' }), chunk({ content: 'One,' })]);
  const { format } = attempt();
  format.part([chunk({ role: 'assistant', content: '' }, { id: 'two' }), chunk({ content: ' two' }, { id: 'two' })]);
  format.part([chunk({}, { id: 'two', finish: 'stop' })]);
  format.tail(chunk({}, { id: 'two', finish: 'stop' }), { promptTokens: 1, completionTokens: 1 });
  expect(textOf()).toBe('One, two');
  expect(sent.map(({ id, created, model }) => [id, created, model])).toEqual(Array(4).fill(['one', 1, 'model-one']));
  expect(sent.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
  expect(tails).toEqual([['one', { promptTokens: 1, completionTokens: 1 }]]);
});

it('begins anew where nothing but the role has been sent', () => {
  const { attempt, sent } = play();
  attempt().format.part([chunk({ role: 'assistant', content: '' })]);
  const again = attempt();
  expect(again.call).toBe(call);
  again.format.part([
    chunk({ role: 'assistant', content: '' }, { id: 'two' }),
    chunk({ content: 'One' }, { id: 'two' }),
  ]);
  expect(sent.map(({ choices }) => choices[0]?.delta)).toEqual([
    { role: 'assistant', content: '' },
    { content: 'One' },
  ]);
});

it('has no second space where one was sent before the break', () => {
  const { attempt, textOf } = play();
  attempt().format.part([chunk({ content: 'One, ' })]);
  const { format } = attempt();
  format.part([chunk({ content: ' ' }, { id: 'two' }), chunk({ content: ' two' }, { id: 'two' }), chunk({ content: ' three' }, { id: 'two' })]); // prettier-ignore
  expect(textOf()).toBe('One, two three');
});

it.each<[string, ChatDelta, 'stop' | null]>([
  ['a call of a tool', { tool_calls: [{ index: 0, id: 'c' }] }, null],
  ['reasoning', { reasoning_content: 'hm' }, null],
  ['a refusal', { refusal: 'no' }, null],
  ['the end', {}, 'stop'],
])('is over once %s has been sent', (_what, delta, finish) => {
  const { continuation, attempt } = play();
  expect(continuation.isOpen).toBe(true);
  attempt().format.part([chunk(delta, { finish })]);
  expect(continuation.isOpen).toBe(false);
});

it.each<[Partial<ChatCompletionRequest>, boolean]>([
  [{}, true],
  [{ n: 1, tools: [], response_format: { type: 'text' } }, true],
  [{ n: 2 }, false],
  [{ tools: [{ type: 'function', function: { name: 'f' } }] }, false],
  [{ response_format: { type: 'json_object' } }, false],
  [{ logprobs: true }, false],
  [{ modalities: ['audio'] }, false],
])('is for plain texts: %j %s', (given, expected) => {
  expect(isContinuable({ ...call.body, ...given })).toBe(expected);
});
