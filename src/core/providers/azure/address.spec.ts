/** Paths by address, version and deployment. */
import { plainParameters } from '../../spec/parameters.js';
import { azurePath, isAzureOpenAi, responsesPath } from './address.js';

const call = (basePath: string, api_version?: unknown, model = 'mine') => ({
  model,
  endpoint: { origin: 'https://acme.openai.azure.com', basePath },
  parameters: { ...plainParameters, provider: { api_version } },
});

it.each([
  ['', '2024-10-21', '/openai/deployments/mine/chat/completions?api-version=2024-10-21'],
  ['/openai', '2024-10-21', '/openai/deployments/mine/chat/completions?api-version=2024-10-21'],
  [
    '/proxy/openai/deployments/theirs',
    '2024-10-21',
    '/proxy/openai/deployments/theirs/chat/completions?api-version=2024-10-21',
  ],
  ['/openai/deployments/theirs', 'v1', '/openai/deployments/theirs/chat/completions?api-version=v1'],
  ['', new Date('2024-10-21'), '/openai/deployments/mine/chat/completions?api-version=2024-10-21'],
  ['', undefined, '/openai/deployments/mine/chat/completions?api-version=2025-02-01-preview'],
  ['', 'v1', '/openai/v1/chat/completions'],
  ['', 'latest', '/openai/v1/chat/completions?api-version=preview'],
  ['/openai/v1', undefined, '/openai/v1/chat/completions'],
  ['/proxy/openai/v1', '2024-10-21', '/proxy/openai/v1/chat/completions'],
])('below %j with the version %p', (basePath, version, path) => {
  expect(azurePath('/chat/completions', call(basePath, version))).toBe(path);
});

it.each([
  ['o_series/mine', 'mine'],
  ['a/b', 'a%2Fb'],
  ['../x', '%2Fx'],
])('the deployment %s is %s in the path', (model, name) => {
  expect(azurePath('/embeddings', call('', 'v', model))).toBe(`/openai/deployments/${name}/embeddings?api-version=v`);
});

it.each([
  ['', undefined, '/openai/v1/responses'],
  ['', '2024-10-21', '/openai/v1/responses'],
  ['', 'preview', '/openai/v1/responses?api-version=preview'],
  ['/openai/deployments/theirs', '2025-04-01-preview', '/openai/responses?api-version=2025-04-01-preview'],
])('responses below %j with the version %p', (basePath, version, path) => {
  expect(responsesPath(call(basePath, version))).toBe(path);
});

it.each([
  ['https://a.openai.azure.com', '', true],
  ['https://a.cognitiveservices.azure.us', '', true],
  ['https://a.services.ai.azure.com', '/openai/v1', true],
  ['https://a.services.ai.azure.com', '/models', false],
  ['https://openai.azure.com.evil.example', '', false],
])('%s%s is Azure OpenAI: %p', (origin, basePath, expected) => {
  expect(isAzureOpenAi({ origin, basePath })).toBe(expected);
});
