import type { Content, FunctionCallingConfigMode, GenerationConfig, Tool, ToolConfig, Type } from '@google/genai';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import { gemini } from './index.js';

const asked: ChatCompletionRequest = {
  model: 'ours',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: 'data:image/png;base64,AAAA' },
        { type: 'file', file: { file_id: 'gs://bucket/a.pdf' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'a__thought__c2ln', type: 'function', function: { name: 'get_time', arguments: '{"city":"Oslo"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a__thought__c2ln', content: '14:05' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_time',
        description: 'T',
        parameters: { type: 'object', properties: { city: { type: 'string' } } },
      },
    },
    { type: 'web_search' },
  ],
  tool_choice: { type: 'function', function: { name: 'get_time' } },
  max_tokens: 64,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 3,
  n: 2,
  seed: 7,
  stop: 'END',
  presence_penalty: 0.1,
  frequency_penalty: 0.2,
  thinking: { type: 'enabled', budget_tokens: 512 },
  response_format: { type: 'json_object' },
};

it("sends nothing that Google's own SDK has no types for", () => {
  const request = gemini.chat?.buildRequest({
    body: asked,
    model: 'gemini-2.5-flash',
    stream: false,
    endpoint: { origin: 'https://generativelanguage.googleapis.com', basePath: '' },
    parameters: plainParameters,
    created: 0,
    responseId: 'chatcmpl-1',
  });
  const contents: Content[] = [
    {
      role: 'user',
      parts: [
        { text: 'Look' },
        { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
        { fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' } },
      ],
    },
    {
      role: 'model',
      parts: [{ functionCall: { name: 'get_time', args: { city: 'Oslo' } }, thoughtSignature: 'c2ln' }],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'get_time', response: { content: '14:05' } } }] },
  ];
  // The SDK has an enumeration whose values are these words.
  const type = (name: `${Type}`) => name as Type;
  const tools: Tool[] = [
    {
      functionDeclarations: [
        {
          name: 'get_time',
          description: 'T',
          parameters: { type: type('OBJECT'), properties: { city: { type: type('STRING') } } },
        },
      ],
    },
    { googleSearch: {} },
  ];
  const toolConfig: ToolConfig = {
    functionCallingConfig: { mode: 'ANY' as FunctionCallingConfigMode, allowedFunctionNames: ['get_time'] },
  };
  const generationConfig: GenerationConfig = {
    maxOutputTokens: 64,
    temperature: 0.5,
    topP: 0.9,
    topK: 3,
    candidateCount: 2,
    seed: 7,
    stopSequences: ['END'],
    presencePenalty: 0.1,
    frequencyPenalty: 0.2,
    thinkingConfig: { includeThoughts: true, thinkingBudget: 512 },
    responseMimeType: 'application/json',
  };
  const systemInstruction: Content = { parts: [{ text: 'Be brief.' }] };
  expect(JSON.parse(String(request?.body))).toEqual({
    contents,
    systemInstruction,
    tools,
    toolConfig,
    generationConfig,
  });
});
