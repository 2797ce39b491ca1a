/** Hub answers as an OpenAI client reads them. */
import type { ChatCompletion, ChatCompletionChunk } from '../../schema/openai/chat.js';
import { toChatUsage } from '../../schema/openai/chat-usage.js';
import { openAiChatFormat } from './format.js';

const chunk = (content: string): ChatCompletionChunk => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 7,
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});
const usage = { promptTokens: 10, completionTokens: 5 };

it('writes each chunk as one event, also where a text holds line ends', () => {
  const text = openAiChatFormat.part([chunk('a\n\ndata: [DONE]\n\n'), chunk('b\r\n')]);
  const events = text.split('\n\n');
  expect(events).toHaveLength(3);
  expect(events.slice(0, 2).map((event) => JSON.parse(event.slice('data: '.length)) as unknown)).toEqual([
    chunk('a\n\ndata: [DONE]\n\n'),
    chunk('b\r\n'),
  ]);
  expect(events[2]).toBe('');
  expect(openAiChatFormat.part([chunk('x')])).toBe(`data: ${JSON.stringify(chunk('x'))}\n\n`);
});

it('closes a stream with the end marker, and with the usage before it where that is given', () => {
  expect(openAiChatFormat.tail(chunk('x'), undefined)).toBe('data: [DONE]\n\n');
  const [event, done] = openAiChatFormat.tail(chunk('x'), usage).split('\n\n');
  expect(done).toBe('data: [DONE]');
  expect(JSON.parse((event ?? '').slice(6))).toEqual({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 7,
    model: 'm',
    choices: [],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
});

it('writes a whole answer as its JSON', () => {
  const completion: ChatCompletion = {
    id: 'x',
    object: 'chat.completion',
    created: 7,
    model: 'm',
    choices: [],
    own: 1,
  };
  expect(JSON.parse(openAiChatFormat.whole(completion))).toEqual(completion);
});

it.each([
  ['nothing but totals', {}, {}],
  ['a cache that was not hit', { cachedTokens: 0 }, { prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 } }],
  ['cache reads', { cachedTokens: 4 }, { prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 }, cache_read_input_tokens: 4 }], // prettier-ignore
  ['cache writes of both lifetimes', { cacheCreationTokens: 2, cacheCreation1hTokens: 3 }, { cache_creation_input_tokens: 5, cache_read_input_tokens: 0 }], // prettier-ignore
  ['reasoning', { reasoningTokens: 3 }, { completion_tokens_details: { reasoning_tokens: 3, audio_tokens: 0 } }],
  ['audio', { audioPromptTokens: 1, audioCompletionTokens: 2 }, { prompt_tokens_details: { cached_tokens: 0, audio_tokens: 1 }, completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 2 } }], // prettier-ignore
])('writes the usage of %s', (_what, given, expected) => {
  expect(toChatUsage({ ...usage, ...given })).toEqual({
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    ...expected,
  });
});
