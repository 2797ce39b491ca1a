import type OpenAI from 'openai';
import { plainParameters } from '../../spec/parameters.js';
import { openai } from './index.js';

type ChatParams = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

const target = {
  model: 'gpt-5-mini',
  endpoint: { origin: 'https://api.openai.com', basePath: '/v1' },
  parameters: plainParameters,
  created: 0,
  responseId: 'chatcmpl-1',
};

/** In the types of OpenAI's own SDK, which are those of the hub: what goes in comes out, but for the quirks. */
const chat: ChatParams = {
  model: 'gpt-5-mini',
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'snow' }] },
  ],
  tools: [{ type: 'function', function: { name: 'get_weather', strict: true, parameters: { type: 'object' } } }],
  tool_choice: { type: 'function', function: { name: 'get_weather' } },
  parallel_tool_calls: false,
  response_format: { type: 'json_schema', json_schema: { name: 'facts', strict: true, schema: { type: 'object' } } },
  reasoning_effort: 'low',
  max_completion_tokens: 64,
  service_tier: 'flex',
  prediction: { type: 'content', content: 'x' },
  stream: true,
  stream_options: { include_usage: true },
};

it("takes and sends a chat request of OpenAI's own SDK", () => {
  const { max_completion_tokens: most, ...given } = chat;
  const body = { ...given, model: 'ours', max_tokens: most ?? null, stream_options: undefined };
  const request = openai.chat?.buildRequest({ ...target, body: body as never, stream: true });
  expect(JSON.parse(String(request?.body))).toEqual(chat);
});

const embeddings: OpenAI.EmbeddingCreateParams = {
  model: 'text-embedding-3-small',
  input: ['a'],
  dimensions: 256,
  encoding_format: 'base64',
  user: 'u-1',
};
const images: OpenAI.Images.ImageGenerateParamsNonStreaming = {
  model: 'gpt-image-1',
  prompt: 'A cat',
  size: '1024x1024',
  quality: 'low',
  output_format: 'webp',
};
const speech: OpenAI.Audio.SpeechCreateParams = { model: 'tts-1', input: 'Hello', voice: 'alloy', speed: 1.5 };
const moderation: OpenAI.ModerationCreateParams = { model: 'omni-moderation-latest', input: ['a'] };

it.each([
  ['embeddings', embeddings],
  ['images', images],
  ['speech', speech],
  ['moderations', moderation],
] as const)("takes and sends a request of OpenAI's own SDK for %s", (endpoint, typed) => {
  const adapter = openai[endpoint];
  const call = { ...target, model: typed.model as string, body: { ...typed, model: 'ours' } };
  const request = adapter?.buildRequest(call as never);
  expect(JSON.parse(String(request?.body))).toEqual(typed);
});
