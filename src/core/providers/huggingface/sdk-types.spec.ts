import type { ChatCompletionInput } from '@huggingface/tasks';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import { huggingface } from './index.js';

/** In the types of Hugging Face's own SDK. */
const typed: ChatCompletionInput = {
  model: 'deepseek-ai/DeepSeek-R1:together',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      ],
    },
  ],
  tools: [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }],
  tool_choice: 'auto',
  max_tokens: 64,
  seed: 7,
  stop: ['END'],
};

it("sends what Hugging Face's own SDK has types for, and nothing else", () => {
  const request = huggingface.chat?.buildRequest({
    body: { ...typed, model: 'ours' } as ChatCompletionRequest,
    model: 'together/deepseek-ai/DeepSeek-R1',
    stream: false,
    endpoint: { origin: 'https://router.huggingface.co', basePath: '/v1' },
    parameters: plainParameters,
    created: 0,
    responseId: 'r',
  });
  expect(JSON.parse(String(request?.body))).toEqual(typed);
});
