import type { ChatCompletionRequest$Outbound } from '@mistralai/mistralai/models/components' with {
  'resolution-mode': 'import',
};
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import { mistral } from './index.js';

const weather = { name: 'get_weather', strict: true, parameters: { type: 'object', properties: {} } };
const call = { id: 'D681PevKs', type: 'function' as const, function: { name: 'get_weather', arguments: '{}' } };

const asked: ChatCompletionRequest = {
  model: 'ours',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'file', file: { file_id: 'https://example.com/a.pdf' } },
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
      ],
    },
    { role: 'assistant', content: null, reasoning_content: 'Hm.', tool_calls: [call] },
    { role: 'tool', content: 'snow', tool_call_id: 'D681PevKs' },
  ],
  tools: [{ type: 'function', function: weather }],
  tool_choice: 'required',
  max_completion_tokens: 64,
  seed: 7,
  reasoning_effort: 'high',
  response_format: { type: 'json_object' },
};

/** The same in the types of Mistral's own SDK, which sends some members always. */
const typed: ChatCompletionRequest$Outbound = {
  model: 'mistral-medium-latest',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'document_url', document_url: 'https://example.com/a.pdf' },
        { type: 'input_audio', input_audio: 'UklGRg==' },
      ],
    },
    {
      role: 'assistant',
      content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }], closed: true }],
      tool_calls: [{ ...call, index: 0 }],
      prefix: false,
    },
    { role: 'tool', content: 'snow', tool_call_id: 'D681PevKs' },
  ],
  tools: [{ type: 'function', function: weather }],
  tool_choice: 'any',
  max_tokens: 64,
  random_seed: 7,
  reasoning_effort: 'high',
  response_format: { type: 'json_object' },
  stream: false,
  safe_prompt: false,
};

it("sends nothing that Mistral's own SDK has no types for", () => {
  const request = mistral.chat?.buildRequest({
    body: asked,
    model: typed.model,
    stream: false,
    endpoint: { origin: 'https://api.mistral.ai', basePath: '/v1' },
    parameters: plainParameters,
    created: 0,
    responseId: 'chatcmpl-1',
  });
  expect(typed).toMatchObject(JSON.parse(String(request?.body)) as object);
});
