/** What Azure adds to OpenAI's streams and responses, and who may not ask. */
import type { ResponsesRequest } from '../../schema/openai/responses.js';
import { plainParameters } from '../../spec/parameters.js';
import { azure } from './index.js';
import { promptFilterResults } from './prompt-filter-results.js';

it('gives what the filter says of a prompt along with the first chunk of the answer, once', () => {
  const { chunk } = promptFilterResults.perStream?.() ?? {};
  const results = [{ prompt_index: 0 }];
  expect(chunk?.({ id: '', choices: [], prompt_filter_results: results })).toBeNull();
  expect(chunk?.({ id: 'c', choices: [{}] })).toEqual({ id: 'c', choices: [{}], prompt_filter_results: results });
  const next = { id: 'c', choices: [{}] };
  expect(chunk?.(next)).toBe(next);
});

it('lets a chunk of usage alone through', () => {
  const { chunk } = promptFilterResults.perStream?.() ?? {};
  const usage = { choices: [], usage: {}, prompt_filter_results: [] };
  expect(chunk?.(usage)).toBe(usage);
});

it("sends a Responses request by the deployment's name", () => {
  const body: ResponsesRequest = { model: 'ours', input: 'Hi' };
  const request = azure.native?.['openai-responses']?.buildRequest({
    body,
    bytes: Buffer.from(JSON.stringify(body)),
    model: 'gpt5_series/mine',
    stream: false,
    endpoint: { origin: 'https://acme.openai.azure.com', basePath: '' },
    parameters: plainParameters,
    created: 0,
    responseId: 'r',
  });
  expect([request?.path, String(request?.body)]).toEqual(['/openai/v1/responses', '{"model":"mine","input":"Hi"}']);
});

it('refuses a request without credentials, and says which there are', () => {
  const request = { method: 'POST', origin: '', path: '/', headers: {} } as const;
  expect(() => azure.authenticate(request, {}, { nowMs: 0, settings: {} })).toThrow('`azure_ad_token`');
});
