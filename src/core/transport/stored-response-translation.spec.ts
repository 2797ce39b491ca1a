/** What a provider keeps is read as it is sent; a provider that keeps nothing is not asked. */
import { openai } from '../providers/openai/index.js';
import type { StoredResponseCall } from '../spec/index.js';
import { plainParameters } from '../spec/parameters.js';
import { StoredResponseTranslation } from './stored-response-translation.js';

const call: StoredResponseCall = {
  id: 'resp_1',
  action: 'read',
  query: [],
  stream: true,
  model: 'gpt-5',
  endpoint: { origin: 'https://api.openai.com', basePath: '/v1' },
  parameters: plainParameters,
};

it('hands on the bytes, and what they say of the usage', () => {
  const translation = new StoredResponseTranslation(openai, call);
  const body = Buffer.from('{ "object": "response", "usage": {"input_tokens": 1, "output_tokens": 2} }');
  const answer = translation.readWhole({ status: 200, headers: {}, body });
  expect([translation.request.path, answer.answer]).toEqual(['/v1/responses/resp_1', body]);
  expect(answer.usage).toEqual({ promptTokens: 1, completionTokens: 2 });
});

it('hands on a stream up to its end, and no half of one', () => {
  const stream = new StoredResponseTranslation(openai, call).openStream();
  const event = 'event: response.failed\ndata: {"type":"response.failed","response":{}}\n\n';
  expect(() => stream.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
  expect([String(stream.push(Buffer.from(event))), stream.finished]).toEqual([event, true]);
});

it('refuses for a provider that keeps no responses', () => {
  const { storedResponses: _none, ...other } = openai;
  expect(() => new StoredResponseTranslation(other, call)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  );
});
