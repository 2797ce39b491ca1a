/** Hub answers as clients of the Responses API read them: whole, and as events in the documented order. */
import type { ChatCompletion, ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import type { ResponseObject, ResponsesRequest } from '../../schema/openai/responses.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { decodeThinking } from './encrypted-thinking.js';
import { responsesErrorEvent } from './format-error.js';
import { ResponsesFormat } from './format.js';

const usage = { promptTokens: 20, completionTokens: 9, cachedTokens: 4, reasoningTokens: 3 };
const request: ResponsesRequest = { model: 'ours', input: 'Hi', instructions: 'Be brief.', metadata: { a: 'b' } };
const context = { body: request, model: 'm-1', responseId: 'resp_1', created: 7 };
const block = { type: 'thinking' as const, thinking: 'Hm.', signature: 'c2ln' };

function chunk(delta: ChatDelta, finish: FinishReason | null = null): ChatCompletionChunk {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 7, model: 'm-1', choices };
}

interface Event {
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: ResponseObject;
  readonly [member: string]: unknown;
}

function write(chunks: readonly ChatCompletionChunk[]): Event[] {
  const format = new ResponsesFormat(context);
  const text = chunks.map((each) => format.part([each])).join('') + format.tail(chunks.at(-1), usage);
  const events = text.split('\n\n').filter((event) => event !== '');
  return events.map((event) => {
    const [name = '', data = ''] = event.split('\n');
    const parsed = JSON.parse(data.slice('data: '.length)) as Event;
    expect(name).toBe(`event: ${parsed.type}`);
    return parsed;
  });
}

const message = {
  role: 'assistant' as const,
  content: 'Checking.',
  reasoning_content: 'Hm.',
  thinking_blocks: [block],
  annotations: [
    { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 0, end_index: 8 } },
  ],
  tool_calls: [
    { id: 'call_1', type: 'function' as const, function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
  ],
};

function whole(finish: FinishReason): ResponseObject {
  const completion: ChatCompletion = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 7,
    model: 'm-1',
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: {
      prompt_tokens: 20,
      completion_tokens: 9,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 3 },
    },
  };
  return JSON.parse(new ResponsesFormat(context).whole(completion)) as ResponseObject;
}

const streamed = (finish: FinishReason): Event[] =>
  write([
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Hm.' }),
    chunk({ thinking_blocks: [block] }),
    chunk({ content: 'Check' }),
    chunk({ content: 'ing.', annotations: message.annotations }),
    chunk({
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }],
    }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":"Oslo"}' } }] }),
    chunk({}, finish),
  ]);

it('tells an answer in items, with what was asked, and nothing kept', () => {
  const response = whole('tool_calls');
  expect(response).toMatchObject({
    id: 'resp_1',
    object: 'response',
    created_at: 7,
    status: 'completed',
    model: 'm-1',
    instructions: 'Be brief.',
    metadata: { a: 'b' },
    store: false,
    output: [
      { type: 'reasoning', id: 'rs_1_0', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      {
        type: 'message',
        id: 'msg_1_1',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Checking.', annotations: [{ type: 'url_citation', url: 'https://a.test' }] },
        ],
      },
      { type: 'function_call', id: 'fc_1_2', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
    ],
    usage: {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 29,
    },
  });
  expect(decodeThinking((response.output[0] as { encrypted_content?: string }).encrypted_content)).toEqual([block]);
});

it.each([
  ['length', 'incomplete', { reason: 'max_output_tokens' }],
  ['content_filter', 'incomplete', { reason: 'content_filter' }],
  ['stop', 'completed', null],
] as const)('an answer that ended by %s is %s, whole and streamed', (finish, status, details) => {
  expect(whole(finish)).toMatchObject({ status, incomplete_details: details });
  const last = streamed(finish).at(-1);
  expect([last?.type, last?.response?.status, last?.response?.incomplete_details]).toEqual([
    `response.${status}`,
    status,
    details,
  ]);
});

describe('a stream', () => {
  it('opens, continues and closes its items in the documented order, numbered', () => {
    const events = streamed('tool_calls');
    expect(events.map(({ type }) => type.replace('response.', ''))).toEqual([
      ...['created', 'in_progress'],
      ...['output_item.added', 'reasoning_summary_part.added', 'reasoning_summary_text.delta'],
      ...['reasoning_summary_text.done', 'reasoning_summary_part.done', 'output_item.done'],
      ...['output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta'],
      'output_text.annotation.added',
      ...['output_text.done', 'content_part.done', 'output_item.done'],
      ...['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done'],
      'completed',
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
  });

  it('ends with the response that the whole answer would have been', () => {
    expect(streamed('tool_calls').at(-1)?.response).toEqual(whole('tool_calls'));
  });

  it('tells a refusal as one', () => {
    const events = write([
      chunk({ role: 'assistant', refusal: 'I ' }),
      chunk({ refusal: 'cannot.' }),
      chunk({}, 'stop'),
    ]);
    expect(events.at(-1)?.response?.output).toMatchObject([{ content: [{ type: 'refusal', refusal: 'I cannot.' }] }]);
    expect(events.filter(({ type }) => type === 'response.refusal.delta')).toHaveLength(2);
  });
});

it('reports an error within a stream as an event', () => {
  const event = responsesErrorEvent(new GatewayError('upstream_overloaded', { message: 'busy' }));
  expect(event).toBe(
    'event: error\ndata: {"type":"error","code":"upstream_overloaded","message":"busy","param":null}\n\n',
  );
});

it.each(['', 'thinking.', 'thinking.####', `thinking.${Buffer.from('{"a":1}').toString('base64url')}`, 'gAAAA', 5])(
  'takes nothing from %j for a thought',
  (encrypted) => {
    expect(decodeThinking(encrypted)).toEqual([]);
  },
);
