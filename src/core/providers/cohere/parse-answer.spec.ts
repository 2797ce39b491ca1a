import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { parseResponse } from './parse-response.js';
import { CohereStreamParser } from './parse-stream.js';

const call = (body: Partial<ChatCompletionRequest> = {}): ChatCall => ({
  body: { model: 'ours', messages: [], ...body },
  model: 'command-a-03-2025',
  stream: false,
  endpoint: { origin: 'https://api.cohere.com', basePath: '' },
  parameters: plainParameters,
  created: 7,
  responseId: 'chatcmpl-1',
});

const choiceOf = (answer: object, body?: Partial<ChatCompletionRequest>): unknown =>
  parseResponse({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) }, call(body), 'cohere')
    .completion.choices[0];

const streamed = (events: readonly object[], body?: Partial<ChatCompletionRequest>): unknown[] => {
  const parser = new CohereStreamParser(call(body), 'cohere');
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  return parser.push(Buffer.from(text)).map(({ choices }) => choices[0]);
};

const pieces = [
  { text: 'Hel', token_ids: [1, 2], logprobs: [-0.5, -0.25] },
  { text: 'é', token_ids: [3], logprobs: [-1] },
];
const entries = [
  { token: 'Hel', logprob: -0.75, bytes: [72, 101, 108], top_logprobs: [] },
  { token: 'é', logprob: -1, bytes: [195, 169], top_logprobs: [] },
];
const functions = [{ name: 'get_weather' }];
const called = { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"a":1}' } };

describe('the probabilities', () => {
  it("of a whole answer are OpenAI's", () => {
    const message = { content: [{ type: 'text', text: 'Helé' }] };
    expect(choiceOf({ message, finish_reason: 'COMPLETE', logprobs: pieces })).toMatchObject({
      logprobs: { content: entries, refusal: null },
    });
  });

  it('of a stream come with their text', () => {
    const events = pieces.map((logprobs) => ({
      type: 'content-delta',
      index: 0,
      delta: { message: { content: { text: logprobs.text } } },
      logprobs,
    }));
    expect(streamed(events)).toMatchObject(entries.map((entry) => ({ logprobs: { content: [entry] } })));
  });
});

describe('a client that offered functions in the older form', () => {
  it('is answered in it, in one piece', () => {
    expect(choiceOf({ message: { tool_calls: [called] }, finish_reason: 'TOOL_CALL' }, { functions })).toEqual({
      index: 0,
      message: { role: 'assistant', content: null, function_call: called.function },
      finish_reason: 'function_call',
    });
  });

  it('is answered in it, streamed', () => {
    const start = { ...called, function: { name: 'get_weather', arguments: '' } };
    const events = [
      { type: 'tool-call-start', index: 0, delta: { message: { tool_calls: start } } },
      { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '{}' } } } } },
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL' } },
    ];
    expect(streamed(events, { functions })).toMatchObject([
      { delta: { function_call: { name: 'get_weather', arguments: '' } } },
      { delta: { function_call: { arguments: '{}' } } },
      { finish_reason: 'function_call' },
    ]);
  });
});

describe('what has nothing to say', () => {
  it('may be null in an answer', () => {
    const message = { content: null, tool_calls: null, tool_plan: null, citations: null };
    expect(choiceOf({ message, finish_reason: null, usage: null, logprobs: null })).toEqual({
      index: 0,
      message: { role: 'assistant', content: '' },
      finish_reason: null,
    });
    const citations = [
      { start: 0, end: 2, text: 'It', sources: [null, { type: 'tool', document: null }] },
      { sources: null },
    ];
    expect(choiceOf({ message: { content: [], citations } })).toMatchObject({
      message: { provider_specific_fields: { citations } },
    });
  });

  it('may be null in an event', () => {
    const events = [
      { type: 'message-start', delta: null },
      { type: 'content-delta', delta: { message: null }, logprobs: null },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: null } } },
      { type: 'content-delta', delta: { message: { content: null } } },
      { type: 'message-end', delta: { finish_reason: null, usage: null, error: null } },
    ];
    expect(streamed(events)).toEqual([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
  });

  it('a call without arguments has an empty object of them', () => {
    expect(
      choiceOf({ message: { tool_calls: [{ ...called, function: { name: 'a', arguments: '' } }] } }),
    ).toMatchObject({
      message: { tool_calls: [{ function: { name: 'a', arguments: '{}' } }] },
    });
  });
});
