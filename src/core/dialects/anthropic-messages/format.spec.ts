/** Hub answers as Anthropic's clients read them: the official SDK assembles the events that are written here. */
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { ChatCompletion, ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { anthropicErrorBody, anthropicErrorEvent } from './format-error.js';
import { MessagesFormat } from './format.js';

const usage = { promptTokens: 20, completionTokens: 9, cachedTokens: 4, cacheCreationTokens: 6 };

function chunk(delta: ChatDelta, finish: FinishReason | null = null, index = 0): ChatCompletionChunk {
  const choices = [{ index, delta, finish_reason: finish }];
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 7, model: 'm-1', choices };
}

function write(chunks: readonly ChatCompletionChunk[]): string {
  const format = new MessagesFormat();
  return chunks.map((each) => format.part([each])).join('') + format.tail(chunks.at(-1), usage);
}

function eventsIn(text: string): { type: string; [member: string]: unknown }[] {
  const events = text.split('\n\n').filter((event) => event !== '');
  return events.map((event) => {
    const [name = '', data = ''] = event.split('\n');
    const parsed = JSON.parse(data.slice('data: '.length)) as { type: string };
    expect(name).toBe(`event: ${parsed.type}`);
    return parsed;
  });
}

/** The message as Anthropic's own SDK puts it together. */
async function assembled(text: string): Promise<unknown> {
  const lines = eventsIn(text).map((event) => `${JSON.stringify(event)}\n`);
  const body = new ReadableStream({
    start(controller) {
      for (const line of lines) controller.enqueue(new TextEncoder().encode(line));
      controller.close();
    },
  });
  return MessageStream.fromReadableStream(body).finalMessage();
}

const call = (index: number, id: string, name: string) => ({
  tool_calls: [{ index, id, type: 'function' as const, function: { name, arguments: '' } }],
});
const args = (index: number, text: string) => ({ tool_calls: [{ index, function: { arguments: text } }] });

describe('a stream', () => {
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Let me ' }),
    chunk({ reasoning_content: 'see.' }),
    chunk({ thinking_blocks: [{ type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' }] }),
    chunk({ thinking_blocks: [{ type: 'redacted_thinking', data: 'x' }] }),
    chunk({ content: 'Checking' }),
    chunk({ content: '.' }),
    chunk({ content: 'another answer' }, null, 1),
    chunk(call(0, 'call_1', 'get_weather')),
    chunk(args(0, '{"city":')),
    chunk(args(0, '"Oslo"}')),
    chunk(call(1, 'call_2', 'get_time')),
    chunk({}, 'tool_calls'),
  ];

  it('opens, continues and closes its blocks in the documented order', () => {
    expect(
      eventsIn(write(chunks)).map(({ type, index }) => (index === undefined ? type : `${type} ${index as number}`)),
    ).toEqual([
      'message_start',
      ...[
        'content_block_start 0',
        'ping',
        'content_block_delta 0',
        'content_block_delta 0',
        'content_block_delta 0',
        'content_block_stop 0',
      ],
      ...['content_block_start 1', 'content_block_stop 1'],
      ...['content_block_start 2', 'content_block_delta 2', 'content_block_delta 2', 'content_block_stop 2'],
      ...['content_block_start 3', 'content_block_delta 3', 'content_block_delta 3', 'content_block_stop 3'],
      ...['content_block_start 4', 'content_block_stop 4'],
      'message_delta',
      'message_stop',
    ]);
  });

  it('is put together by the SDK to the same message', async () => {
    expect(await assembled(write(chunks))).toMatchObject({
      id: 'msg_1',
      role: 'assistant',
      model: 'm-1',
      content: [
        { type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'text', text: 'Checking.' },
        { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Oslo' } },
        { type: 'tool_use', id: 'call_2', name: 'get_time', input: {} },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, output_tokens: 9, cache_creation_input_tokens: 6, cache_read_input_tokens: 4 },
    });
  });

  it('of nothing is nothing', () => {
    expect(new MessagesFormat().tail(undefined, usage)).toBe('');
  });
});

describe('a whole answer', () => {
  const completion = (
    finish: FinishReason,
    message: Partial<ChatCompletion['choices'][number]['message']>,
  ): ChatCompletion => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 7,
    model: 'm-1',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: finish }],
    usage: {
      prompt_tokens: 20,
      completion_tokens: 9,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 4 },
      cache_creation_input_tokens: 6,
    },
  });
  const written = (...given: Parameters<typeof completion>): unknown =>
    JSON.parse(new MessagesFormat().whole(completion(...given)));

  it('has thinking, text and calls as blocks, and counts as Anthropic counts', () => {
    expect(
      written('tool_calls', {
        content: 'Checking.',
        reasoning_content: 'Hm.',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      }),
    ).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm-1',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: '' },
        { type: 'text', text: 'Checking.' },
        { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 9, cache_creation_input_tokens: 6, cache_read_input_tokens: 4 },
    });
  });

  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content_filter', 'refusal'],
  ] as const)('that ended by %s says %s', (finish, stop) => {
    expect(written(finish, { content: 'x' })).toMatchObject({ stop_reason: stop });
  });
});

describe('errors', () => {
  it.each([
    ['invalid_request', 'invalid_request_error'],
    ['upstream_rate_limited', 'rate_limit_error'],
    ['upstream_overloaded', 'overloaded_error'],
    ['model_access_denied', 'permission_error'],
    ['internal', 'api_error'],
  ] as const)('%s is %s in Anthropic’s envelope', (code, type) => {
    const error = new GatewayError(code, { message: 'said' });
    expect(JSON.parse(anthropicErrorBody(error))).toEqual({ type: 'error', error: { type, message: 'said' } });
  });

  it('within a stream are an event of their own', () => {
    const event = anthropicErrorEvent(new GatewayError('upstream_overloaded', { message: 'Overloaded' }));
    expect(event).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    );
  });
});
