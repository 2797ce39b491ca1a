/** Bodies that are wrong in any way are refused by a 4xx in OpenAI's envelope, at once, and harm nothing. */
import { gzipSync } from 'node:zlib';
import { expectRefused } from '../support/envelope.js';
import { ceilingMs, expectUnharmed, messages, startBench, type BadInputBench } from './gateway-for-bad-input.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const good = { model: 'echo', messages };
const text = JSON.stringify(good);

let bench: BadInputBench;
beforeAll(async () => (bench = await startBench()));
afterAll(() => bench.stop());
afterEach(() => expectUnharmed(bench));

const notJson: Readonly<Record<string, string | Buffer>> = {
  'nothing at all': '',
  'only spaces': '   ',
  'a cut object': text.slice(0, -1),
  'two objects': text + text,
  'a comma too many': '{"model":"echo",}',
  'single quotes': "{'model':'echo'}",
  'a comment': '{/* */"model":"echo"}',
  'a form': 'model=echo&messages=none',
  NaN: `{"model":"echo","messages":[],"temperature":NaN}`,
  Infinity: `{"model":"echo","messages":[],"temperature":Infinity}`,
  'a leading zero': `{"model":"echo","messages":[],"max_tokens":010}`,
  'a raw line feed in a string': '{"model":"ec\nho"}',
  'a cut escape': '{"model":"\\u00"}',
  'a byte order mark': `\uFEFF${text}`,
  'a NUL after the end': `${text}\0`,
  'an unterminated string': '{"model":"echo',
  'a broken UTF-8 sequence': Buffer.concat([Buffer.from('{"model":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]),
  'an overlong UTF-8 sequence': Buffer.concat([Buffer.from('{"model":"'), Buffer.of(0xc0, 0xaf), Buffer.from('"}')]),
  'a surrogate in UTF-8': Buffer.concat([Buffer.from('{"model":"'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('"}')]),
  'UTF-16': Buffer.from(text, 'utf16le'),
  'a gzip file': gzipSync(text),
  null: 'null',
  true: 'true',
  'a number': '1',
  'a string': '"echo"',
  'a list': '[]',
  'a list of requests': `[${text}]`,
};

it.each(Object.entries(notJson))('%s is no JSON object: 400', async (_, body) => {
  const answer = await bench.gateway.chat(body);
  expect(expectRefused(answer, 400).type).toBe('invalid_request_error');
  expect(answer.durationMs).toBeLessThan(ceilingMs);
});

const wrongValues = { null: null, true: true, 'a number': 7.5, 'a text': 'text', 'a list': [1], 'an object': { a: 1 } };
type Kind = keyof typeof wrongValues;
/** Each member that the gateway itself relies on, with the kinds of value that it takes. */
const members: readonly (readonly [member: string, taken: readonly Kind[]])[] = [
  ['model', []],
  ['messages', []],
  ['stream', ['null', 'true']],
  ['max_tokens', ['null']],
  ['max_completion_tokens', ['null']],
  ['n', ['null']],
  ['stream_options', ['null', 'an object']],
  ['tools', ['null', 'a list']],
  ['timeout', ['null', 'a number']],
  ['stream_timeout', ['null', 'a number']],
  ['num_retries', ['null']],
];
const wrongMembers = members.flatMap(([member, taken]) =>
  (Object.keys(wrongValues) as Kind[])
    .filter((kind) => !taken.includes(kind))
    // A name that no deployment has is another test's.
    .filter((kind) => !(member === 'model' && kind === 'a text'))
    // Its first member is what is wrong with this one: see below.
    .filter((kind) => !(member === 'messages' && kind === 'a list'))
    .map((kind) => ({ member, kind, value: wrongValues[kind] })),
);

it.each(wrongMembers)('`$member` as $kind: 400 naming it', async ({ member, value }) => {
  const answer = await bench.gateway.chat({ ...good, [member]: value });
  expect(expectRefused(answer, 400).param).toBe(member);
  expect(answer.durationMs).toBeLessThan(ceilingMs);
});

const wrongMessages: readonly (readonly [what: string, message: unknown, param: string])[] = [
  ...Object.entries({ null: null, true: true, number: 1, text: 'Hello', list: ['Hello'] }).map(
    ([what, message]) => [`a message that is ${what}`, message, 'messages[1]'] as const,
  ),
  ['a message without a role', { content: 'Hello' }, 'messages[1].role'],
  ['an unknown role', { role: 'root', content: 'Hello' }, 'messages[1].role'],
  ['a role from Object.prototype', { role: 'constructor', content: 'Hello' }, 'messages[1].role'],
  ['a role that is a list', { role: ['user'], content: 'Hello' }, 'messages[1].role'],
  ['content that is a number', { role: 'user', content: 5 }, 'messages[1].content'],
  ['content that is an object', { role: 'user', content: { text: 'Hello' } }, 'messages[1].content'],
  ['content parts that are texts', { role: 'user', content: ['Hello'] }, 'messages[1].content'],
];

it.each(wrongMessages)('%s: 400 naming it', async (_, message, param) => {
  const answer = await bench.gateway.chat({ model: 'echo', messages: [...messages, message] });
  expect(expectRefused(answer, 400).param).toBe(param);
});

it.each([
  ['missing', undefined],
  ['empty', []],
])('messages that are %s: 400 naming them', async (_, given) => {
  expect(expectRefused(await bench.gateway.chat({ model: 'echo', messages: given }), 400).param).toBe('messages');
});

/** Whatever a translating adapter meets in members that the gateway does not check, it is no reason for a 500. */
const oddities: readonly object[] = [
  ...['tool_calls', 'tool_call_id', 'name', 'thinking_blocks', 'cache_control'].flatMap((member) =>
    [5, 'x', [null], [5], { a: null }].map((value) => ({
      messages: [...messages, { role: 'assistant', content: 'x', [member]: value }, ...messages],
    })),
  ),
  ...['text', 'image_url', 'input_audio', 'file', 'thinking', '__unknown__', 5, null].flatMap((type) =>
    [undefined, 5, {}, { url: 5 }, { url: 'data:;base64,@@' }].map((value) => ({
      messages: [{ role: 'user', content: [{ type, [String(type)]: value }] }],
    })),
  ),
  ...[
    [null],
    [5],
    [{}],
    [{ type: 'function' }],
    [{ type: 'function', function: 5 }],
    [{ type: 'function', function: { name: 5, parameters: 'x' } }],
  ].map((tools) => ({ tools })),
  ...[
    'tool_choice',
    'response_format',
    'stop',
    'temperature',
    'top_p',
    'reasoning_effort',
    'thinking',
    'user',
    'functions',
    'function_call',
    'parallel_tool_calls',
    'metadata',
    'tags',
    'store',
    'logit_bias',
    'seed',
    'extra_headers',
    'extra_body',
    'modalities',
  ].flatMap((member) => [5, 'x', [], [null], {}, { type: 5 }, true].map((value) => ({ [member]: value }))),
];

it.each(['same', 'translated'])('odd values in unchecked members are no reason for a 5xx (%s)', async (model) => {
  const failures: unknown[] = [];
  for (const oddity of oddities) {
    const answer = await bench.gateway.chat({ model, messages, ...oddity });
    if (answer.status >= 500 || answer.status === 0)
      failures.push([JSON.stringify(oddity), answer.status, answer.text]);
    else if (answer.status !== 200) expectRefused(answer);
  }
  expect(failures).toEqual([]);
});

describe('unknown models', () => {
  it.each([
    ...[
      'gpt-unknown',
      'constructor',
      '__proto__',
      'toString',
      '*',
      'echo ',
      ' echo',
      'ECHO',
      'openai/',
      '/',
      '../echo',
      'e%63ho',
      '日本',
      'a\nb',
      'a\0b',
      '\ud800',
    ],
    'm'.repeat(200),
    'm'.repeat(300),
    'm'.repeat(1_000_000),
  ])('%.40j: 400 naming the model', async (model) => {
    const answer = await bench.gateway.chat({ model, messages });
    expect(expectRefused(answer, 400).param).toBe('model');
    expect(answer.text.length).toBeLessThan(2_000);
    expect(answer.durationMs).toBeLessThan(ceilingMs);
  });
});

describe('prototype pollution', () => {
  const payloads: Readonly<Record<string, string>> = {
    plain: `{"__proto__":{"polluted":true},"model":"echo","messages":${JSON.stringify(messages)}}`,
    escaped: `{"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":true},"model":"echo","messages":${JSON.stringify(messages)}}`,
    'half escaped': `{"__pr\\u006fto__":{"polluted":true},"model":"echo","messages":${JSON.stringify(messages)}}`,
    nested: `{"model":"echo","messages":${JSON.stringify(messages)},"metadata":{"a":{"__proto__":{"polluted":true}}}}`,
    'within a list': `{"model":"echo","messages":${JSON.stringify(messages)},"tags":[{"__proto__":{"polluted":true}}]}`,
    'within a message': `{"model":"echo","messages":[{"role":"user","content":"x","__proto__":{"polluted":true}}]}`,
    'with spaces before the colon': `{"__proto__" \t\n:{"polluted":true},"model":"echo","messages":${JSON.stringify(messages)}}`,
  };
  it.each(Object.entries(payloads))('__proto__, %s: 400', async (_, body) => {
    expectRefused(await bench.gateway.chat(body), 400);
  });

  it.each(['/key/generate', '/key/delete'])('__proto__ in the body of %s: 400', async (path) => {
    const headers = { 'content-type': 'application/json' };
    expectRefused(
      await bench.gateway.send({ method: 'POST', path, headers, body: '{"metadata":{"__proto__":{"polluted":true}}}' }),
      400,
    );
  });

  const constructors: readonly object[] = [
    { constructor: { prototype: { polluted: true } } },
    { metadata: { constructor: { prototype: { polluted: true } } } },
    { extra_body: { constructor: { prototype: { polluted: true } } } },
    { tools: [{ constructor: { prototype: { polluted: true } } }] },
  ];
  it.each(['echo', 'same', 'translated'].flatMap((model) => constructors.map((more) => ({ model, more }))))(
    'constructor.prototype changes nothing ($model, $more)',
    async ({ model, more }) => {
      expect((await bench.gateway.chat({ model, messages, ...more })).status).toBeLessThan(500);
    },
  );

  it('a word that only looks so is data', async () => {
    const content = 'What is __proto__, and {"__proto__": 1}?';
    expect((await bench.gateway.chat({ model: 'echo', messages: [{ role: 'user', content }] })).status).toBe(200);
  });
});
