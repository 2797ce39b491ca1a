/** The named departures of the catalog's rows, one by one: what they change, and that they leave everything else alone. */
import { plainParameters, type ParameterPolicy } from '../../../spec/parameters.js';
import type { ChatCall } from '../../../spec/chat-adapter.js';
import type { JsonObject, Quirk } from '../quirk.js';
import { alternatingRoles } from './alternating-roles.js';
import { appAttribution } from './app-attribution.js';
import { copilotMessages } from './copilot.js';
import { developerAsSystem } from './developer-as-system.js';
import { enableThinking } from './enable-thinking.js';
import { fireworksModel } from './fireworks-model.js';
import { grokReasoningParams } from './grok-reasoning-params.js';
import { looseToolSchemas } from './loose-tool-schemas.js';
import { objectBySchema } from './object-by-schema.js';
import { plainMessages, plainMessagesWithThoughts } from './plain-messages.js';
import { reportedCost } from './reported-cost.js';
import { reasoningBudget } from './reasoning-budget.js';
import { reasoningWithCalls } from './reasoning-with-calls.js';
import { retrieverEmbeddings } from './retriever-embeddings.js';
import { temperatureUpTo } from './temperature-up-to.js';
import { textContent } from './text-content.js';
import { kimiThinking, thinkingSwitch, thinkingWithEffort } from './thinking-switch.js';
import { togetherImages } from './together-images.js';
import { toolChoiceInWords } from './tool-choice-in-words.js';

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
  alternatingRoles,
  developerAsSystem,
  enableThinking,
  grokReasoningParams,
  looseToolSchemas,
  plainMessages,
  reasoningWithCalls,
  temperatureUpTo(1),
  kimiThinking,
  objectBySchema,
  plainMessagesWithThoughts,
  reasoningBudget,
  textContent,
  thinkingSwitch,
  thinkingWithEffort,
  toolChoiceInWords,
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
  [temperatureUpTo(1), { temperature: 1.7 }, { temperature: 1 }],
  [thinkingWithEffort, { reasoning_effort: 'high' }, { thinking: { type: 'enabled' }, reasoning_effort: 'high' }],
  [thinkingWithEffort, { reasoning_effort: 'minimal' }, { thinking: { type: 'enabled' }, reasoning_effort: 'low' }],
  [thinkingWithEffort, { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
  [thinkingWithEffort, { thinking: { type: 'enabled', budget_tokens: 5 } }, { thinking: { type: 'enabled' } }],
  [kimiThinking, { reasoning_effort: 'low' }, { thinking: { type: 'enabled' } }],
  [reasoningBudget, { thinking: { type: 'enabled', budget_tokens: 5 } }, { reasoning: { max_tokens: 5 } }],
  [reasoningBudget, { thinking: { type: 'adaptive' } }, { reasoning: { enabled: true } }],
  [reasoningBudget, { thinking: { type: 'disabled' } }, { reasoning: { enabled: false } }],
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

  it('keep their thoughts where the provider wants them back', () => {
    const body = plainMessagesWithThoughts.request?.({ messages: [said] }, call());
    expect(body).toEqual({ messages: [{ role: 'assistant', content: 'Hello', reasoning_content: 'Hm.' }] });
  });

  it("of the developer become the system's", () => {
    const body = developerAsSystem.request({ messages: [{ role: 'developer', content: 'Be brief.' }] });
    expect(body).toEqual({ messages: [{ role: 'system', content: 'Be brief.' }] });
  });

  it('of text parts alone become strings', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.test/b.png' } }] };
    const body = textContent.request?.({ messages: [{ role: 'user', content: parts }, picture] }, call());
    expect(body).toEqual({ messages: [{ role: 'user', content: 'ab' }, picture] });
  });

  it('of one role become one where roles must take turns', () => {
    const picture = { type: 'image_url', image_url: { url: 'https://a.test/b.png' } };
    const body = alternatingRoles.request?.(
      {
        messages: [
          { role: 'system', content: 'A.' },
          { role: 'system', content: 'B.' },
          { role: 'user', content: 'One.' },
          { role: 'user', content: 'Two.' },
          { role: 'assistant', content: null },
          { role: 'assistant', content: 'Three.' },
          { role: 'user', content: 'Four.' },
          { role: 'user', content: [picture] },
        ],
      },
      call(),
    );
    expect(body).toEqual({
      messages: [
        { role: 'system', content: 'A.' },
        { role: 'system', content: 'B.' },
        { role: 'user', content: 'One.\n\nTwo.' },
        { role: 'assistant', content: 'Three.' },
        { role: 'user', content: [{ type: 'text', text: 'Four.' }, picture] },
      ],
    });
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

it('leaves efforts to the Kimi models that know them', () => {
  expect(changed(kimiThinking, { reasoning_effort: 'low' }, call('kimi-k3'))).toEqual({
    messages,
    reasoning_effort: 'low',
  });
  expect(changed(kimiThinking, { thinking: { type: 'enabled' } }, call('kimi-k3'))).toEqual({ messages });
});

it("does not touch OpenRouter's own word for reasoning", () => {
  const body = { messages, thinking: { type: 'enabled' }, reasoning: { effort: 'low' } };
  expect(reasoningBudget.request?.(body, call())).toBe(body);
});

it('asks in words for the call that cannot be demanded', () => {
  const body = changed(toolChoiceInWords, { tools: [{}], tool_choice: 'required' });
  expect(body).toEqual({
    tools: [{}],
    messages: [...messages, { role: 'user', content: expect.any(String) as string }],
  });
  const free = { messages, tool_choice: 'auto' };
  expect(toolChoiceInWords.request?.(free, call())).toBe(free);
});

it('asks for any object where JSON needs a schema', () => {
  expect(changed(objectBySchema, { response_format: { type: 'json_object' } })).toMatchObject({
    response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
  });
  const text = { messages, response_format: { type: 'text' } };
  expect(objectBySchema.request?.(text, call())).toBe(text);
});

it.each([
  ['llama-v3p1-8b-instruct', 'accounts/fireworks/models/llama-v3p1-8b-instruct'],
  ['accounts/mine/models/m', 'accounts/mine/models/m'],
  ['m#accounts/mine/deployments/d', 'm#accounts/mine/deployments/d'],
])('names the model %s of Fireworks %s', (model, path) => {
  expect(fireworksModel(call(model))).toEqual({ model: path });
});

it('tells Copilot of pictures and of who began the turn', () => {
  const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
  expect(copilotMessages.headers?.(call('m', {}, { messages: [{ role: 'user', content }] }))).toEqual({
    'copilot-vision-request': 'true',
    'x-initiator': 'user',
  });
  const later = [...messages, { role: 'assistant', content: 'Yes?' }, { role: 'user', content: 'Go on.' }];
  expect(copilotMessages.headers?.(call('m', {}, { messages: later }))).toEqual({ 'x-initiator': 'agent' });
  expect(copilotMessages.headers?.({ ...call(), body: undefined })).toBeUndefined();
});

it.each([
  [{}, undefined],
  [{ site_url: 'https://acme.test' }, { 'http-referer': 'https://acme.test' }],
  [{ app_name: 'Acme' }, { 'x-title': 'Acme' }],
])('tells aggregators of the application: %j', (provider, headers) => {
  expect(appAttribution.headers?.(call('m', { provider }))).toEqual(headers);
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

it.each([
  [{ cost: 0.00012 }, 0.00012],
  [{ cost: { total_cost: 0.5, request_cost: 0.1 } }, 0.5],
  [{ cost: null }, null],
  [{}, undefined],
])('reads what an answer costs from %j', (usage, usd) => {
  expect(reportedCost.cost?.(usage)).toBe(usd);
});
