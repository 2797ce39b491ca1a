/** Hub answers as Google's clients read them, whole and streamed. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { GeminiAnswer } from '../../schema/google/generate-content.js';
import type {
  AssistantMessage,
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  FinishReason,
} from '../../schema/openai/chat.js';
import { geminiErrorBody, geminiErrorEvent } from './format-error.js';
import { GenerateContentFormat } from './format.js';

const context = { model: 'm', responseId: 'gen_1' };

function whole(
  message: Partial<AssistantMessage>,
  finish: FinishReason = 'stop',
  usage?: ChatCompletion['usage'],
): GeminiAnswer {
  const choices = [
    { index: 0, message: { role: 'assistant' as const, content: null, ...message }, finish_reason: finish },
  ];
  const completion = {
    id: 'c1',
    object: 'chat.completion' as const,
    created: 1,
    model: 'm-1',
    choices,
    ...(usage && { usage }),
  };
  return JSON.parse(new GenerateContentFormat(context).whole(completion)) as GeminiAnswer;
}

const chunk = (delta: ChatDelta, finish: FinishReason | null = null, index = 0): ChatCompletionChunk => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm-1',
  choices: [{ index, delta, finish_reason: finish }],
});

function streamed(chunks: readonly ChatCompletionChunk[]): GeminiAnswer[] {
  const format = new GenerateContentFormat(context);
  const text =
    chunks.map((each) => format.part([each])).join('') +
    format.tail(undefined, { promptTokens: 10, completionTokens: 5, reasoningTokens: 2, cachedTokens: 4 });
  return text
    .trimEnd()
    .split('\n\n')
    .map((event) => JSON.parse(event.slice('data: '.length)) as GeminiAnswer);
}

const counts = {
  promptTokenCount: 10,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 2,
  cachedContentTokenCount: 4,
  totalTokenCount: 15,
};

describe('a whole answer', () => {
  it('has thoughts, text, pictures and calls as parts, and its counts', () => {
    const answer = whole(
      {
        content: 'Paris',
        thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: 'sig' }],
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }],
      },
      'tool_calls',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    );
    expect(answer).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Hm', thought: true, thoughtSignature: 'sig' },
              { text: 'Paris' },
              { inlineData: { mimeType: 'image/png', data: 'AA' } },
              { functionCall: { id: 't1', name: 'f', args: { a: 1 } } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: counts,
      modelVersion: 'm-1',
      responseId: 'c1',
    });
  });

  it.each([
    ['length', 'MAX_TOKENS'],
    ['content_filter', 'SAFETY'],
    ['stop', 'STOP'],
  ] as const)('that ended by %s says %s', (finish, reason) => {
    expect(whole({ content: 'x' }, finish).candidates?.[0]?.finishReason).toBe(reason);
  });
});

describe('a stream', () => {
  it('tells texts as they come, calls whole, and the end with the counts last', () => {
    const events = streamed([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'Hm' }),
      chunk({ thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: 'sig' }] }),
      chunk({ content: 'Par' }),
      chunk({ tool_calls: [{ index: 0, id: 't1', type: 'function', function: { name: 'f', arguments: '{"a"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      chunk({}, 'tool_calls'),
    ]);
    expect(events.map(({ candidates }) => candidates?.[0]?.content?.parts)).toEqual([
      [{ text: 'Hm', thought: true }],
      [{ text: '', thought: true, thoughtSignature: 'sig' }],
      [{ text: 'Par' }],
      [{ functionCall: { id: 't1', name: 'f', args: { a: 1 } } }],
    ]);
    expect(events.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: counts,
      responseId: 'c1',
    });
    expect(events.slice(0, -1).every(({ candidates }) => candidates?.[0]?.finishReason === undefined)).toBe(true);
  });

  it('ends each of several answers', () => {
    const [, , last] = streamed([
      chunk({ content: 'a' }),
      chunk({ content: 'b' }, null, 1),
      chunk({}, 'length'),
      chunk({}, 'stop', 1),
    ]);
    expect(last?.candidates?.map(({ index, finishReason }) => [index, finishReason])).toEqual([
      [0, 'MAX_TOKENS'],
      [1, 'STOP'],
    ]);
  });
});

it.each([
  [400, 'INVALID_ARGUMENT'],
  [418, 'FAILED_PRECONDITION'],
  [429, 'RESOURCE_EXHAUSTED'],
  [502, 'INTERNAL'],
  [503, 'UNAVAILABLE'],
])('says of an error with the status %d that it is %s', (status, name) => {
  const error = new GatewayError('upstream_internal', { status, message: 'no', detail: 'secret' });
  expect(JSON.parse(geminiErrorBody(error))).toEqual({ error: { code: status, message: 'no', status: name } });
  expect(geminiErrorEvent(error)).toBe(`data: ${geminiErrorBody(error)}\n\n`);
});
