/** Which dialect each model of Foundry is asked in, and with which header. */
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import { plainParameters } from '../../spec/parameters.js';
import { azureAi } from './index.js';

const endpoint = { origin: 'https://acme.services.ai.azure.com', basePath: '/models' };

function nativeCall<Body extends ChatCompletionRequest | MessagesRequest>(model: string, body: Body) {
  const bytes = Buffer.from(JSON.stringify(body));
  return { body, bytes, model, stream: false, endpoint, parameters: plainParameters, created: 0, responseId: 'r' };
}

it("passes Anthropic's dialect through to Claude alone, and OpenAI's to everybody else", () => {
  const { native = {} } = azureAi;
  const accepted = (model: string) => [
    native['openai-chat']?.accepts(nativeCall(model, { model: 'ours', messages: [] })),
    native['anthropic-messages']?.accepts(nativeCall(model, { model: 'ours', max_tokens: 1, messages: [] })),
  ];
  expect(accepted('claude-sonnet-4-5')).toEqual([false, true]);
  expect(accepted('Mistral-large')).toEqual([true, false]);
});

it('sends a Messages request as it is, to the address of Claude', () => {
  const body: MessagesRequest = { model: 'ours', max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] };
  const request = azureAi.native?.['anthropic-messages']?.buildRequest(nativeCall('claude-sonnet-4-5', body));
  expect(request?.path).toBe('/anthropic/v1/messages');
  expect(String(request?.body)).toBe(JSON.stringify({ ...body, model: 'claude-sonnet-4-5' }));
});

it("reports a broken answer of Claude's in its own name", () => {
  const tap = azureAi.native?.['anthropic-messages']?.createStreamTap(
    nativeCall('claude-sonnet-4-5', { model: 'ours', max_tokens: 1, messages: [] }),
  );
  const failure = expect.objectContaining({ provider: 'azure_ai', code: 'upstream_invalid_response' }) as unknown;
  expect(() => tap?.push(Buffer.from('data: {\n\n'))).toThrow(failure as Error);
  expect(() => tap?.end()).toThrow(expect.objectContaining({ provider: 'azure_ai' }) as Error);
});

it.each([
  [endpoint.origin, '/models/chat/completions', { apiKey: 'k' }, { 'api-key': 'k' }],
  [endpoint.origin, '/anthropic/v1/messages', { apiKey: 'k' }, { 'x-api-key': 'k' }],
  [endpoint.origin, '/anthropic/v1/messages', { azureAdToken: 't' }, { authorization: 'Bearer t' }],
  ['https://one.eastus.models.ai.azure.com', '/v1/rerank', { apiKey: 'k' }, { authorization: 'Bearer k' }],
])('asks %s%s with its header', (origin, path, credentials, headers) => {
  const request = { method: 'POST', origin, path, headers: {} } as const;
  expect(azureAi.authenticate(request, credentials, { nowMs: 0, settings: {} })).toMatchObject({ headers });
});
