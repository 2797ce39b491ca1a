import type { NativeCall } from '../../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import type { CatalogRow } from './catalog-row.js';
import { openAiCompatible } from './index.js';
import { reasoningField } from './quirks/reasoning-field.js';

const row: CatalogRow = {
  id: 'acme',
  displayName: 'Acme',
  docs: 'https://acme.example/docs',
  env: { apiKey: ['ACME_API_KEY'] },
};
const messages = [{ role: 'user', content: 'Grüße "you"' }];

function callOf(
  json: string,
  model: string,
  merged: object = {},
  parameters: Partial<ParameterPolicy> = {},
): NativeCall {
  const body = { ...merged, ...(JSON.parse(json) as NativeCall['body']) };
  return {
    body,
    bytes: Buffer.from(json),
    model,
    stream: body.stream === true,
    endpoint: { origin: 'https://acme.example', basePath: '/v1' },
    parameters: { ...plainParameters, ...parameters },
    created: 1,
    responseId: 'chatcmpl-1',
  };
}

function sent(call: NativeCall, changes: Partial<CatalogRow> = {}): { body: Buffer; text: string; json: unknown } {
  const native = openAiCompatible({ ...row, ...changes }).native?.['openai-chat'];
  const body = native?.buildRequest(call).body as Buffer;
  const text = Buffer.from(body).toString();
  return { body, text, json: JSON.parse(text) };
}

describe('the native request', () => {
  it('is the very bytes of the client where nothing changes', () => {
    const call = callOf(JSON.stringify({ model: 'm', messages }), 'm');
    expect(sent(call).body).toBe(call.bytes);
    const asking = callOf(
      JSON.stringify({ stream: true, stream_options: { include_usage: true }, model: 'm', messages }),
      'm',
    );
    expect(sent(asking).body).toBe(asking.bytes);
  });

  it('differs by the model name alone where the name does', () => {
    const call = callOf(
      '{ "messages": [{"role":"user","content":"\\u00fc","name":"model"}] ,"model":"ours", "n": 1.0 }',
      'theirs',
    );
    expect(sent(call).text).toBe(
      '{ "messages": [{"role":"user","content":"\\u00fc","name":"model"}] ,"model":"theirs", "n": 1.0 }',
    );
  });

  it('asks for the usage of a stream, and keeps what else the client put into stream_options', () => {
    const absent = callOf(JSON.stringify({ model: 'm', messages, stream: true }), 'theirs');
    expect(sent(absent).json).toEqual({ ...absent.body, model: 'theirs', stream_options: { include_usage: true } });
    for (const given of [null, {}, { include_usage: false }]) {
      const call = callOf(JSON.stringify({ stream_options: given, model: 'm', messages, stream: true }), 'theirs');
      expect(sent(call).json).toEqual({ ...call.body, model: 'theirs', stream_options: { include_usage: true } });
    }
    const own = callOf(
      JSON.stringify({ model: 'm', messages, stream: true, stream_options: { include_obfuscation: false } }),
      'm',
    );
    expect(sent(own).json).toEqual({
      ...own.body,
      stream_options: { include_obfuscation: false, include_usage: true },
    });
  });

  it('has no stream_options where the provider or the deployment does not take them', () => {
    const call = callOf(
      JSON.stringify({ model: 'm', messages, stream: true, stream_options: { include_usage: true } }),
      'm',
    );
    const { stream_options: _asked, ...rest } = call.body;
    expect(sent(call, { asksForStreamUsage: false }).json).toEqual(rest);
    const parameters = { ...plainParameters, alwaysDrop: ['stream_options'] };
    expect(sent({ ...call, parameters }).json).toEqual(rest);
  });

  it("carries the deployment's defaults and extra body, and its renamed and dropped parameters", () => {
    const json = JSON.stringify({ model: 'm', messages, max_completion_tokens: 9, user: 'u' });
    const call = callOf(json, 'theirs', { temperature: 0.1 }, { alwaysDrop: ['user'], extraBody: { flag: true } });
    expect(sent(call, { renamed: { max_completion_tokens: 'max_tokens' } }).json).toEqual({
      model: 'theirs',
      messages,
      max_tokens: 9,
      temperature: 0.1,
      flag: true,
    });
  });

  it('never carries a member that was taken out of the parsed body', () => {
    const call = callOf(JSON.stringify({ model: 'm', messages, api_key: 'sk-client' }), 'theirs');
    const { api_key: _key, ...body } = call.body;
    expect(sent({ ...call, body: { ...body, temperature: 0 } }).json).toEqual({
      model: 'theirs',
      messages,
      temperature: 0,
    });
  });

  it('says the model once where the client said it twice', () => {
    const call = callOf('{"model":"a","messages":[],"model":"b"}', 'theirs');
    expect(sent(call).text).toBe('{"model":"theirs","messages":[]}');
  });
});

describe('the native answer', () => {
  const answer = (message: object): Buffer =>
    Buffer.from(
      `{ "id":"1", "object":"chat.completion", "choices":[{"index":0,"message":${JSON.stringify(message)},"finish_reason":"stop"}]}`,
    );

  it('is the very bytes of the provider', () => {
    const native = openAiCompatible({ ...row, quirks: [reasoningField] }).native?.['openai-chat'];
    const body = answer({ role: 'assistant', content: 'Grüße' });
    expect(native?.readResponse({ headers: {}, body }, callOf('{"model":"m","messages":[]}', 'm')).body).toBe(body);
  });

  it('is written anew where a quirk changes it', () => {
    const native = openAiCompatible({ ...row, quirks: [reasoningField] }).native?.['openai-chat'];
    const body = answer({ role: 'assistant', content: 'x', reasoning: 'Hm' });
    const read = native?.readResponse({ headers: {}, body }, callOf('{"model":"m","messages":[]}', 'm'));
    expect(JSON.parse(read?.body.toString() ?? '')).toMatchObject({
      id: '1',
      choices: [{ message: { role: 'assistant', content: 'x', reasoning_content: 'Hm' } }],
    });
  });
});
