/** Where texts stand in each dialect: every one is found, changed in its place, and nothing else is touched. */
import { putTexts } from './put-texts.js';
import { findRepeatedMember, spliceJson } from './json-splice.js';
import { readGuardedRequest, surfaceOf, surfaceOfBody } from './surface-of.js';
import type { Reading } from './surface.js';

type Row = readonly [
  operation: string,
  body: object,
  texts: readonly string[],
  more?: Partial<Record<'tools' | 'calls', readonly string[]>>,
];

const requests: readonly Row[] = [
  [
    'acompletion',
    {
      messages: [
        { role: 'system', content: 'S' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'U' },
            { type: 'image_url', image_url: { url: 'data:x' } },
          ],
        },
      ],
    },
    ['system:S', 'user:U'],
  ],
  [
    'acompletion',
    {
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'R' },
      ],
    },
    ['assistant:{"a":1}', 'tool:R'],
    { calls: ['f({"a":1})'] },
  ],
  [
    'acompletion',
    {
      messages: [
        { role: 'developer', content: 'D' },
        { role: 'assistant', function_call: { name: 'g', arguments: '{}' } },
        { role: 'function', content: 'F' },
      ],
      tools: [
        { type: 'function', function: { name: 'f' } },
        { type: 'custom', custom: { name: 'c' } },
      ],
      functions: [{ name: 'g' }],
    },
    ['system:D', 'assistant:{}', 'tool:F'],
    { tools: ['f', 'c', 'g'], calls: ['g({})'] },
  ],
  [
    'acompletion',
    {
      messages: [{ role: 'user', content: 'U' }],
      fallbacks: [{ model: 'b', messages: [{ role: 'user', content: 'other' }] }, 'c'],
    },
    ['user:U', 'user:other'],
  ],
  ['atext_completion', { prompt: ['P', 'Q'], suffix: 'Z' }, ['user:P', 'user:Q', 'user:Z']],
  ['aresponses', { instructions: 'I', input: 'T' }, ['system:I', 'user:T']],
  [
    'aresponses',
    {
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'T' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A' }] },
        { type: 'function_call', name: 'f', arguments: '{"x":"y"}', call_id: 'c' },
        { type: 'function_call_output', call_id: 'c', output: 'O' },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'R' }] },
      ],
      tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }],
    },
    ['user:T', 'assistant:A', 'assistant:{"x":"y"}', 'tool:O', 'assistant:R'],
    { tools: ['f', 'web_search'], calls: ['f({"x":"y"})'] },
  ],
  [
    'anthropic_messages',
    {
      system: [{ type: 'text', text: 'S' }],
      messages: [
        { role: 'user', content: 'U' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'T', signature: 's' },
            { type: 'tool_use', id: 't', name: 'f', input: { a: 'b' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'R' }] },
            { type: 'document', title: 'D', source: { type: 'text', data: 'doc' } },
          ],
        },
      ],
      tools: [{ name: 'f' }],
    },
    ['system:S', 'user:U', 'assistant:T', 'assistant:{"a":"b"}', 'tool:R', 'user:D', 'user:doc'],
    { tools: ['f'], calls: ['f({"a":"b"})'] },
  ],
  [
    'agenerate_content',
    {
      system_instruction: { parts: [{ text: 'S' }] },
      contents: [
        { role: 'user', parts: [{ text: 'U' }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] },
        { role: 'user', parts: [{ function_response: { name: 'f', response: { r: 'R' } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
    },
    ['system:S', 'user:U', 'assistant:{"a":1}', 'tool:{"r":"R"}'],
    { tools: ['f'], calls: ['f({"a":1})'] },
  ],
  ['aembedding', { input: ['A', 'B'] }, ['user:A', 'user:B']],
  ['aembedding', { requests: [{ content: { parts: [{ text: 'A' }] } }] }, ['user:A']],
  ['arerank', { query: 'Q', documents: ['D', { text: 'E' }] }, ['user:Q', 'user:D', 'user:{"text":"E"}']],
  ['amoderation', { input: [{ type: 'text', text: 'M' }] }, ['user:M']],
  ['aimage_generation', { prompt: 'P' }, ['user:P']],
  ['aimage_edit', { prompt: 'P' }, ['user:P']],
  ['aspeech', { input: 'I', instructions: 'slowly' }, ['user:I', 'system:slowly']],
  ['atranscription', { prompt: 'P' }, ['user:P']],
  ['whatever comes later', { a: { b: ['C', 1] } }, ['user:C']],
];

const answers: readonly Row[] = [
  [
    'acompletion',
    {
      choices: [
        { index: 0, message: { content: 'A', refusal: null } },
        {
          index: 1,
          message: { content: 'B', reasoning_content: 'R', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
        },
      ],
    },
    ['assistant:A', 'assistant:B', 'assistant:R', 'assistant:{}'],
    { calls: ['f({})'] },
  ],
  ['atext_completion', { choices: [{ text: 'A' }, { text: 'B' }] }, ['assistant:A', 'assistant:B']],
  [
    'aresponses',
    {
      output: [
        {
          type: 'message',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'A' },
            { type: 'refusal', refusal: 'N' },
          ],
        },
        { type: 'custom_tool_call', name: 'c', input: 'free' },
      ],
    },
    ['assistant:A', 'assistant:N', 'assistant:free'],
    { calls: ['c(free)'] },
  ],
  [
    'anthropic_messages',
    {
      content: [
        { type: 'text', text: 'A' },
        { type: 'tool_use', name: 'f', input: {} },
      ],
    },
    ['assistant:A', 'assistant:{}'],
    { calls: ['f({})'] },
  ],
  [
    'agenerate_content',
    {
      candidates: [
        { content: { parts: [{ text: 'A' }, { functionCall: { name: 'f', args: { b: 1 } } }] } },
        { content: { parts: [{ text: 'B' }] } },
      ],
    },
    ['assistant:A', 'assistant:{"b":1}', 'assistant:B'],
    { calls: ['f({"b":1})'] },
  ],
  ['arerank', { results: [{ index: 0, document: { text: 'D' } }] }, ['assistant:{"text":"D"}']],
  ['aimage_generation', { data: [{ b64_json: 'AAAA', revised_prompt: 'P' }] }, ['assistant:P']],
  ['atranscription', { text: 'all', segments: [{ id: 0, text: 'seg' }] }, ['assistant:all', 'assistant:seg']],
];

function shown({ texts, tools, toolCalls }: Reading): unknown {
  return {
    texts: texts.map(({ role, text }) => `${role}:${text}`),
    tools,
    calls: toolCalls.map(({ name, arguments: given }) => `${name}(${given})`),
  };
}

describe.each([
  ['request', requests],
  ['answer', answers],
] as const)('%s', (direction, rows) => {
  it.each(rows.map(([operation, body, texts, more]) => ({ operation, body, texts, more })))(
    '$operation: $body',
    ({ operation, body, texts, more = {} }) => {
      const surface = surfaceOf(operation);
      const given = body as Readonly<Record<string, unknown>>;
      const reading = direction === 'request' ? readGuardedRequest(surface, given) : surface.readAnswer?.(given);
      if (!reading) throw new Error('answers of this surface hold no text');
      expect(shown(reading)).toEqual({ texts, tools: more.tools ?? [], calls: more.calls ?? [] });
      // Each text is changed in its place: read again, it is the other one, and undone all is as it was.
      const source = JSON.stringify(body);
      const changed = reading.texts.map(({ text, isJson }) => (isJson ? '{"masked":true}' : `<${text}>`));
      const put = putTexts(source, reading.texts, changed);
      const again =
        direction === 'request'
          ? readGuardedRequest(surface, JSON.parse(put) as typeof given)
          : surface.readAnswer?.(JSON.parse(put) as typeof given);
      expect(again?.texts.map(({ text }) => text)).toEqual(changed);
      expect(
        putTexts(
          put,
          again?.texts ?? [],
          reading.texts.map(({ text }) => text),
        ),
      ).toBe(source);
    },
  );
});

it.each([
  ['aembedding', { input: [[1, 2]] }, 'input'],
  ['aembedding', { input: [1, 2] }, 'input'],
  ['atext_completion', { prompt: [15339] }, 'prompt'],
])('%s: what is no text is told: %j', (operation, body, member) => {
  expect(readGuardedRequest(surfaceOf(operation), body).unreadable).toBe(member);
});

it.each([
  [{ contents: [] }, 'agenerate_content'],
  [{ system: 'x', messages: [] }, 'anthropic_messages'],
  [{ messages: [] }, 'acompletion'],
  [{ query: 'x' }, 'another'],
])('a body shows its dialect: %j', (body, operation) => {
  expect(surfaceOfBody(body)).toBe(surfaceOf(operation));
});

describe('putting values into JSON', () => {
  it('leaves numbers that no double holds, spaces, escapes and the order of members', () => {
    const source = '{ "big": 12345678901234567890, "a": [1.0, {"t" : "x\\u0041\\"y"}],\n "t": "z" }';
    expect(spliceJson(source, [{ path: ['a', 1, 't'], json: '"new"' }])).toBe(
      '{ "big": 12345678901234567890, "a": [1.0, {"t" : "new"}],\n "t": "z" }',
    );
    expect(
      spliceJson(source, [
        { path: ['a', 5, 't'], json: '"new"' },
        { path: ['none'], json: '1' },
      ]),
    ).toBe(source);
    expect(
      spliceJson('{"a":{"b":[]},"c":{}}', [
        { path: ['a'], json: '{"d":1}' },
        { path: ['c'], json: 'null' },
      ]),
    ).toBe('{"a":{"d":1},"c":null}');
  });

  it('names a member that stands twice, however it is written', () => {
    expect(findRepeatedMember('{"a":1,"b":{"c":[{"d":1,"\\u0064":2}]}}')).toBe('d');
    expect(findRepeatedMember('{"a":{"b":1},"c":{"b":2}}')).toBeUndefined();
  });

  it('takes with a changed text what repeats it', () => {
    const body = { choices: [{ message: { content: 'A' }, logprobs: { content: [{ token: 'A' }] } }] };
    const reading = surfaceOf('acompletion').readAnswer?.(body);
    expect(JSON.parse(putTexts(JSON.stringify(body), reading?.texts ?? [], ['B']))).toEqual({
      choices: [{ message: { content: 'B' }, logprobs: null }],
    });
  });
});
