import type { ChatRequest, EmbedRequest, GenerateRequest } from 'ollama';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { ollama, ollamaChat } from './index.js';

const weather = { name: 'get_weather', description: 'Weather', parameters: { type: 'object', properties: {} } };
const call = { model: 'llama3.1', stream: false, parameters: plainParameters, created: 0, responseId: 'chatcmpl-1' };
const endpoint = { origin: 'http://localhost:11434', basePath: '' };

function sentBy({ chat }: ProviderDefinition, body: ChatCompletionRequest): object {
  return JSON.parse(String(chat?.buildRequest({ ...call, body, endpoint }).body)) as object;
}

it("sends to the chat endpoint what Ollama's own SDK has types for", () => {
  const typed: ChatRequest = {
    model: 'llama3.1',
    stream: false,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Look', images: ['AAAA'] },
      {
        role: 'assistant',
        content: '',
        thinking: 'Hm.',
        // The API has ids; the SDK's types do not have them yet.
        tool_calls: [{ ...{ id: 'call_1' }, function: { name: 'get_weather', arguments: { city: 'Oslo' } } }],
      },
      { role: 'tool', content: 'snow', tool_name: 'get_weather', ...{ tool_call_id: 'call_1' } },
    ],
    tools: [{ type: 'function', function: weather }],
    think: true,
    format: 'json',
    options: { temperature: 0.5, num_predict: 10, stop: ['END'] },
  };
  const built = sentBy(ollamaChat, {
    model: 'ours',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'Hm.',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'snow' },
    ],
    tools: [{ type: 'function', function: weather }],
    reasoning_effort: 'high',
    response_format: { type: 'json_object' },
    temperature: 0.5,
    max_tokens: 10,
    stop: 'END',
  });
  expect(built).toEqual(typed);
});

it("sends single prompts as Ollama's own SDK has types for", () => {
  const typed: GenerateRequest = { model: 'llama3.1', stream: false, prompt: 'Hi', system: 'Be brief.', suffix: 'Bye' };
  const messages = [
    { role: 'system' as const, content: 'Be brief.' },
    { role: 'user' as const, content: 'Hi' },
  ];
  expect(sentBy(ollama, { model: 'ours', messages, suffix: 'Bye' })).toEqual(typed);
});

it("asks for vectors as Ollama's own SDK has types for", () => {
  const typed: EmbedRequest = { model: 'llama3.1', input: ['a'], dimensions: 64, truncate: false };
  const request = ollama.embeddings?.buildRequest({
    ...call,
    body: { model: 'ours', input: ['a'], dimensions: 64, truncate: false },
    endpoint,
  });
  expect(JSON.parse(String(request?.body))).toEqual(typed);
});
