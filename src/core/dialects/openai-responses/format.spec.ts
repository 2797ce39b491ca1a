/** Hub answers as clients of the Responses API read them: whole, and as events in the documented order. */
import type { ChatCompletion, ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import type { ResponseObject, ResponsesRequest } from '../../schema/openai/responses.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { decodeThinking } from './encrypted-thinking.js';
import { responsesErrorEvent } from './format-error.js';
import { ResponsesFormat } from './format.js';
import type { ResponseEnd } from './keeping.js';

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
  return read(chunks.map((each) => format.part([each])).join('') + format.tail(chunks.at(-1), usage));
}

function read(text: string): Event[] {
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

  it('has in each event the members that are documented', () => {
    const events = [...streamed('tool_calls'), ...write([chunk({ refusal: 'No.' }), chunk({}, 'stop')])];
    const members = new Map(events.map(({ type, sequence_number: _number, ...rest }) => [type, Object.keys(rest)]));
    const place = ['item_id', 'output_index'];
    const part = [...place, 'content_index'];
    const summary = [...place, 'summary_index'];
    expect(Object.fromEntries(members)).toEqual({
      'response.created': ['response'],
      'response.in_progress': ['response'],
      'response.output_item.added': ['output_index', 'item'],
      'response.reasoning_summary_part.added': [...summary, 'part'],
      'response.reasoning_summary_text.delta': [...summary, 'delta'],
      'response.reasoning_summary_text.done': [...summary, 'text'],
      'response.reasoning_summary_part.done': [...summary, 'part'],
      'response.output_item.done': ['output_index', 'item'],
      'response.content_part.added': [...part, 'part'],
      'response.output_text.delta': [...part, 'delta', 'logprobs'],
      'response.output_text.annotation.added': [...part, 'annotation_index', 'annotation'],
      'response.output_text.done': [...part, 'text', 'logprobs'],
      'response.content_part.done': [...part, 'part'],
      'response.function_call_arguments.delta': [...place, 'delta'],
      'response.function_call_arguments.done': [...place, 'name', 'arguments'],
      'response.refusal.delta': [...part, 'delta'],
      'response.refusal.done': [...part, 'refusal'],
      'response.completed': ['response'],
    });
  });

  it('opens the part that an annotation belongs to, also where no text came before', () => {
    const types = write([chunk({ annotations: message.annotations }), chunk({ content: 'A' }), chunk({}, 'stop')]);
    expect(types.slice(3, 6).map(({ type }) => type.replace('response.', ''))).toEqual([
      'content_part.added',
      'output_text.annotation.added',
      'output_text.delta',
    ]);
  });

  it.each(['length', 'content_filter'] as const)('marks the item that was cut short by %s, and no other', (finish) => {
    const chunks = [
      chunk({ content: 'Let me' }),
      chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f' } }] }),
    ];
    const events = write([...chunks, chunk({}, finish)]);
    expect(events.at(-1)?.response?.output).toMatchObject([{ status: 'completed' }, { status: 'incomplete' }]);
    expect(events.at(-2)).toMatchObject({ type: 'response.output_item.done', item: { status: 'incomplete' } });
    expect(whole(finish).output.map((item) => (item as { status?: string }).status)).toEqual([
      undefined,
      'completed',
      'incomplete',
    ]);
  });

  it('that fails says why, and then how far the response had come', () => {
    const format = new ResponsesFormat(context);
    const begun = format.part([chunk({ content: 'Half' })]);
    const failure = new GatewayError('upstream_rate_limited', { message: 'slow down' });
    const events = read(begun + format.fail(failure));
    expect(events.slice(-2)).toMatchObject([
      { type: 'error', code: 'upstream_rate_limited', message: 'slow down', param: null },
      {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow down' }, output: [] },
      },
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    expect(format.tail(undefined, usage)).toBe('');
  });

  it('that fails before it has begun says why alone', () => {
    const events = read(new ResponsesFormat(context).fail(new GatewayError('upstream_timeout')));
    expect(events.map(({ type, sequence_number: number }) => [type, number])).toEqual([['error', 0]]);
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

describe('an answer that somebody keeps', () => {
  const keepingFormat = () => {
    const ends: ResponseEnd[] = [];
    const keeping = { store: true, previousResponseId: 'resp_0', hold: (end: ResponseEnd) => void ends.push(end) };
    return { format: new ResponsesFormat({ ...context, keeping }), ends };
  };

  it('is held back whole, and written as whoever keeps it says', () => {
    const { format, ends } = keepingFormat();
    const completion: ChatCompletion = {
      id: 'c',
      object: 'chat.completion',
      created: 7,
      model: 'm-1',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    };
    expect(format.whole(completion)).toBe('');
    const [end] = ends;
    expect(end?.response).toMatchObject({ store: true, previous_response_id: 'resp_0', status: 'completed' });
    expect(JSON.parse(end?.write({ ...end.response, store: false }) ?? '')).toMatchObject({ store: false });
  });

  it('is streamed but for its last event', () => {
    const { format, ends } = keepingFormat();
    const text = format.part([chunk({ content: 'Hi' })]) + format.tail(chunk({}, 'stop'), usage);
    expect(read(text).at(-1)?.type).toBe('response.output_item.done');
    const [end] = ends;
    const events = read(text + (end?.write(end.response) ?? ''));
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { store: true } });
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
  });
});

it('reports an error within a stream as an event', () => {
  const event = responsesErrorEvent(new GatewayError('upstream_overloaded', { message: 'busy' }), 7);
  expect(event).toBe(
    'event: error\ndata: {"type":"error","sequence_number":7,"code":"upstream_overloaded","message":"busy","param":null}\n\n',
  );
});

it.each(['', 'thinking.', 'thinking.####', `thinking.${Buffer.from('{"a":1}').toString('base64url')}`, 'gAAAA', 5])(
  'takes nothing from %j for a thought',
  (encrypted) => {
    expect(decodeThinking(encrypted)).toEqual([]);
  },
);
