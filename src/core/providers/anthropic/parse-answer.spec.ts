/** Answers that are broken, odd or in OpenAI's older form: a typed error or a faithful message, whole and streamed. */
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { parseResponse } from './parse-response.js';
import { AnthropicStreamParser } from './parse-stream.js';
import { toolNames } from './tool-names.js';

function callOf(body: Partial<ChatCompletionRequest> = {}): ChatCall {
  return {
    body: { model: 'public-name', messages: [{ role: 'user', content: 'hi' }], ...body },
    model: 'claude-sonnet-4-20250514',
    stream: true,
    endpoint: { origin: 'https://api.anthropic.com', basePath: '' },
    parameters: plainParameters,
    created: 1,
    responseId: 'chatcmpl-own',
  };
}

const parse = (answer: unknown, call = callOf()) =>
  parseResponse(
    { status: 200, headers: {}, body: Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)) },
    call,
  );

function stream(events: readonly object[], call = callOf()) {
  const parser = new AnthropicStreamParser(call);
  const bytes = Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  return [...parser.push(bytes), ...parser.end()].map(({ choices }) => choices[0]!);
}

const start = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } },
};
const stop = (stop_reason: string | null) => [
  { type: 'message_delta', delta: { stop_reason } },
  { type: 'message_stop' },
];
const textBlock = (index: number, words: string) => [
  { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index, delta: { type: 'text_delta', text: words } },
  { type: 'content_block_stop', index },
];
const invalid = expect.objectContaining({ code: 'upstream_invalid_response', status: 502 });

describe('a whole answer', () => {
  it.each([
    ['cut JSON', '{"id":"msg_1","content":[{"type":"te'],
    ['no JSON', '<html>'],
    ['null', null],
    ['a number', 7],
    ['no content', { id: 'msg_1', type: 'message', stop_reason: 'end_turn' }],
    ['content of another kind', { content: 'hi' }],
    ['a null block', { content: [null] }],
  ])('of %s is invalid', (_what, answer) => {
    expect(() => parse(answer)).toThrow(invalid);
  });

  it('without id, model, usage or stop reason makes none of them up but the id and the model', () => {
    const { completion, usage } = parse({ content: [{ type: 'text', text: 'x' }] });
    expect(completion).toMatchObject({ id: 'chatcmpl-own', model: 'claude-sonnet-4-20250514' });
    expect(completion.choices[0]!.finish_reason).toBeNull();
    expect(completion).not.toHaveProperty('usage');
    expect(usage).toBeUndefined();
  });

  it('counts only what is a count', () => {
    const usage = {
      input_tokens: '7',
      output_tokens: 3,
      cache_read_input_tokens: -1,
      cache_creation: 'x',
      service_tier: {},
    };
    expect(parse({ content: [], usage }).usage).toEqual({ promptTokens: 0, completionTokens: 3 });
  });

  it.each([
    ['pause_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['model_context_window_exceeded', 'length'],
    ['a_later_invention', 'stop'],
  ])('that stopped for %s finished for %s', (stop_reason, finish) => {
    expect(parse({ content: [], stop_reason }).completion.choices[0]!.finish_reason).toBe(finish);
    expect(stream([start, ...stop(stop_reason)]).at(-1)!.finish_reason).toBe(finish);
  });
});

describe('a tool name that Anthropic does not take', () => {
  const name = 'weather.get/current °';
  const call = callOf({ tools: [{ type: 'function', function: { name } }] });
  const wireName = toolNames.toWire(name);
  const block = { type: 'tool_use', id: 'toolu_1', name: wireName, input: { a: [1, { b: 'x,\n y: "z"' }], c: {} } };

  it('travels under another, and comes back as it was', () => {
    expect(wireName).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(toolNames.toWire('x'.repeat(300))).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(toolNames.toWire('weather_get/current °')).not.toBe(wireName);
    const whole = parse({ content: [block], stop_reason: 'tool_use' }, call).completion.choices[0]!.message;
    expect(whole.tool_calls).toMatchObject([{ function: { name } }]);
    expect(JSON.parse(whole.tool_calls![0]!.function.arguments)).toEqual(block.input);
    const events = [
      start,
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_stop', index: 0 },
    ];
    const deltas = stream([...events, ...stop('tool_use')], call).map(({ delta }) => delta);
    expect(deltas.flatMap((delta) => delta.tool_calls ?? []).map((part) => part.function)).toEqual([
      { name, arguments: '' },
      { arguments: whole.tool_calls![0]!.function.arguments },
    ]);
  });
});

describe('a client that offered functions', () => {
  const call = callOf({ functions: [{ name: 'f' }] });
  const block = { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } };

  it('is answered with a function call', () => {
    const [choice] = parse({ content: [block], stop_reason: 'tool_use' }, call).completion.choices;
    expect(choice).toMatchObject({
      message: { content: null, function_call: { name: 'f', arguments: '{"a": 1}' } },
      finish_reason: 'function_call',
    });
    expect(choice!.message).not.toHaveProperty('tool_calls');
    const events = [
      start,
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_stop', index: 0 },
    ];
    const choices = stream([...events, ...stop('tool_use')], call);
    expect(choices.flatMap(({ delta }) => delta['function_call'] ?? [])).toEqual([
      { name: 'f', arguments: '' },
      { arguments: '{"a": 1}' },
    ]);
    expect(choices.at(-1)!.finish_reason).toBe('function_call');
  });
});

describe('JSON asked of a model that answers by a tool', () => {
  const call = callOf({ response_format: { type: 'json_object' } });
  it('is the text where the model wrote text after all', () => {
    const content = stream([start, ...textBlock(0, '{"a"'), ...textBlock(1, ': 1}'), ...stop('end_turn')], call);
    expect(content.map(({ delta }) => delta.content ?? '').join('')).toBe('{"a": 1}');
  });
});

describe('a stream', () => {
  it.each([
    ['an event that is no JSON', 'data: {"type":\n\n'],
    ['a null event', 'data: null\n\n'],
    [
      'a block before message_start',
      'data: {"type":"content_block_start","index":0,"content_block":{"type":"text"}}\n\n',
    ],
    [
      'a delta of no block',
      'data: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"x"}}\n\n',
    ],
    ['an end without a beginning', 'data: {"type":"message_stop"}\n\n'],
    ['an event above 1 MiB', `data: ${'x'.repeat(1024 * 1024 + 1)}\n\n`],
  ])('with %s is invalid', (_what, bytes) => {
    const parser = new AnthropicStreamParser(callOf());
    expect(() => [...parser.push(Buffer.from(bytes)), ...parser.end()]).toThrow(invalid);
    expect(parser.finished).toBe(false);
  });

  it('reports errors that name no known kind as such', () => {
    const error = { type: 'error', error: { type: 'api_error', message: 'Internal server error' } };
    expect(() => stream([error])).toThrow(
      expect.objectContaining({ code: 'upstream_stream_error', message: 'Internal server error' }),
    );
  });

  it('carries one id, creation time and model throughout, the role first and the finish reason once, last', () => {
    const parser = new AnthropicStreamParser(callOf());
    const events = [start, { type: 'ping' }, ...textBlock(0, 'a'), ...textBlock(1, 'b'), ...stop('end_turn')];
    const chunks = parser.push(Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')));
    const frame = { id: 'msg_1', object: 'chat.completion.chunk', created: 1, model: 'm' };
    const choices = [
      { index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null },
      { index: 0, delta: { content: 'a' }, finish_reason: null },
      { index: 0, delta: { content: 'b' }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: 'stop' },
    ];
    expect(chunks).toEqual(choices.map((choice) => ({ ...frame, choices: [choice] })));
    expect(parser.finished).toBe(true);
  });

  it('gives sources and the blocks of tools that Anthropic ran when they are whole', () => {
    const citation = { type: 'web_search_result_location', url: 'https://example.com/n', title: 'News' };
    const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
    const choices = stream([
      start,
      { type: 'content_block_start', index: 0, content_block: search },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"query": "n"}' } },
      { type: 'content_block_stop', index: 0 },
      ...textBlock(1, 'Today: '),
      { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'citations_delta', citation } },
      { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'nothing.' } },
      { type: 'content_block_stop', index: 2 },
      ...stop('end_turn'),
    ]);
    expect(choices.flatMap(({ delta }) => delta['annotations'] ?? [])).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'https://example.com/n', title: 'News', start_index: 7, end_index: 15 },
      },
    ]);
    expect(choices.flatMap(({ delta }) => delta['provider_specific_fields'] ?? [])).toEqual([
      { content_blocks: [{ ...search, input: { query: 'n' } }] },
      { content_blocks: [{ type: 'text', text: '', citations: [citation] }] },
    ]);
    expect(choices.flatMap(({ delta }) => delta.tool_calls ?? [])).toEqual([]);
  });

  it('hands over what was good before a fault in the same bytes, once', () => {
    const parser = new AnthropicStreamParser(callOf());
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const events = [start, ...textBlock(0, 'Par'), error];
    const bytes = Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    expect(() => parser.push(bytes)).toThrow(expect.objectContaining({ code: 'upstream_overloaded' }));
    expect(parser.beforeFault.map(({ choices }) => choices[0]!.delta.content)).toEqual(['', 'Par']);
    expect(() => parser.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
    expect(parser.beforeFault).toEqual([]);
  });

  it('cut within an input of a tool that Anthropic runs keeps the text of it', () => {
    const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
    const choices = stream([
      start,
      { type: 'content_block_start', index: 0, content_block: search },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"que' } },
      { type: 'content_block_stop', index: 0 },
      ...stop('max_tokens'),
    ]);
    const content_blocks = [{ ...search, input: '{"que' }];
    expect(choices.flatMap(({ delta }) => delta['provider_specific_fields'] ?? [])).toEqual([{ content_blocks }]);
    expect(choices.at(-1)!.finish_reason).toBe('length');
  });

  it('that ends without a stop reason has no finish reason', () => {
    expect(stream([start, ...stop(null)]).map((choice) => choice.finish_reason)).toEqual([null]);
  });
});
