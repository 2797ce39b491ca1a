/** What Anthropic and its hosts are asked for a count, and what is read of their answers. */
import type { ProviderDefinition, TokenCountCall } from '../../spec/index.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import { azureAi } from '../azure-ai/index.js';
import { bedrock } from '../bedrock/index.js';
import { vertexAi } from '../vertex-ai/index.js';
import { anthropic } from './index.js';

const messages = [{ role: 'user', content: 'Hello' }];
/** Known to every host. */
const beta = 'context-1m-2025-08-07';

function call(model: string, address: string, parameters: Partial<ParameterPolicy> = {}): TokenCountCall {
  const { origin, pathname } = new URL(address);
  return {
    body: { model: 'ours', messages, system: 'Be brief.', max_tokens: 5, temperature: 1, stream: true },
    model,
    endpoint: { origin, basePath: pathname.replace(/\/$/, '') },
    parameters: { ...plainParameters, ...parameters },
    created: 0,
    responseId: 'x',
    clientHeaders: { 'anthropic-beta': beta, 'anthropic-version': '2023-06-01' },
  };
}

function adapterOf({ tokenCounts }: ProviderDefinition) {
  const adapter = tokenCounts?.['anthropic-messages'];
  if (!adapter) throw new Error('The provider does not count.');
  return adapter;
}

function sent(provider: ProviderDefinition, ...given: Parameters<typeof call>) {
  const { path, origin, headers, body } = adapterOf(provider).buildRequest(call(...given));
  return { url: origin + path, headers, body: JSON.parse(String(body)) as Record<string, unknown> };
}

const read = (provider: ProviderDefinition, status: number, body: unknown, model = 'claude') => {
  const response = { status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
  const adapter = adapterOf(provider);
  if (status !== 200) throw adapter.parseError(response);
  return adapter.parseResponse(response, call(model, 'https://x.example'));
};

const counted = { messages, system: 'Be brief.' };

it.each([
  [
    'Anthropic',
    anthropic,
    'claude-sonnet-4-5',
    'https://api.anthropic.com',
    'https://api.anthropic.com/v1/messages/count_tokens',
    { ...counted, model: 'claude-sonnet-4-5' },
  ],
  [
    'Foundry',
    azureAi,
    'claude-sonnet-4-5',
    'https://me.services.ai.azure.com/models',
    'https://me.services.ai.azure.com/anthropic/v1/messages/count_tokens',
    { ...counted, model: 'claude-sonnet-4-5' },
  ],
  [
    'Vertex AI',
    vertexAi,
    'claude-sonnet-4-5@20250929',
    'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5',
    'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/count-tokens:rawPredict',
    { ...counted, model: 'claude-sonnet-4-5@20250929', anthropic_version: 'vertex-2023-10-16' },
  ],
  [
    'Vertex AI behind an address that names a model',
    vertexAi,
    'claude-x',
    'https://h.example/v1/projects/p/locations/l/publishers/anthropic/models/claude-x:rawPredict',
    'https://h.example/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
    { ...counted, model: 'claude-x', anthropic_version: 'vertex-2023-10-16' },
  ],
])('%s is asked for the prompt alone', (...[, provider, model, address, url, body]) => {
  const request = sent(provider, model, address);
  expect([request.url, request.body]).toEqual([url, body]);
  expect(request.headers).toMatchObject({ 'anthropic-beta': beta, 'anthropic-version': '2023-06-01' });
});

it('Bedrock is asked under the model’s own name, for the request in its envelope', () => {
  const request = sent(
    bedrock,
    'eu.anthropic.claude-haiku-4-5-20251001-v1:0',
    'https://bedrock-runtime.eu-west-1.amazonaws.com',
    {
      extraHeaders: { 'anthropic-beta': 'b', 'x-own': '1' },
    },
  );
  expect(request.url).toBe(
    'https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/count-tokens',
  );
  expect(request.headers).toEqual({ 'content-type': 'application/json', 'x-own': '1' });
  const { input } = request.body as { input: { invokeModel: { body: string } } };
  expect(JSON.parse(Buffer.from(input.invokeModel.body, 'base64').toString())).toEqual({
    ...counted,
    anthropic_beta: [beta, 'b'],
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 1_024,
  });
});

it('leaves out what the deployment always drops, but for the messages', () => {
  const { body } = sent(anthropic, 'c', 'https://a.example', { alwaysDrop: ['system', 'messages'] });
  expect(body).toEqual({ messages, model: 'c' });
});

it.each([
  ['Claude in Foundry', azureAi, 'claude-sonnet-4-5', true],
  ['others in Foundry', azureAi, 'mistral-large', false],
  ['Claude on Vertex AI', vertexAi, 'claude-sonnet-4-5', true],
  ['Gemini on Vertex AI', vertexAi, 'gemini-2.5-flash', false],
  ['Claude on Bedrock', bedrock, 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', true],
  ['Nova on Bedrock', bedrock, 'amazon.nova-lite-v1:0', false],
])('%s: %s', (...[, provider, model, accepted]) => {
  expect(adapterOf(provider).accepts({ model, parameters: plainParameters })).toBe(accepted);
});

it('reads the number, and keeps the whole answer', () => {
  const original = { input_tokens: 7, context_management: { original_input_tokens: 9 } };
  expect(read(anthropic, 200, original)).toEqual({ answer: { tokens: 7, original }, usage: undefined });
  expect(read(bedrock, 200, { inputTokens: 8 })).toMatchObject({ answer: { tokens: 8 } });
});

it.each(['<html>', '[]', '{}', '{"input_tokens": "7"}', '{"input_tokens": -1}', '{"input_tokens": 1.5}'])(
  'takes %s for no answer',
  (body) => {
    expect(() => read(anthropic, 200, body)).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
  },
);

it('tells a model that is not counted for from a request that is refused', () => {
  const refuse = (message: string) => () => read(bedrock, 400, { __type: 'ValidationException', message });
  expect(refuse("The provided model doesn't support counting tokens.")).toThrow(
    expect.objectContaining({ code: 'upstream_not_found', provider: 'bedrock' }),
  );
  expect(refuse('messages: roles must alternate')).toThrow(expect.objectContaining({ code: 'upstream_bad_request' }));
});
