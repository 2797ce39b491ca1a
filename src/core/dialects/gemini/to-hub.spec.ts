/** What a generateContent request means to providers of other dialects, in either spelling of its members. */
import { parseGenerateContentRequest } from './parse-request.js';
import { toHubRequest } from './to-hub.js';

const everything = { supported: new Set(['thinking', 'reasoning_effort']) };
const effortOnly = { supported: new Set(['reasoning_effort']) };
const hi = [{ role: 'user', parts: [{ text: 'Hi' }] }];

function toHub(members: object, receiver = everything) {
  return toHubRequest({ model: 'm', contents: hi, ...members }, receiver);
}

describe('the conversation', () => {
  it('begins with what the system says, as a text or as parts', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ];
    expect(toHub({ systemInstruction: { parts: [{ text: 'Be brief.' }] } }).messages).toEqual(messages);
    expect(toHub({ system_instruction: 'Be brief.' }).messages).toEqual(messages);
  });

  it('keeps calls and results together, by id or by name and order', () => {
    const contents = [
      ...hi,
      {
        role: 'model',
        parts: [
          { text: 'I look.' },
          { functionCall: { name: 'f', args: { a: 1 } } },
          { functionCall: { name: 'f', args: { a: 2 } } },
          { function_call: { id: 'own', name: 'g' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'f', response: { result: 'one' } } },
          { functionResponse: { name: 'f', response: { x: 2 } } },
          { functionResponse: { id: 'own', name: 'g', response: { output: 'three' } } },
          { text: 'Go on' },
        ],
      },
    ];
    expect(toHub({ contents }).messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [
          { id: 'call_1_0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
          { id: 'call_1_1', type: 'function', function: { name: 'f', arguments: '{"a":2}' } },
          { id: 'own', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1_0', content: 'one' },
      { role: 'tool', tool_call_id: 'call_1_1', content: '{"x":2}' },
      { role: 'tool', tool_call_id: 'own', content: 'three' },
      { role: 'user', content: 'Go on' },
    ]);
  });

  it('gives a thought back with the signature that came after its text', () => {
    const parts = [
      { text: 'Hm', thought: true },
      { text: '.', thought: true },
      { text: '', thought: true, thoughtSignature: 'sig' },
      { text: 'unsigned', thought: true },
      { text: 'Paris' },
    ];
    expect(toHub({ contents: [{ role: 'model', parts }] }).messages).toEqual([
      {
        role: 'assistant',
        content: 'Paris',
        thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'sig' }],
        reasoning_content: 'Hm.unsigned',
      },
    ]);
  });

  it('has pictures, sound and files', () => {
    const parts = [
      { text: 'Look' },
      { inlineData: { mimeType: 'image/png', data: 'AA' } },
      { inline_data: { mime_type: 'audio/mpeg', data: 'BB' } },
      { inlineData: { mimeType: 'application/pdf', data: 'CC' } },
      { fileData: { mimeType: 'image/jpeg', fileUri: 'https://a.test/x' } },
    ];
    expect(toHub({ contents: [{ parts }] }).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
          { type: 'input_audio', input_audio: { data: 'BB', format: 'mp3' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,CC' } },
          { type: 'image_url', image_url: { url: 'https://a.test/x' } },
        ],
      },
    ]);
  });
});

describe('tools', () => {
  const declared = {
    tools: [
      {
        functionDeclarations: [
          {
            name: 'f',
            description: 'F',
            parameters: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
          },
          { name: 'g' },
        ],
      },
      { googleSearch: {} },
    ],
  };

  it('are functions with schemas in JSON Schema, and a search', () => {
    const { tools, web_search_options: search } = toHub(declared);
    expect(tools).toEqual([
      {
        type: 'function',
        function: {
          name: 'f',
          description: 'F',
          parameters: { type: 'object', properties: { a: { type: ['string', 'null'] } } },
        },
      },
      { type: 'function', function: { name: 'g', parameters: { type: 'object', properties: {} } } },
    ]);
    expect(search).toEqual({});
  });

  it.each([
    [{ mode: 'NONE' }, 'none', 2],
    [{ mode: 'AUTO' }, 'auto', 2],
    [{ mode: 'ANY' }, 'required', 2],
    [{ mode: 'any', allowed_function_names: ['f'] }, { type: 'function', function: { name: 'f' } }, 2],
    [{ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }, 'required', 2],
    [{ mode: 'VALIDATED', allowedFunctionNames: ['g'] }, 'auto', 1],
  ])('are chosen by %j', (functionCallingConfig, choice, offered) => {
    const hub = toHub({ ...declared, toolConfig: { functionCallingConfig } });
    expect([hub.tool_choice, hub.tools?.length]).toEqual([choice, offered]);
  });
});

describe('the configuration', () => {
  it('is the same under the other names', () => {
    const generationConfig = {
      temperature: 0.1,
      topP: 0.2,
      top_k: 3,
      maxOutputTokens: 4,
      stopSequences: ['x'],
      candidateCount: 2,
      seed: 5,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      responseLogprobs: true,
      logprobs: 2,
    };
    expect(toHub({ generationConfig })).toMatchObject({
      temperature: 0.1,
      top_p: 0.2,
      top_k: 3,
      max_tokens: 4,
      stop: ['x'],
      n: 2,
      seed: 5,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logprobs: true,
      top_logprobs: 2,
    });
  });

  it.each([
    [{ responseMimeType: 'application/json' }, { type: 'json_object' }],
    [
      { responseSchema: { type: 'ARRAY', items: { type: 'INTEGER' }, minItems: '1' } },
      {
        type: 'json_schema',
        json_schema: { name: 'answer', schema: { type: 'array', items: { type: 'integer' }, minItems: 1 } },
      },
    ],
    [
      { response_json_schema: { type: 'object', $defs: {} } },
      { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object', $defs: {} } } },
    ],
    [{ responseMimeType: 'text/plain' }, undefined],
  ])('asks by %j for JSON', (generationConfig, format) => {
    expect(toHub({ generationConfig }).response_format).toEqual(format);
  });

  it.each([
    [{ thinkingBudget: 3_000 }, everything, { thinking: { type: 'enabled', budget_tokens: 3_000 } }],
    [{ thinkingBudget: 0 }, everything, { thinking: { type: 'disabled' } }],
    [{ thinking_budget: 3_000 }, effortOnly, { reasoning_effort: 'medium' }],
    [{ thinkingLevel: 'HIGH' }, effortOnly, { reasoning_effort: 'high' }],
    [{ thinkingBudget: -1 }, everything, {}],
    [{ thinkingBudget: 3_000 }, { supported: new Set<string>() }, {}],
  ])('lets models think as %j says, in their own terms', (thinkingConfig, receiver, expected) => {
    const { thinking, reasoning_effort } = toHub({ generationConfig: { thinkingConfig } }, receiver) as Record<
      string,
      unknown
    >;
    expect({
      ...(thinking !== undefined && { thinking }),
      ...(reasoning_effort !== undefined && { reasoning_effort }),
    }).toEqual(expected);
  });
});

it.each([
  [{ cachedContent: 'cachedContents/1' }, 'cachedContent'],
  [{ tools: [{ codeExecution: {} }] }, 'codeExecution'],
  [{ generationConfig: { speechConfig: {} } }, '/v1/audio/speech'],
  [{ contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] }] }, 'answers no call'],
  [{ contents: [{ role: 'model', parts: [{ executableCode: { code: '1' } }] }] }, 'contents[0]'],
])('refuses %j, which exists at Google alone', (members, said) => {
  expect(() => toHub(members)).toThrow(said);
});

it('leaves out settings of safety and labels, which are Google’s own', () => {
  expect(toHub({ safetySettings: [], labels: {}, own: 1 })).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    own: 1,
  });
});

describe('reading a body', () => {
  const read = (body: unknown) =>
    parseGenerateContentRequest(Buffer.from(JSON.stringify(body)), { model: 'gemini/x', stream: true });

  it('takes the model and the stream from the path', () => {
    expect(read({ model: 'other', contents: hi })).toMatchObject({ body: { model: 'gemini/x' }, stream: true });
  });

  it.each([
    [{}, 'contents'],
    [{ contents: [] }, 'contents'],
    [{ contents: ['x'] }, 'contents[0]'],
    [{ contents: [{ parts: 'x' }] }, 'contents[0].parts'],
    [{ contents: [{ role: 1, parts: [] }] }, 'contents[0].role'],
  ])('refuses %j', (body, param) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });
});
