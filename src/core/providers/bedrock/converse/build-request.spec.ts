/** What Converse is sent, beyond the fixtures: choices, families, schemas, and what is refused. */
import { GatewayError } from '../../../errors/gateway-error.js';
import type { ChatCompletionRequest } from '../../../schema/openai/chat.js';
import { plainParameters, type ParameterPolicy } from '../../../spec/parameters.js';
import { buildConverseRequest } from './build-request.js';
import type { ConverseBody } from './wire.js';

const claude = 'anthropic.claude-3-5-sonnet-20240620-v1:0';
const llama = 'meta.llama3-3-70b-instruct-v1:0';
const user = { role: 'user' as const, content: 'Hi' };
const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
const spec = { toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } };
const called = [
  user,
  {
    role: 'assistant' as const,
    tool_calls: [{ id: 't', type: 'function' as const, function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool' as const, tool_call_id: 't', content: 'done' },
];

function built(
  body: Partial<ChatCompletionRequest>,
  model = claude,
  policy: Partial<ParameterPolicy> = {},
): ConverseBody {
  const request = buildConverseRequest({
    body: { model: 'ours', messages: [user], ...body },
    model,
    stream: false,
    endpoint: { origin: 'https://bedrock-runtime.us-west-2.amazonaws.com', basePath: '' },
    parameters: { ...plainParameters, ...policy },
    created: 0,
    responseId: 'id',
  });
  return JSON.parse(String(request.body)) as ConverseBody;
}

describe('tool choice', () => {
  it.each<[NonNullable<ChatCompletionRequest['tool_choice']>, unknown]>([
    ['auto', { auto: {} }],
    ['required', { any: {} }],
    ['any', { any: {} }],
    [{ type: 'function', function: { name: 'f' } }, { tool: { name: 'f' } }],
    [{ type: 'tool', name: 'f' }, { tool: { name: 'f' } }],
  ])('%j', (tool_choice, toolChoice) => {
    expect(built({ tools: [tool], tool_choice }).toolConfig).toEqual({ tools: [spec], toolChoice });
  });

  it('none leaves the tools out, where no call in the history needs them', () => {
    expect(built({ tools: [tool], tool_choice: 'none' }, llama)).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
    });
  });

  it('none is said in the words of Claude itself, where the history has calls', () => {
    const body = built({ messages: called, tools: [tool], tool_choice: 'none' });
    expect(body.toolConfig).toEqual({ tools: [spec] });
    expect(body.additionalModelRequestFields).toEqual({ tool_choice: { type: 'none' } });
  });

  it('that a family does not have is refused, or dropped where that is wished', () => {
    const choices = [
      { tools: [tool], tool_choice: 'required' as const },
      { tools: [tool], tool_choice: tool },
      { messages: called, tools: [tool], tool_choice: 'none' as const },
    ];
    for (const body of choices) {
      expect(() => built(body, llama)).toThrow(
        expect.objectContaining({ code: 'unsupported_parameter', param: 'tool_choice' }),
      );
      expect(built(body, llama, { dropUnsupported: true }).toolConfig).toEqual({ tools: [spec] });
    }
    expect(
      built({ tools: [tool], tool_choice: 'required' }, 'mistral.mistral-large-2407-v1:0').toolConfig,
    ).toMatchObject({
      toolChoice: { any: {} },
    });
  });

  it('names one tool for a single call', () => {
    const body = built({ tools: [tool], tool_choice: tool, parallel_tool_calls: false });
    expect(body.toolConfig).toEqual({ tools: [spec] });
    expect(body.additionalModelRequestFields).toEqual({
      tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    });
  });
});

describe('tools', () => {
  it("are Claude's own alone", () => {
    const own = { type: 'bash_20250124', name: 'bash' };
    expect(built({ tools: [own] }).additionalModelRequestFields).toEqual({
      tools: [own],
      anthropic_beta: ['computer-use-2025-01-24'],
    });
    expect(() => built({ tools: [own] }, llama)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'tools' }),
    );
  });

  it("come in Anthropic's and Converse's form too", () => {
    const anthropic = { type: 'custom', name: 'f', description: 'F', input_schema: { type: 'object' } };
    expect(built({ tools: [anthropic] }).toolConfig?.tools).toEqual([
      { toolSpec: { name: 'f', description: 'F', inputSchema: { json: { type: 'object' } } } },
    ]);
    expect(built({ tools: [{ type: '', ...spec }] }).toolConfig?.tools).toMatchObject([spec]);
  });
});

describe('JSON', () => {
  it('of no schema is any object, by a tool', () => {
    const { toolConfig } = built({ response_format: { type: 'json_object' } });
    expect(toolConfig?.tools).toMatchObject([
      { toolSpec: { name: 'json_tool_call', inputSchema: { json: { type: 'object' } } } },
    ]);
    expect(toolConfig?.toolChoice).toEqual({ tool: { name: 'json_tool_call' } });
  });

  it('is not forced while the model thinks, nor where calls cannot be forced', () => {
    const thinking = {
      thinking: { type: 'enabled', budget_tokens: 1024 },
      response_format: { type: 'json_object' as const },
    };
    expect(built(thinking, 'anthropic.claude-3-7-sonnet-20250219-v1:0').toolConfig?.toolChoice).toEqual({ auto: {} });
    expect(built({ response_format: { type: 'json_object' } }, llama).toolConfig?.toolChoice).toEqual({ auto: {} });
  });

  it('is asked of open models by their schema', () => {
    const json_schema = { schema: { type: 'object', properties: {} } };
    const { outputConfig, toolConfig } = built(
      { response_format: { type: 'json_schema', json_schema } },
      'openai.gpt-oss-20b-1:0',
    );
    expect(outputConfig?.textFormat?.structure.jsonSchema.schema).toBe(
      '{"type":"object","properties":{},"additionalProperties":false}',
    );
    expect(toolConfig).toBeUndefined();
  });
});

describe('parameters', () => {
  it.each([
    [llama, { reasoning_effort: 'low' }],
    [llama, { parallel_tool_calls: false }],
    [claude, { seed: 1 }],
    [claude, { n: 2 }],
    [claude, { logprobs: true }],
    ['anthropic.claude-opus-4-8-v1', { temperature: 0.5 }],
  ])('%s refuses %j, or lets it be dropped', (model, params) => {
    expect(() => built(params, model)).toThrow(expect.objectContaining({ code: 'unsupported_parameter' }));
    expect(Object.keys(built(params, model, { dropUnsupported: true }))).toEqual(['messages']);
  });

  it('that ask for what happens anyway are not sent', () => {
    const idle = {
      n: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      logprobs: false,
      store: false,
      parallel_tool_calls: true,
    };
    expect(Object.keys(built(idle))).toEqual(['messages']);
    expect(Object.keys(built({ temperature: 1, top_p: 1 }, 'anthropic.claude-opus-4-8-v1'))).toEqual(['messages']);
  });

  it.each([
    ['openai.gpt-oss-20b-1:0', { reasoning_effort: 'low' }, { reasoning_effort: 'low' }],
    ['cohere.command-r-v1:0', { top_k: 3 }, { k: 3 }],
    ['mistral.mistral-large-2407-v1:0', { top_k: 3 }, { top_k: 3 }],
    [claude, { top_k: 3, min_p: 0.1 }, { top_k: 3, min_p: 0.1 }],
    ['global.amazon.nova-2-lite-v1:0', { reasoning_effort: 'none' }, { reasoningConfig: { type: 'disabled' } }],
  ])('of %s: %j', (model, params, fields) => {
    expect(built(params, model).additionalModelRequestFields).toEqual(fields);
  });

  it('of the deployment do not reach the model through the body, and no body chooses another model', () => {
    expect(Object.keys(built({ model_id: 'arn:aws:bedrock:us-west-2:1:x/y', aws_region_name: 'eu-west-1' }))).toEqual([
      'messages',
    ]);
  });

  it('of extra_body come last', () => {
    const policy = { extraBody: { inferenceConfig: { maxTokens: 1 } } };
    expect(built({ max_tokens: 5 }, claude, policy).inferenceConfig).toEqual({ maxTokens: 1 });
  });

  it('leave no thinking budget where there is no room for one, or the thoughts were lost', () => {
    const model = 'anthropic.claude-3-7-sonnet-20250219-v1:0';
    expect(Object.keys(built({ reasoning_effort: 'low', max_tokens: 1000 }, model))).toEqual([
      'messages',
      'inferenceConfig',
    ]);
    expect(built({ reasoning_effort: 'low', messages: called }, model).additionalModelRequestFields).toBeUndefined();
  });
});

describe('messages', () => {
  it('begin with the user, where need be with an empty message', () => {
    const messages = [{ role: 'assistant' as const, content: 'Hm ' }];
    expect(() => built({ messages })).toThrow('modify_params');
    expect(built({ messages }, claude, { mayModify: true }).messages).toEqual([
      { role: 'user', content: [{ text: '(empty message)' }] },
      { role: 'assistant', content: [{ text: 'Hm' }] },
    ]);
  });

  it('without content are not empty, and documents do not come alone', () => {
    expect(built({ messages: [{ role: 'user', content: ' \n' }] }).messages).toEqual([
      { role: 'user', content: [{ text: '(empty message)' }] },
    ]);
    const file = { type: 'file' as const, file: { file_data: 'data:text/csv;base64,AAAA' } };
    expect(built({ messages: [{ role: 'user', content: [file] }] }).messages[0]?.content).toEqual([
      { document: { format: 'csv', name: 'document', source: { bytes: 'AAAA' } } },
      { text: '(empty message)' },
    ]);
  });

  it('mark the cache where the message is marked', () => {
    const cache_control = { type: 'ephemeral' as const };
    const messages = [
      { role: 'system' as const, content: 'S', cache_control },
      { ...user, cache_control },
    ];
    expect(built({ messages })).toEqual({
      system: [{ text: 'S' }, { cachePoint: { type: 'default' } }],
      messages: [{ role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
    });
  });

  it.each([
    [{ role: 'narrator', content: 'x' }, 'the role'],
    [{ role: 'user', content: 7 }, 'neither a text nor a list'],
    [{ role: 'user', content: [null] }, 'not an object'],
    [{ role: 'user', content: [{ type: 'text' }] }, 'has no text'],
    [{ role: 'user', content: [{ type: 'image_url' }] }, 'has no url'],
    [{ role: 'user', content: [{ type: 'image_url', image_url: 'https://a.example/x.png' }] }, 'data URLs'],
    [{ role: 'user', content: [{ type: 'image_url', image_url: 'data:image/tiff;base64,AA' }] }, 'image/tiff'],
    [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }, 'not by id'],
    [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA', format: 'midi' } }] }, 'midi'],
    [{ role: 'user', content: [{ type: 'hologram' }] }, 'hologram'],
    [{ role: 'system', content: [{ type: 'image_url', image_url: 'data:image/png;base64,AA' }] }, 'text only'],
    [{ role: 'tool', content: 'x' }, 'tool_call_id'],
    [{ role: 'assistant', tool_calls: [{ id: 't', function: { name: 'f', arguments: '[1' } }] }, 'not a JSON object'],
    [null, 'the role'],
  ])('%j is refused', (message, reason) => {
    const messages = [user, message] as unknown as ChatCompletionRequest['messages'];
    const run = (): unknown => built({ messages });
    expect(run).toThrow(GatewayError);
    expect(run).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'messages[1]' }));
    expect(run).toThrow(reason);
  });

  it.each([
    { tools: {} },
    { tools: [7] },
    { tool_choice: { type: 'function' } },
    { stop: { a: 1 } },
    { service_tier: 'gold' },
    { messages: 'Hi' },
    { reasoning_effort: 'heroic' },
  ])('%j is refused', (body) => {
    const model = 'anthropic.claude-3-7-sonnet-20250219-v1:0';
    const run = (): unknown => built({ tools: [tool], ...body } as unknown as ChatCompletionRequest, model);
    expect(run).toThrow(expect.objectContaining({ code: 'invalid_request', provider: 'bedrock' }));
  });
});
