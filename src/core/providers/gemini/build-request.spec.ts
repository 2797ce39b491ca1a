/** Requests with parameters that Gemini has no word for: what is let through, and what is refused. */
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import { gemini } from './index.js';

const tool = (name: string) => ({ type: 'function' as const, function: { name } });

function sentFor(more: Partial<ChatCompletionRequest>): unknown {
  const request = gemini.chat?.buildRequest({
    body: { model: 'ours', messages: [{ role: 'user', content: 'Hi' }], ...more },
    model: 'gemini-2.5-flash',
    stream: false,
    endpoint: { origin: 'https://generativelanguage.googleapis.com', basePath: '/v1beta' },
    parameters: plainParameters,
    created: 0,
    responseId: 'r1',
  });
  return JSON.parse(String(request?.body));
}

it.each([
  ['all calls at once, which is what happens', true, ['get_weather', 'get_time']],
  ['one call of the only function', false, ['get_weather']],
  ['one call without a function', false, []],
])('lets a client ask for %s', (_what, parallel, names) => {
  const tools = names.map(tool);
  expect(sentFor({ tools, parallel_tool_calls: parallel })).toEqual(sentFor({ tools }));
});

it('refuses one call among several functions', () => {
  expect(() => sentFor({ tools: [tool('get_weather'), tool('get_time')], parallel_tool_calls: false })).toThrow(
    expect.objectContaining({ code: 'unsupported_parameter', param: 'parallel_tool_calls' }),
  );
});
