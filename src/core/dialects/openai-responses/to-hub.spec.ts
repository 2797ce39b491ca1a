/** Responses requests on their way to providers of chat: what becomes what, and what is refused. */
import type { ResponsesRequest } from '../../schema/openai/responses.js';
import { encodeThinking } from './encrypted-thinking.js';
import { toHubRequest } from './to-hub.js';

const receiver = { supported: new Set(['reasoning_effort', 'verbosity']) };

function hub(more: Partial<ResponsesRequest> & Record<string, unknown>) {
  return toHubRequest({ model: 'ours', input: 'Hi', ...more }, receiver);
}

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'W',
  parameters: { type: 'object' },
  strict: true,
};

describe('the input', () => {
  it('is one question, after the instructions', () => {
    expect(hub({ instructions: 'Be brief.' }).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('carries texts, pictures, files and sound', () => {
    const content = [
      { type: 'input_text', text: 'Look' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,JVBE', filename: 'a.pdf' },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
      { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
    ];
    expect(hub({ input: [{ role: 'user', content }] }).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBE', filename: 'a.pdf' } },
          { type: 'file', file: { file_id: 'https://example.com/a.pdf' } },
          { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
        ],
      },
    ]);
  });

  it('joins the items of one answer, with the signatures of its thoughts', () => {
    const block = { type: 'thinking' as const, thinking: 'Hm.', signature: 'c2ln' };
    const input = [
      { role: 'user', content: 'Weather and time?' },
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: encodeThinking([block]),
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Checking.' }] },
      { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', call_id: 'c2', name: 'get_time', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: '-3 C' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: '14:05' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { type: 'message', role: 'assistant', content: 'Cold.' },
      { type: 'reasoning', summary: [], encrypted_content: 'gAAAA-of-another-service' },
      { role: 'developer', content: 'Go on.' },
    ];
    const call = (id: string, name: string, text: string) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    });
    expect(hub({ input }).messages).toEqual([
      { role: 'user', content: 'Weather and time?' },
      {
        role: 'assistant',
        content: 'Checking.',
        tool_calls: [call('c1', 'get_weather', '{"city":"Oslo"}'), call('c2', 'get_time', '{}')],
        thinking_blocks: [block],
        reasoning_content: 'Hm.',
      },
      { role: 'tool', tool_call_id: 'c1', content: '-3 C' },
      { role: 'tool', tool_call_id: 'c2', content: '14:05' },
      { role: 'assistant', content: 'Cold.' },
      { role: 'developer', content: 'Go on.' },
    ]);
  });
});

it('gives parameters the hub’s names, drops what a model lacks, and lets unknown ones pass', () => {
  const { messages: _messages, ...rest } = hub({
    max_output_tokens: 5,
    temperature: 0.2,
    reasoning: { effort: 'low', summary: 'auto' },
    text: { verbosity: 'low', format: { type: 'json_schema', name: 'city', schema: { type: 'object' }, strict: true } },
    top_logprobs: 2,
    metadata: { a: 'b' },
    store: true,
    include: ['reasoning.encrypted_content'],
    truncation: 'auto',
    user: 'u1',
    stream: true,
    top_k: 5,
  });
  expect(rest).toEqual({
    model: 'ours',
    max_tokens: 5,
    temperature: 0.2,
    reasoning_effort: 'low',
    verbosity: 'low',
    response_format: { type: 'json_schema', json_schema: { name: 'city', schema: { type: 'object' }, strict: true } },
    logprobs: true,
    top_logprobs: 2,
    user: 'u1',
    stream: true,
    top_k: 5,
  });
});

describe('tools', () => {
  it.each([
    ['required', 'required'],
    [
      { type: 'function', name: 'get_weather' },
      { type: 'function', function: { name: 'get_weather' } },
    ],
  ] as const)('are chosen by %j', (choice, wanted) => {
    expect(hub({ tools: [weather, { type: 'web_search_preview' }], tool_choice: choice })).toMatchObject({
      tools: [
        {
          type: 'function',
          function: { name: 'get_weather', description: 'W', parameters: { type: 'object' }, strict: true },
        },
      ],
      tool_choice: wanted,
      web_search_options: {},
    });
  });

  it('are those that are allowed', () => {
    const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'get_weather' }] };
    const asked = hub({ tools: [weather, { type: 'function', name: 'get_time' }], tool_choice: choice });
    expect([asked.tools?.length, asked.tool_choice]).toEqual([1, 'required']);
  });
});

it.each([
  [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
  [{ background: true }, 'background'],
  [{ tools: [{ type: 'file_search' }] }, 'file_search'],
  [{ input: [{ type: 'item_reference', id: 'x' }] }, 'item_reference'],
  [{ input: [{ type: 'function_call', name: 'x' }] }, 'call_id'],
  [{ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] }, 'input_image'],
  [{ tools: [weather], tool_choice: { type: 'mcp' } }, 'mcp'],
])('refuses %j, naming what cannot be carried', (given, named) => {
  expect(() => hub(given)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(named) as string }),
  );
});
