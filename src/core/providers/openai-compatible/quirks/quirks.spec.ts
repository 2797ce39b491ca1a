/** The named departures of the catalog's rows, one by one: what they change, and that they leave everything else alone. */
import { plainParameters, type ParameterPolicy } from '../../../spec/parameters.js';
import type { ChatCall } from '../../../spec/chat-adapter.js';
import type { JsonObject, Quirk } from '../quirk.js';
import { copilotVision } from './copilot.js';
import { enableThinking } from './enable-thinking.js';
import { grokReasoningParams } from './grok-reasoning-params.js';
import { looseToolSchemas } from './loose-tool-schemas.js';
import { plainMessages } from './plain-messages.js';
import { reasoningWithCalls } from './reasoning-with-calls.js';
import { retrieverEmbeddings } from './retriever-embeddings.js';
import { temperatureUpToOne } from './temperature-up-to-one.js';
import { thinkingSwitch } from './thinking-switch.js';
import { togetherImages } from './together-images.js';

const messages = [{ role: 'user', content: 'Hi' }];

function call(model = 'm', parameters: Partial<ParameterPolicy> = {}, body: JsonObject = {}): ChatCall {
  return {
    body: { model: 'ours', messages: [{ role: 'user', content: 'Hi' }], ...body },
    model,
    stream: false,
    endpoint: { origin: 'https://api.acme.test', basePath: '/v1' },
    parameters: { ...plainParameters, ...parameters },
    created: 0,
    responseId: 'chatcmpl-1',
  };
}

const changed = (quirk: Quirk, body: JsonObject, of = call()): JsonObject | undefined =>
  quirk.request?.({ messages, ...body }, of);

it.each([
  enableThinking,
  grokReasoningParams,
  looseToolSchemas,
  plainMessages,
  reasoningWithCalls,
  temperatureUpToOne,
  thinkingSwitch,
])('$name returns the body itself where there is nothing to do', (quirk) => {
  const body = { messages, temperature: 0.5, tools: [{ type: 'function', function: { name: 'f' } }, null] };
  expect(quirk.request?.(body, call('grok-4'))).toBe(body);
});

it.each([
  [thinkingSwitch, { reasoning_effort: 'high' }, { thinking: { type: 'enabled' } }],
  [thinkingSwitch, { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
  [thinkingSwitch, { thinking: { type: 'enabled', budget_tokens: 5 } }, { thinking: { type: 'enabled' } }],
  [thinkingSwitch, { thinking: { type: 'adaptive' } }, { thinking: { type: 'enabled' } }],
  [enableThinking, { reasoning_effort: 'low' }, { enable_thinking: true }],
  [enableThinking, { reasoning_effort: 'none' }, { enable_thinking: false }],
  [enableThinking, { thinking: { type: 'enabled', budget_tokens: 5 } }, { enable_thinking: true, thinking_budget: 5 }],
  [enableThinking, { thinking: { type: 'disabled' } }, { enable_thinking: false }],
  [temperatureUpToOne, { temperature: 1.7 }, { temperature: 1 }],
])('%# switches %j', (quirk, given, wanted) => {
  expect(changed(quirk, given)).toEqual({ messages, ...wanted });
});

describe('messages', () => {
  const called = { role: 'assistant', tool_calls: [{ id: 'c' }], reasoning_content: 'Hm.' };
  const said = { role: 'assistant', content: 'Hello', reasoning_content: 'Hm.', thinking_blocks: [], annotations: [] };

  it('lose what only answers have', () => {
    const body = plainMessages.request?.({ messages: [...messages, said] }, call());
    expect(body).toEqual({ messages: [...messages, { role: 'assistant', content: 'Hello' }] });
  });

  it('keep thoughts with the calls that they led to alone', () => {
    const body = reasoningWithCalls.request?.({ messages: [said, called] }, call());
    expect(body).toEqual({ messages: [{ role: 'assistant', content: 'Hello', annotations: [] }, called] });
  });
});

it('takes words that grammars stumble over out of tools', () => {
  const parameters = { type: 'object', properties: {}, additionalProperties: false };
  const tools = [{ type: 'function', function: { name: 'f', strict: true, parameters } }];
  expect(changed(looseToolSchemas, { tools })).toEqual({
    messages,
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
  });
});

describe('Grok', () => {
  const asked = { stop: ['x'], presence_penalty: 1, reasoning_effort: 'low', seed: 3 };

  it.each([
    ['grok-3', asked],
    ['grok-4-fast-non-reasoning', asked],
    ['grok-4', { seed: 3 }],
    ['grok-4.20', { reasoning_effort: 'low', seed: 3 }],
  ])('%s is sent %j with drop_params', (model, wanted) => {
    expect(changed(grokReasoningParams, asked, call(model, { dropUnsupported: true }))).toEqual({
      messages,
      ...wanted,
    });
  });

  it('refuses what its reasoning models refuse, unless it is allowed', () => {
    expect(() => changed(grokReasoningParams, { stop: ['x'] }, call('grok-4'))).toThrow(
      expect.objectContaining({ code: 'unsupported_parameter', param: 'stop' }),
    );
    expect(changed(grokReasoningParams, { stop: ['x'] }, call('grok-4', { alsoAllowed: ['stop'] }))).toMatchObject({
      stop: ['x'],
    });
  });
});

it('tells Copilot of pictures', () => {
  const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
  expect(copilotVision.headers?.(call('m', {}, { messages: [{ role: 'user', content }] }))).toEqual({
    'copilot-vision-request': 'true',
  });
  expect(copilotVision.headers?.(call())).toBeUndefined();
  expect(copilotVision.headers?.({ ...call(), body: undefined })).toBeUndefined();
});

it('tells retrievers what a text is for, unless the client does', () => {
  expect(retrieverEmbeddings.request?.({ input: 'a' }, call())).toEqual({ input: 'a', input_type: 'passage' });
  const asked = { input: 'a', input_type: 'query' };
  expect(retrieverEmbeddings.request?.(asked, call())).toBe(asked);
});

it('gives Together sizes and encodings in its own words', () => {
  const body = togetherImages.request?.({ prompt: 'a cat', size: '512x256', response_format: 'b64_json' }, call());
  expect(body).toEqual({ prompt: 'a cat', width: 512, height: 256, response_format: 'base64' });
  expect(togetherImages.request?.({ prompt: 'a cat', response_format: 'url' }, call())).toEqual({
    prompt: 'a cat',
    response_format: 'url',
  });
});
