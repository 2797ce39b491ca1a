/** Messages requests on their way to providers that do not speak Anthropic's dialect: what becomes what, and what is refused. */
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import { toHubRequest } from './to-hub.js';

const everything = { supported: new Set(['thinking', 'reasoning_effort', 'parallel_tool_calls']) };
const efforts = { supported: new Set(['reasoning_effort']) };
const nothing = { supported: new Set<string>() };

function request(more: Partial<MessagesRequest> & Record<string, unknown> = {}): MessagesRequest {
  return { model: 'ours', max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }], ...more };
}

const hub = (more: Parameters<typeof request>[0], receiver = everything) => toHubRequest(request(more), receiver);

describe('messages', () => {
  it('keep their order; the system comes first, and one plain text stays a text', () => {
    const messages = hub({
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: 'Hello' },
      ],
    }).messages;
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]);
  });

  it('carry pictures, documents and cache marks', () => {
    const cache = { type: 'ephemeral' as const };
    const content = [
      { type: 'text', text: 'Look', cache_control: cache },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
      { type: 'search_result', title: 'T', source: undefined, content: [{ type: 'text', text: 'found' }] },
    ];
    expect(hub({ messages: [{ role: 'user', content }] }).messages[0]?.content).toEqual([
      { type: 'text', text: 'Look', cache_control: cache },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBE', filename: 'a.pdf' } },
      { type: 'file', file: { file_id: 'file_1' } },
      { type: 'text', text: 'plain' },
      { type: 'text', text: 'T\nfound' },
    ]);
  });

  it('turn calls and results into those of the hub, results before what the user says with them', () => {
    const messages = hub({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'x' },
            { type: 'text', text: 'Checking.' },
            { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
            { type: 'tool_use', id: 't1', name: 'get_weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Thanks?' },
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: '-3 C' }] },
          ],
        },
      ],
    }).messages;
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'Checking.',
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
        thinking_blocks: [
          { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'x' },
        ],
        reasoning_content: 'Hm.',
      },
      { role: 'tool', tool_call_id: 't1', content: '-3 C' },
      { role: 'user', content: 'Thanks?' },
    ]);
  });
});

describe('parameters', () => {
  it('get the hub’s names; unknown ones pass', () => {
    const { messages: _messages, ...rest } = hub({
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      temperature: 0.4,
      top_k: 5,
      stream: true,
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
    });
    expect(rest).toEqual({
      model: 'ours',
      max_tokens: 64,
      stop: ['END'],
      user: 'u1',
      temperature: 0.4,
      top_k: 5,
      stream: true,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
    });
  });

  it.each([
    [
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      everything,
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
    ],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, efforts, { reasoning_effort: 'low' }],
    [{ thinking: { type: 'enabled', budget_tokens: 4096 } }, efforts, { reasoning_effort: 'medium' }],
    [{ thinking: { type: 'enabled', budget_tokens: 32000 } }, efforts, { reasoning_effort: 'high' }],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, efforts, { reasoning_effort: 'high' }],
    [{ thinking: { type: 'disabled' } }, efforts, {}],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, nothing, {}],
  ])('ask for reasoning %j in the model’s terms', (given, receiver, wanted) => {
    const { model: _m, max_tokens: _t, messages: _s, ...rest } = hub(given, receiver);
    expect(rest).toEqual(wanted);
  });
});

describe('tools', () => {
  const weather = { name: 'get_weather', description: 'W', input_schema: { type: 'object' }, strict: true };

  it('become functions, and a web search the hub’s own', () => {
    const { tools, web_search_options: searches } = hub({
      tools: [weather, { type: 'web_search_20250305', name: 'web_search' }],
    });
    expect(tools).toEqual([
      {
        type: 'function',
        function: { name: 'get_weather', description: 'W', parameters: { type: 'object' }, strict: true },
      },
    ]);
    expect(searches).toEqual({});
  });

  it.each([
    [{ type: 'auto' as const }, 'auto'],
    [{ type: 'any' as const }, 'required'],
    [{ type: 'none' as const }, 'none'],
    [
      { type: 'tool' as const, name: 'get_weather' },
      { type: 'function', function: { name: 'get_weather' } },
    ],
  ])('are chosen by %j', (choice, wanted) => {
    expect(hub({ tools: [weather], tool_choice: choice }).tool_choice).toEqual(wanted);
  });

  it('are called one at a time where that is asked for', () => {
    const choice = { type: 'auto' as const, disable_parallel_tool_use: true };
    expect(hub({ tools: [weather], tool_choice: choice }).parallel_tool_calls).toBe(false);
  });

  it('are called as the model likes where it cannot be told', () => {
    const choice = { type: 'any' as const, disable_parallel_tool_use: true };
    expect(hub({ tools: [weather], tool_choice: choice }, efforts)).not.toHaveProperty('parallel_tool_calls');
  });
});

it.each([
  [{ tools: [{ type: 'computer_20250124', name: 'computer' }] }, 'computer_20250124'],
  [{ messages: [{ role: 'user' as const, content: [{ type: 'container_x' }] }] }, 'container_x'],
  [{ messages: [{ role: 'user' as const, content: [{ type: 'tool_result' }] }] }, 'tool_use_id'],
  [{ messages: [{ role: 'assistant' as const, content: [{ type: 'tool_use' }] }] }, 'an id and a name'],
])('refuses %j, naming what cannot be carried', (given, named) => {
  expect(() => hub(given)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(named) as string }),
  );
});
