/** What Google is asked for a count, at AI Studio and on Vertex AI, and what is read of the answer. */
import type { ProviderDefinition, TokenCountCall } from '../../spec/index.js';
import { plainParameters } from '../../spec/parameters.js';
import { vertexAi } from '../vertex-ai/index.js';
import { gemini } from './index.js';

const contents = [{ parts: [{ text: 'Hello' }] }];
const tools = [{ functionDeclarations: [{ name: 'look' }] }];

function call(body: object, basePath = ''): TokenCountCall {
  return {
    body: { ...body, model: 'ours' },
    model: 'gemini-2.5-flash',
    endpoint: { origin: 'https://g.example', basePath },
    parameters: plainParameters,
    created: 0,
    responseId: 'x',
  };
}

function adapterOf({ tokenCounts }: ProviderDefinition) {
  const adapter = tokenCounts?.['gemini-generate-content'];
  if (!adapter) throw new Error('The provider does not count.');
  return adapter;
}

const sent = (provider: ProviderDefinition, body: object, basePath?: string) => {
  const { path, body: text } = adapterOf(provider).buildRequest(call(body, basePath));
  return [path, JSON.parse(String(text))];
};

it('sends contents alone as they are', () => {
  expect(sent(gemini, { contents, safetySettings: [] })).toEqual([
    '/v1beta/models/gemini-2.5-flash:countTokens',
    { contents },
  ]);
});

it('sends AI Studio whatever else counts within a whole request', () => {
  expect(sent(gemini, { contents, tools, system_instruction: { parts: [] }, generationConfig: null })).toEqual([
    '/v1beta/models/gemini-2.5-flash:countTokens',
    {
      generateContentRequest: { model: 'models/gemini-2.5-flash', contents, tools, system_instruction: { parts: [] } },
    },
  ]);
});

it('sends Vertex AI the same beside the contents, and nothing that it would refuse', () => {
  const place = '/v1/projects/p/locations/us-central1';
  expect(sent(vertexAi, { contents, tools, toolConfig: {}, cachedContent: 'c', safetySettings: [] }, place)).toEqual([
    `${place}/publishers/google/models/gemini-2.5-flash:countTokens`,
    { contents, tools },
  ]);
});

it('is asked on Vertex AI for Gemini alone', () => {
  const { accepts } = adapterOf(vertexAi);
  const asked = ['gemini-2.5-flash', 'claude-sonnet-4-5'].map((model) =>
    accepts({ model, parameters: plainParameters }),
  );
  expect(asked).toEqual([true, false]);
});

it('reads the number; one that Google leaves out is 0', () => {
  const read = (body: object) =>
    adapterOf(gemini).parseResponse({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) }, call({}));
  expect(read({ totalTokens: 31, cachedContentTokenCount: 5 })).toMatchObject({
    answer: { tokens: 31, original: { cachedContentTokenCount: 5 } },
  });
  expect(read({})).toMatchObject({ answer: { tokens: 0 } });
  expect(() => read({ totalTokens: '31' })).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
});
