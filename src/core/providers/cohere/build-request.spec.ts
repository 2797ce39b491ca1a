import type { ChatCompletionRequest, ChatMessage } from '../../schema/openai/chat.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import { buildRequest } from './build-request.js';

const hello: ChatMessage = { role: 'user', content: 'Hi' };
const weather = { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } };
const time = { name: 'get_time' };
const tools = [weather, time].map((each) => ({ type: 'function', function: each }));

function sent(
  body: Partial<ChatCompletionRequest>,
  parameters: Partial<ParameterPolicy> = {},
  basePath = '',
): Record<string, unknown> & { path: string } {
  const request = buildRequest(
    {
      body: { model: 'ours', messages: [hello], ...body },
      model: 'command-a-03-2025',
      stream: false,
      endpoint: { origin: 'https://api.cohere.com', basePath },
      parameters: { ...plainParameters, ...parameters },
      created: 0,
      responseId: 'chatcmpl-1',
    },
    'cohere',
  );
  return { ...(JSON.parse(String(request.body)) as Record<string, unknown>), path: request.path };
}

const namesOf = (body: Record<string, unknown>): unknown =>
  (body['tools'] as { function: { name: string } }[] | undefined)?.map((tool) => tool.function.name);

describe('where a chat request goes', () => {
  it.each(['', '/v1', '/v2', '/v2/chat', '/v2/rerank'])('takes the address %p with or without version', (basePath) => {
    expect(sent({}, {}, basePath).path).toBe('/v2/chat');
  });

  it("keeps what lies before Cohere's own path", () => {
    expect(sent({}, {}, '/proxy/cohere/v2').path).toBe('/proxy/cohere/v2/chat');
  });
});

describe('the messages', () => {
  const messages = (...given: unknown[]): unknown => sent({ messages: given as ChatMessage[] })['messages'];

  it('keep system and developer messages where they stand', () => {
    expect(messages(hello, { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] }, hello)).toEqual([
      hello,
      { role: 'system', content: 'Be brief.' },
      hello,
    ]);
  });

  it('leave out turns of the assistant without content, which Cohere refuses', () => {
    expect(messages(hello, { role: 'assistant', content: ' \n' }, { role: 'assistant', content: null }, hello)).toEqual(
      [hello, hello],
    );
  });

  it('leave cache markers and names out', () => {
    const part = { type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } };
    expect(messages({ role: 'user', name: 'ann', content: [part] })).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ]);
  });

  it('give pictures by address and in place to Cohere, which fetches them', () => {
    const web = { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } };
    const inPlace = { type: 'image_url', image_url: 'data:image/png;base64,AAAA' };
    expect(messages({ role: 'user', content: [web, inPlace] })).toEqual([
      { role: 'user', content: [web, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
    ]);
  });

  it("send the reasoning before calls back as their plan, and a call's results as documents or texts", () => {
    const call = { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } };
    const document = { type: 'document', document: { id: 'd1', data: { title: 'Oslo' } } };
    expect(
      messages(
        { role: 'assistant', content: null, reasoning_content: 'I look.', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'snow', cache_control: {} }, document] },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ),
    ).toEqual([
      { role: 'assistant', tool_calls: [call], tool_plan: 'I look.' },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'snow' }, document] },
      { role: 'tool', tool_call_id: 'c1', content: 'ab' },
    ]);
  });

  it('bring older functions and their results together', () => {
    const called = { name: 'get_weather', arguments: '{}' };
    expect(
      messages(
        hello,
        { role: 'assistant', content: null, function_call: called },
        { role: 'function', name: 'get_weather', content: 'snow' },
      ),
    ).toEqual([
      hello,
      { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: called }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'snow' },
    ]);
  });

  it.each([
    ['a file', { role: 'user', content: [{ type: 'file', file: {} }] }],
    ['sound', { role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }],
    ['a picture without an address', { role: 'user', content: [{ type: 'image_url', image_url: {} }] }],
    ['no content', { role: 'user', content: 5 }],
    ['an unknown role', { role: 'critic', content: 'Hm.' }],
    ['nothing', null],
    ['a result that belongs to no call', { role: 'tool', content: 'snow' }],
    ['a picture as a result', { role: 'tool', tool_call_id: 'c', content: [{ type: 'image_url', image_url: 'a' }] }],
  ])('are refused where they hold %s', (_what, message) => {
    expect(() => messages(message)).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'messages' }));
  });
});

describe('the tools', () => {
  it.each([
    [undefined, undefined, ['get_weather', 'get_time']],
    ['auto', undefined, ['get_weather', 'get_time']],
    ['none', 'NONE', ['get_weather', 'get_time']],
    ['required', 'REQUIRED', ['get_weather', 'get_time']],
    ['any', 'REQUIRED', ['get_weather', 'get_time']],
    [{ type: 'function', function: { name: 'get_time' } }, 'REQUIRED', ['get_time']],
    [{ type: 'tool', name: 'get_time' }, 'REQUIRED', ['get_time']],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tools[1]] } }, undefined, ['get_time']],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'required', tools } }, 'REQUIRED', ['get_weather', 'get_time']],
  ])('for the choice %j', (choice, wireChoice, names) => {
    const body = sent({ tools, tool_choice: choice as ChatCompletionRequest['tool_choice'] });
    expect([body['tool_choice'], namesOf(body)]).toEqual([wireChoice, names]);
  });

  it.each([
    [undefined, undefined, ['get_weather', 'get_time']],
    ['none', 'NONE', ['get_weather', 'get_time']],
    [{ name: 'get_time' }, 'REQUIRED', ['get_time']],
  ])('for older functions and the choice %j', (choice, wireChoice, names) => {
    const body = sent({ functions: [weather, time], ...(choice && { function_call: choice }) });
    expect([body['tool_choice'], namesOf(body), body['functions']]).toEqual([wireChoice, names, undefined]);
  });

  it('gives a function without parameters an empty object, which Cohere demands', () => {
    expect(sent({ tools: [{ type: 'function', function: time }] })['tools']).toEqual([
      { type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
    ]);
  });

  it('asks for strictness only where every tool does, and not where the client says otherwise', () => {
    const strict = { type: 'function', function: { ...weather, strict: true } };
    expect(sent({ tools: [strict] })['strict_tools']).toBe(true);
    expect(sent({ tools: [strict, ...tools] })).not.toHaveProperty('strict_tools');
    expect(sent({ tools: [strict], strict_tools: false })['strict_tools']).toBe(false);
  });

  it('are left out where there are none', () => {
    expect(Object.keys(sent({ tools: [], tool_choice: 'auto' }))).toEqual(['model', 'messages', 'path']);
  });

  it('are refused where the choice names none of them, and where one is no function', () => {
    const choice = { type: 'function', function: { name: 'get_news' } };
    const unknown = expect.objectContaining({ code: 'invalid_request', param: 'tool_choice' }) as Error;
    expect(() => sent({ tools, tool_choice: choice })).toThrow(unknown);
    const custom = expect.objectContaining({ code: 'invalid_request', param: 'tools' }) as Error;
    expect(() => sent({ tools: [{ type: 'web_search' }] })).toThrow(custom);
  });
});

describe('the parameters', () => {
  it("go out under Cohere's names, its own as they are", () => {
    const own = {
      documents: [{ id: 'd1', data: { text: 'Snow.' } }],
      citation_options: { mode: 'ACCURATE' },
      safety_mode: 'STRICT',
      priority: 1,
    };
    const body = sent({ ...own, max_tokens: 9, max_completion_tokens: 5, top_p: 0.5, top_k: 3, stop: 'x', seed: 1 });
    expect(body).toMatchObject({ ...own, max_tokens: 5, p: 0.5, k: 3, stop_sequences: ['x'], seed: 1 });
    expect(body).not.toHaveProperty('top_p');
  });

  it.each([
    [{ type: 'text' }, undefined],
    [{ type: 'json_object' }, { type: 'json_object' }],
    [
      { type: 'json_object', response_schema: { type: 'object' } },
      { type: 'json_object', json_schema: { type: 'object' } },
    ],
    [
      { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
      { type: 'json_object', json_schema: { type: 'object' } },
    ],
  ])('ask for the format %j', (format, expected) => {
    const body = sent({ response_format: format as ChatCompletionRequest['response_format'] });
    expect(body['response_format']).toEqual(expected);
  });

  it.each([
    [{}, undefined],
    [{ reasoning_effort: 'none' }, { type: 'disabled' }],
    [{ reasoning_effort: 'low' }, { type: 'enabled', token_budget: 1024 }],
    [{ thinking: { type: 'disabled' } }, { type: 'disabled' }],
    [{ thinking: { type: 'enabled', budget_tokens: 700 } }, { type: 'enabled', token_budget: 700 }],
    [{ thinking: { type: 'enabled', token_budget: 800 } }, { type: 'enabled', token_budget: 800 }],
  ])('turn %j into thinking', (asked, expected) => {
    expect(sent(asked)['thinking']).toEqual(expected);
  });

  it('that ask for what happens anyway are taken, others are refused by name or dropped', () => {
    expect(Object.keys(sent({ n: 1, parallel_tool_calls: true, store: false }))).toEqual(['model', 'messages', 'path']);
    expect(() => sent({ n: 2 })).toThrow(expect.objectContaining({ code: 'unsupported_parameter', param: 'n' }));
    expect(sent({ n: 2, user: 'ann', service_tier: 'auto' }, { dropUnsupported: true })).not.toHaveProperty('user');
  });

  it('of the deployment come last', () => {
    expect(sent({ temperature: 1 }, { extraBody: { temperature: 0, raw_prompting: true } })).toMatchObject({
      temperature: 0,
      raw_prompting: true,
    });
  });
});
