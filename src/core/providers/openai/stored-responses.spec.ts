/** Requests for what OpenAI's hosts keep: where they go, and which answers count. */
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import type { StoredResponseCall } from '../../spec/stored-responses.js';
import { azure } from '../azure/index.js';
import { openai } from './index.js';

function adapterOf({ storedResponses }: typeof openai) {
  if (!storedResponses) throw new Error('There is no adapter for stored responses.');
  return storedResponses;
}

function call(more: Partial<StoredResponseCall> = {}, parameters: Partial<ParameterPolicy> = {}): StoredResponseCall {
  return {
    id: 'resp_1',
    action: 'read',
    query: [],
    stream: false,
    model: 'gpt-5',
    endpoint: { origin: 'https://api.openai.com', basePath: '/v1' },
    parameters: { ...plainParameters, ...parameters },
    ...more,
  };
}

it.each([
  ['read', 'GET', '/v1/responses/resp_1'],
  ['delete', 'DELETE', '/v1/responses/resp_1'],
  ['list_input_items', 'GET', '/v1/responses/resp_1/input_items'],
  ['cancel', 'POST', '/v1/responses/resp_1/cancel'],
] as const)('%s is a %s of %s', (action, method, path) => {
  const request = adapterOf(openai).buildRequest(call({ action }));
  expect([request.method, request.origin, request.path]).toEqual([method, 'https://api.openai.com', path]);
});

it('carries the query, the account and the headers of the deployment, and no id can leave its place', () => {
  const query = [
    ['include[]', 'a&b'],
    ['after', 'msg_1'],
  ] as const;
  const request = adapterOf(openai).buildRequest(
    call({ id: '../files?x', query, stream: true }, { provider: { project: 'p-1' }, extraHeaders: { 'x-own': '1' } }),
  );
  expect(request.path).toBe('/v1/responses/..%2Ffiles%3Fx?include%5B%5D=a%26b&after=msg_1');
  expect(request.headers).toEqual({ accept: 'text/event-stream', 'openai-project': 'p-1', 'x-own': '1' });
});

it.each([
  ['2025-04-01-preview', '/openai/responses/resp_1/input_items?api-version=2025-04-01-preview&limit=3'],
  ['v1', '/openai/v1/responses/resp_1/input_items?limit=3'],
])('lies below the version %s of Azure', (version, path) => {
  const endpoint = { origin: 'https://a.openai.azure.com', basePath: '' };
  const asked = call(
    { action: 'list_input_items', query: [['limit', '3']], endpoint },
    { provider: { api_version: version } },
  );
  expect(adapterOf(azure).buildRequest(asked).path).toBe(path);
});

const check = (body: string) => adapterOf(openai).readUsage({ status: 200, headers: {}, body: Buffer.from(body) });

it('reads what a response has cost, once it is made', () => {
  const made = { object: 'response', usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } };
  expect(check(JSON.stringify(made))).toEqual({ promptTokens: 3, completionTokens: 2 });
  expect(check('{"object":"response","status":"in_progress","usage":null}')).toBeUndefined();
});

it.each(['{"object":"response","status":"failed","error":{"code":"server_error","message":"x"}}', '{"object":"list"}'])(
  'takes %s for an answer',
  (body) => {
    expect(() => check(body)).not.toThrow();
  },
);

it.each([
  ['[', 'upstream_invalid_response'],
  ['{}', 'upstream_invalid_response'],
  ['{"error":{"message":"no"}}', 'upstream_internal'],
])('refuses %s', (body, code) => {
  expect(() => check(body)).toThrow(expect.objectContaining({ code, provider: 'openai' }));
});

it('keeps the provider’s word for what it does not have', () => {
  const body = Buffer.from('{"error":{"message":"Response with id \'x\' not found.","type":"invalid_request_error"}}');
  const error = adapterOf(openai).parseError({ status: 404, headers: {}, body });
  expect([error.status, error.message]).toEqual([404, "Response with id 'x' not found."]);
});
