import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import { anthropic } from './index.js';

const asked: ChatCompletionRequest = {
  model: 'ours',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'sig' }],
      tool_calls: [
        { id: 'toolu_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
      ],
    },
    { role: 'tool', content: 'snow', tool_call_id: 'toolu_1' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'get_weather', description: 'W', parameters: { type: 'object', properties: {} } },
    },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  max_tokens: 4_000,
  stop: ['END'],
  user: 'u-1',
  service_tier: 'default',
  thinking: { type: 'enabled', budget_tokens: 2_048 },
};

/** The same in the types of Anthropic's own SDK. */
const typed: MessageCreateParamsNonStreaming = {
  model: 'claude-sonnet-4-5',
  max_tokens: 4_000,
  system: 'Be brief.',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'snow' }] },
  ],
  tools: [{ name: 'get_weather', description: 'W', input_schema: { type: 'object', properties: {} } }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  stop_sequences: ['END'],
  metadata: { user_id: 'u-1' },
  service_tier: 'standard_only',
  thinking: { type: 'enabled', budget_tokens: 2_048 },
};

it("sends what Anthropic's own SDK has types for, and nothing else", () => {
  const request = anthropic.chat?.buildRequest({
    body: asked,
    model: 'claude-sonnet-4-5',
    stream: false,
    endpoint: { origin: 'https://api.anthropic.com', basePath: '' },
    parameters: plainParameters,
    created: 0,
    responseId: 'chatcmpl-1',
  });
  expect(JSON.parse(String(request?.body))).toEqual(typed);
});
