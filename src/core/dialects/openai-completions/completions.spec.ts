/** Text completions before models that only chat: the prompt is what the user says, the answer is a text. */
import type { ChatCompletion, ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import type { CompletionRequest, TextCompletion } from '../../schema/openai/completions.js';
import { openAiCompletions } from './index.js';

const toHub = (body: Partial<CompletionRequest>) =>
  openAiCompletions.toHub({ model: 'm', prompt: 'Once', ...body }, { supported: new Set() });
const read = (body: unknown, model?: string) =>
  openAiCompletions.read(Buffer.from(JSON.stringify(body)), model === undefined ? undefined : { model });

it.each([
  [{ prompt: 'Once' }, {}],
  [{ prompt: ['Once'] }, {}],
  [{ echo: true, best_of: 1, user: null }, {}],
  [
    { max_tokens: 3, suffix: ' end', logprobs: 2 },
    { max_tokens: 3, suffix: ' end', logprobs: true, top_logprobs: 2 },
  ],
  [{ logprobs: 0 }, { logprobs: true }],
])('%j is a question', (body, rest) => {
  expect(toHub(body as Partial<CompletionRequest>)).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Once' }],
    ...rest,
  });
});

it.each([
  [{ prompt: ['a', 'b'] }, 'one by one'],
  [{ prompt: [1, 2] }, 'token ids'],
  [{ prompt: [[1], [2]] }, 'token ids'],
  [{ best_of: 3 }, 'best_of'],
])('%j cannot be asked', (body, said) => {
  expect(() => toHub(body)).toThrow(said);
});

it.each([
  [{ model: 'm' }, 'prompt'],
  [{ model: 'm', prompt: [] }, 'prompt'],
  [{ model: 'm', prompt: 'x', stream: 'yes' }, 'stream'],
  [{ model: 'm', prompt: 'x', n: -1 }, 'n'],
  [{ model: 'm', prompt: 'x', max_tokens: 1.5 }, 'max_tokens'],
  [{ model: 'm', prompt: 'x', stream_options: 1 }, 'stream_options'],
  [{ prompt: 'x' }, 'model'],
])('%j is no request', (body, param) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
});

it('takes the model of the path', () => {
  expect(read({ prompt: 'x', stream: true }, 'gpt')).toMatchObject({ body: { model: 'gpt' }, stream: true });
});

const context = (echo?: boolean) => ({
  body: { model: 'm', prompt: 'Once', echo: echo ?? null },
  model: 'm',
  responseId: 'r',
  created: 1,
});
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

it('is a text, after the prompt where that is wanted', () => {
  const completion: ChatCompletion = {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, message: { role: 'assistant', content: ' upon' }, finish_reason: 'tool_calls' }],
    usage,
  };
  expect(JSON.parse(openAiCompletions.format(context(true)).whole(completion))).toEqual({
    id: 'c',
    object: 'text_completion',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, text: 'Once upon', logprobs: null, finish_reason: 'stop' }],
    usage,
  });
});

it('streams texts alone, the prompt before the first, and the counts where they are asked for', () => {
  const chunk = (delta: ChatDelta, finish: FinishReason | null = null): ChatCompletionChunk => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const format = openAiCompletions.format(context(true));
  const last = chunk({}, 'stop');
  const text =
    format.part([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'Hm' }),
      chunk({ content: ' upon' }),
    ]) +
    format.part([chunk({ content: ' a' }), last]) +
    format.tail(last, { promptTokens: 1, completionTokens: 2 });
  const events = text
    .trimEnd()
    .split('\n\n')
    .map((event) => event.slice('data: '.length));
  expect(events.pop()).toBe('[DONE]');
  const parsed = events.map((event) => JSON.parse(event) as TextCompletion);
  expect(parsed.map(({ choices: [choice] }) => [choice?.text, choice?.finish_reason])).toEqual([
    ['Once upon', null],
    [' a', null],
    ['', 'stop'],
    [undefined, undefined],
  ]);
  expect(parsed.at(-1)?.usage).toEqual(usage);
  expect(format.tail(last, undefined)).toBe('data: [DONE]\n\n');
});
