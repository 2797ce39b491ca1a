/** What Anthropic is sent, beyond the recorded exchanges: addresses, headers, refusals and repairs. */
import type { AnthropicRequest } from '../../schema/anthropic/messages.js';
import type { ChatCompletionRequest, ChatMessage } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import { buildRequest } from './build-request.js';

interface Asked {
  readonly model?: string;
  readonly basePath?: string;
  readonly parameters?: Partial<ParameterPolicy>;
}

const hi: ChatMessage = { role: 'user', content: 'hi' };

function build(body: Partial<ChatCompletionRequest> & Record<string, unknown>, asked: Asked = {}) {
  const call: ChatCall = {
    body: { model: 'public-name', messages: [hi], ...body },
    model: asked.model ?? 'claude-sonnet-4-20250514',
    stream: false,
    endpoint: { origin: 'https://api.anthropic.com', basePath: asked.basePath ?? '' },
    parameters: { ...plainParameters, ...asked.parameters },
    created: 1,
    responseId: 'chatcmpl-1',
  };
  const request = buildRequest(call);
  return { ...request, body: JSON.parse(String(request.body)) as AnthropicRequest };
}

/** Bodies come from clients: some are not what the types say. */
const malformed = (value: unknown): never => value as never;

describe('the address', () => {
  it.each([
    ['', '/v1/messages'],
    ['/v1', '/v1/messages'],
    ['/v1/messages', '/v1/messages'],
    ['/proxy', '/proxy/v1/messages'],
    ['/proxy/v1', '/proxy/v1/messages'],
  ])('with the base path %p is %p', (basePath, path) => {
    expect(build({}, { basePath }).path).toBe(path);
  });
});

describe('headers', () => {
  it('join what the request needs with what the deployment sends', () => {
    const tools = [{ type: 'computer_20250124', name: 'computer', display_width_px: 1024, display_height_px: 768 }];
    const extraHeaders = { 'anthropic-beta': 'context-1m-2025-08-07, computer-use-2025-01-24', 'x-team': 'a' };
    const { headers, body } = build({ tools, context_management: { edits: [] } }, { parameters: { extraHeaders } });
    expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'x-team': 'a' });
    expect(headers['anthropic-beta']!.split(',').sort()).toEqual([
      'computer-use-2025-01-24',
      'context-1m-2025-08-07',
      'context-management-2025-06-27',
    ]);
    expect(body['tools']).toEqual(tools);
  });

  it('ask for the MCP connector that fits the tools', () => {
    const mcp_servers = [{ type: 'url', url: 'https://example.com/mcp', name: 'a' }];
    expect(build({ mcp_servers }).headers['anthropic-beta']).toBe('mcp-client-2025-04-04');
    const tools = [{ type: 'mcp_toolset', mcp_server_name: 'a' }];
    expect(build({ mcp_servers, tools }).headers['anthropic-beta']).toBe('mcp-client-2025-11-20');
  });

  it('name no beta where none is needed', () => {
    expect(build({}).headers).not.toHaveProperty('anthropic-beta');
  });
});

describe('parameters', () => {
  it.each([
    'presence_penalty',
    'frequency_penalty',
    'seed',
    'n',
    'logprobs',
    'logit_bias',
    'top_logprobs',
    'prediction',
  ])('%s is refused by name, dropped or passed on, as the deployment says', (param) => {
    const refusal = expect.objectContaining({ code: 'unsupported_parameter', status: 400, param });
    expect(() => build({ [param]: 2 })).toThrow(refusal);
    expect(build({ [param]: 2 }, { parameters: { dropUnsupported: true } }).body).not.toHaveProperty(param);
    expect(build({ [param]: 2 }, { parameters: { alsoAllowed: [param] } }).body[param]).toBe(2);
  });

  it('that ask for what happens anyway are no reason to refuse', () => {
    const { body } = build({ n: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false, seed: null });
    expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'model']);
  });

  it('for sampling are refused by models that have lost it, but for their defaults', () => {
    const model = 'claude-opus-4-7';
    expect(build({ temperature: 1, top_p: 1 }, { model }).body).not.toHaveProperty('temperature');
    expect(() => build({ temperature: 0.2 }, { model })).toThrow(expect.objectContaining({ param: 'temperature' }));
    expect(build({ temperature: 0.2 }, { model, parameters: { dropUnsupported: true } }).body).not.toHaveProperty(
      'temperature',
    );
  });

  it('of the deployment come last', () => {
    const { body } = build(
      { max_tokens: 5, top_k: 3 },
      { parameters: { alwaysDrop: ['top_k'], extraBody: { max_tokens: 7 } } },
    );
    expect(body).toMatchObject({ max_tokens: 7 });
    expect(body).not.toHaveProperty('top_k');
  });

  it('of Anthropic pass as they are', () => {
    const own = { container: 'container_1', inference_geo: 'us', cache_control: { type: 'ephemeral' } };
    expect(build(own).body).toMatchObject(own);
  });

  it.each([
    ['auto', 'auto'],
    ['default', 'standard_only'],
    ['priority', 'auto'],
    ['standard_only', 'standard_only'],
  ])('service_tier %s is %s', (given, sent) => {
    expect(build({ service_tier: given }).body['service_tier']).toBe(sent);
  });

  it('never carry a mail address or telephone number as user id', () => {
    expect(build({ user: 'u-1' }).body['metadata']).toEqual({ user_id: 'u-1' });
    expect(build({ metadata: { user_id: 'u-2', trace: 'x' } }).body['metadata']).toEqual({ user_id: 'u-2' });
    expect(build({ user: 'a@example.com' }).body).not.toHaveProperty('metadata');
    expect(build({ user: '+47 22 33 44 55' }).body).not.toHaveProperty('metadata');
  });
});

describe('max_tokens', () => {
  it.each([
    [{}, {}, 4096],
    [{}, { default_max_tokens: 64000 }, 64000],
    [{ max_tokens: 10 }, {}, 10],
    [{ max_tokens: 10, max_completion_tokens: 20 }, {}, 20],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, {}, 6096],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 }, max_tokens: 3000 }, {}, 3000],
  ])('of %j with the deployment %j is %d', (body, provider, expected) => {
    expect(build(body, { parameters: { provider } }).body['max_tokens']).toBe(expected);
  });
});

describe('reasoning_effort', () => {
  const effortOf = (reasoning_effort: string, model: string, max_tokens?: number) => {
    const { body } = build({ reasoning_effort, max_tokens }, { model });
    return { thinking: body['thinking'], effort: body['output_config']?.effort };
  };

  it.each([
    ['low', 'claude-3-7-sonnet-20250219', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    ['high', 'claude-sonnet-4-5', { thinking: { type: 'enabled', budget_tokens: 4096 } }],
    ['none', 'claude-sonnet-4-5', {}],
    ['minimal', 'claude-opus-4-6', { thinking: { type: 'adaptive' }, effort: 'low' }],
    ['xhigh', 'claude-opus-4-6', { thinking: { type: 'adaptive' }, effort: 'max' }],
    ['max', 'claude-opus-5', { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'max' }],
  ])('%s on %s', (effort, model, expected) => {
    expect(effortOf(effort, model)).toEqual(expected);
  });

  it('leaves room for the answer, or is let go where there is none', () => {
    expect(effortOf('high', 'claude-sonnet-4-5', 2000).thinking).toEqual({ type: 'enabled', budget_tokens: 1999 });
    expect(effortOf('high', 'claude-sonnet-4-5', 1000).thinking).toBeUndefined();
  });

  it('is refused where the model cannot think, or the word is unknown', () => {
    const param = 'reasoning_effort';
    expect(() => effortOf('low', 'claude-3-5-sonnet-20241022')).toThrow(expect.objectContaining({ param }));
    expect(() => effortOf('a lot', 'claude-sonnet-4-5')).toThrow(
      expect.objectContaining({ code: 'invalid_request', param }),
    );
  });

  it('is let go in a tool loop whose thinking the client did not send back', () => {
    const messages: ChatMessage[] = [
      hi,
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ];
    expect(build({ messages, reasoning_effort: 'low' }).body).not.toHaveProperty('thinking');
    const thinking = { type: 'enabled', budget_tokens: 1024 };
    expect(build({ messages, thinking }).body['thinking']).toEqual(thinking);
    expect(build({ messages, thinking }, { parameters: { mayModify: true } }).body).not.toHaveProperty('thinking');
  });
});

it.each([
  ['reasoning_effort', 'constructor'],
  ['stop', {}],
  ['tools', 'f'],
  ['tools', [{ type: 'function', function: { name: 7 } }]],
  ['functions', [null]],
  ['messages', [{ role: 'user', content: [{ type: 'file', file: { file_data: 'x', format: 7 } }] }]],
  ['messages', [{ role: 'assistant', content: 'a', thinking_blocks: [null] }]],
  ['response_format', { type: 'json_schema', json_schema: { schema: { properties: null } } }],
])('%s of the value %j is a bad request, not a failure', (param, value) => {
  const refusal = expect.objectContaining({ code: 'invalid_request', status: 400 });
  expect(() => build({ [param]: malformed(value) }, { model: 'claude-sonnet-4-5' })).toThrow(refusal);
});

it('takes no meaning from words that every JavaScript object knows', () => {
  const tools = [{ type: 'constructor', name: 'x' }];
  const { headers, body } = build({
    service_tier: 'constructor',
    tools,
    web_search_options: { search_context_size: 'constructor' },
  });
  expect(headers).not.toHaveProperty('anthropic-beta');
  expect(body).toMatchObject({ service_tier: 'constructor', tools: [...tools, { name: 'web_search' }] });
});

describe('messages', () => {
  const turnsOf = (messages: readonly unknown[], parameters: Partial<ParameterPolicy> = {}) =>
    build({ messages: malformed(messages) }, { parameters }).body.messages;

  it('of one role in a row become one turn, and empty ones never reach Anthropic', () => {
    const turns = turnsOf([
      { role: 'user', content: '' },
      { role: 'assistant', content: '  ' },
      { role: 'user', content: [{ type: 'text', text: '\n' }] },
      { role: 'assistant', content: 'so ' },
      { role: 'assistant', content: 'far \n' },
    ]);
    expect(turns).toEqual([
      { role: 'user', content: [{ type: 'text', text: '(empty message)' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'so ' },
          { type: 'text', text: 'far' },
        ],
      },
    ]);
  });

  it('need a user first, whom modify_params supplies', () => {
    const messages = [{ role: 'system', content: 'Be kind.' }];
    expect(() => turnsOf(messages)).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'messages' }));
    expect(turnsOf(messages, { mayModify: true })).toHaveLength(1);
  });

  it('of the functions era are calls and results that belong together', () => {
    const turns = turnsOf([
      hi,
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'function', name: 'f', content: '1' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":2}' } },
      { role: 'function', name: 'f', content: '2' },
    ]);
    expect(turns.slice(1).map(({ content }) => content[0])).toEqual([
      { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
      { type: 'tool_result', tool_use_id: 'call_1', content: '1' },
      { type: 'tool_use', id: 'call_3', name: 'f', input: { a: 2 } },
      { type: 'tool_result', tool_use_id: 'call_3', content: '2' },
    ]);
  });

  it('keep thinking only where it is signed', () => {
    const thinking_blocks = [{ type: 'thinking', thinking: 'unsigned' }];
    expect(turnsOf([hi, { role: 'assistant', content: 'a', thinking_blocks }, hi])[1]!.content).toEqual([
      { type: 'text', text: 'a' },
    ]);
  });

  it('pass blocks of Anthropic as they are', () => {
    const block = { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'x' }] };
    expect(turnsOf([{ role: 'user', content: [block] }])[0]!.content).toEqual([block]);
  });

  it.each([
    ['an unknown role', [{ role: 'robot', content: 'x' }]],
    ['null', [null]],
    ['content of another kind', [{ role: 'user', content: 7 }]],
    ['a part that is no object', [{ role: 'user', content: ['x'] }]],
    ['a text part without text', [{ role: 'user', content: [{ type: 'text' }] }]],
    ['audio', [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] }]],
    ['an image without address', [{ role: 'user', content: [{ type: 'image_url' }] }]],
    ['an image that is no address', [{ role: 'user', content: [{ type: 'image_url', image_url: 'gs://a/b.png' }] }]],
    [
      'a picture in the system prompt',
      [{ role: 'system', content: [{ type: 'image_url', image_url: 'https://a.b/c' }] }],
    ],
    ['a file without content', [{ role: 'user', content: [{ type: 'file', file: { filename: 'a' } }] }]],
    ['a result without id', [hi, { role: 'tool', content: 'x' }]],
    ['a call without function', [hi, { role: 'assistant', tool_calls: [{ id: 'a' }] }]],
    ['a null call', [hi, { role: 'assistant', tool_calls: [null] }]],
    [
      'arguments that are no JSON',
      [hi, { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{' } }] }],
    ],
    [
      'arguments that are no object',
      [hi, { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '[]' } }] }],
    ],
  ])('with %s are refused by place', (_what, messages) => {
    const param = `messages[${messages.length - 1}]`;
    expect(() => turnsOf(messages)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400, param }));
  });
});

describe('tools', () => {
  const f = { type: 'function', function: { name: 'f', parameters: { properties: {} } } };
  const json = { response_format: { type: 'json_object' } as const };
  const choiceOf = (body: Record<string, unknown>) => build(body).body['tool_choice'];

  it.each([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    ['any', { type: 'any' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
    [
      { type: 'tool', name: 'f', disable_parallel_tool_use: true },
      { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    ],
  ])('choice %j', (tool_choice, expected) => {
    expect(choiceOf({ tools: [f], tool_choice })).toEqual(expected);
    expect(choiceOf({ tool_choice })).toBeUndefined();
  });

  it('are called one at a time where parallel calls are off', () => {
    const off = { tools: [f], parallel_tool_calls: false };
    expect(choiceOf(off)).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    expect(choiceOf({ ...off, tool_choice: 'none' })).toEqual({ type: 'none' });
  });

  it.each([
    ['claude-sonnet-4-20250514', undefined],
    ['claude-sonnet-4-5', true],
  ])('on %s are strict: %p', (model, strict) => {
    const tools = [{ type: 'function', function: { name: 'f', strict: true } }];
    expect(build({ tools }, { model }).body.tools?.[0]?.strict).toBe(strict);
  });

  it('come from functions too', () => {
    const functions = [{ name: 'f', description: 'd' }];
    const { body } = build({ functions, function_call: { name: 'f' } });
    expect(body).toMatchObject({
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }],
      tool_choice: { type: 'tool', name: 'f' },
    });
  });

  it('of Anthropic may be written as functions', () => {
    const tool = { type: 'computer_20250124', function: { name: 'computer', parameters: { display_width_px: 1 } } };
    expect(build({ tools: [tool] }).body['tools']).toEqual([
      { type: 'computer_20250124', name: 'computer', display_width_px: 1 },
    ]);
  });

  it('have a web search among them where the client asks for one', () => {
    const web_search_options = { search_context_size: 'low', user_location: { approximate: { city: 'Oslo' } } };
    expect(build({ web_search_options }).body['tools']).toEqual([
      {
        type: 'web_search_20250305',
        name: 'web_search',
        max_uses: 1,
        user_location: { type: 'approximate', city: 'Oslo' },
      },
    ]);
  });

  it('leave the model its own where JSON is asked for as well', () => {
    expect(choiceOf(json)).toEqual({ type: 'tool', name: 'json_tool_call' });
    expect(choiceOf({ ...json, tools: [f] })).toEqual({ type: 'any' });
    expect(choiceOf({ ...json, tools: [f], tool_choice: 'none' })).toEqual({ type: 'tool', name: 'json_tool_call' });
    expect(choiceOf({ ...json, thinking: { type: 'enabled', budget_tokens: 1024 } })).toEqual({ type: 'auto' });
  });

  it.each([[malformed('f')], [malformed([null])], [malformed([{ type: 'function' }])]])('%j are refused', (tools) => {
    expect(() => build({ tools })).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'tools' }));
  });
});
