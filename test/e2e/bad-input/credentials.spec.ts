/** A caller cannot say where a request goes or with whose key, wherever in the body it tries (S-14, S-15). */
import { openAi } from '../support/dialects.js';
import { expectRefused } from '../support/envelope.js';
import { RawUpstream, wholeAnswer } from '../support/upstream.js';
import { expectUnharmed, messages, startBench, type BadInputBench } from './gateway-for-bad-input.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

let bench: BadInputBench;
let canary: RawUpstream;

beforeAll(async () => {
  bench = await startBench();
  canary = await RawUpstream.start(() => (socket) => void socket.end(wholeAnswer(openAi.whole('caught'))));
});
afterAll(async () => {
  await bench.stop();
  await canary.stop();
});
afterEach(() => expectUnharmed(bench));

const names = [
  ...['api_base', 'base_url', 'api_key', 'user_config'],
  ...[
    'aws_access_key_id',
    'aws_secret_access_key',
    'aws_session_token',
    'aws_region_name',
    'aws_role_name',
    'aws_bedrock_runtime_endpoint',
    'aws_',
  ],
  ...['vertex_project', 'vertex_location', 'vertex_credentials', 'azure_ad_token', 'azure_endpoint', 'azure_tenant_id'],
];
const places: Readonly<Record<string, (name: string, value: unknown) => object>> = {
  'at the top': (name, value) => ({ [name]: value }),
  'in metadata': (name, value) => ({ metadata: { [name]: value } }),
  'in litellm_metadata': (name, value) => ({ litellm_metadata: { [name]: value } }),
  'in extra_body': (name, value) => ({ extra_body: { [name]: value } }),
  'deep in extra_body': (name, value) => ({ extra_body: { a: [{ b: { [name]: value } }] } }),
  'in extra_headers': (name, value) => ({ extra_headers: { [name]: value } }),
  'in an unknown member': (name, value) => ({ litellm_params: { [name]: value } }),
  'in stream_options': (name, value) => ({ stream_options: { [name]: value } }),
};
const tries = names.flatMap((name) => Object.keys(places).map((place) => ({ name, place })));

it.each(tries)('$name $place: 400 naming it', async ({ name, place }) => {
  const before = bench.upstream.requests.length;
  for (const model of ['same', 'translated']) {
    const answer = await bench.gateway.chat({ model, messages, ...places[place]?.(name, canary.origin) });
    const { param, message } = expectRefused(answer, 400);
    expect(param).toBe(name);
    expect(message).toContain(name);
  }
  expect(bench.upstream.requests).toHaveLength(before);
  expect(canary.requests).toEqual([]);
});

const written = JSON.stringify(messages);
const spellings: Readonly<Record<string, (origin: string) => string>> = {
  'with an escaped letter': (origin) => `{"model":"same","messages":${written},"\\u0061pi_base":"${origin}"}`,
  'with an escaped underscore': (origin) => `{"model":"same","messages":${written},"api\\u005fbase":"${origin}"}`,
  'escaped as a whole': (origin) =>
    `{"model":"same","messages":${written},"\\u0061\\u0070\\u0069\\u005f\\u0062\\u0061\\u0073\\u0065":"${origin}"}`,
  'before everything else': (origin) => `{"api_base":"${origin}","model":"same","messages":${written}}`,
  'with spaces before its colon': (origin) => `{"model":"same","messages":${written},"api_base" \n\t: "${origin}"}`,
  'given twice, the last one empty': (origin) =>
    `{"model":"same","api_base":"${origin}","messages":${written},"api_base":null}`,
  'as null': () => `{"model":"same","messages":${written},"api_base":null}`,
  'after messages given twice': (origin) =>
    `{"model":"same","messages":[],"api_base":"${origin}","messages":${written}}`,
};
it.each(Object.keys(spellings))('api_base %s: 400', async (spelling) => {
  expect(expectRefused(await bench.gateway.chat(spellings[spelling]?.(canary.origin)), 400).param).toBe('api_base');
  expect(canary.requests).toEqual([]);
});

it.each(['same', 'translated'])('within messages and tools the same names are data, and pass (%s)', async (model) => {
  const parameters = {
    type: 'object',
    properties: { api_key: { type: 'string' }, aws_region_name: { type: 'string' }, base_url: { type: 'string' } },
  };
  const tools = [{ type: 'function', function: { name: 'connect', description: 'api_base', parameters } }];
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'connect', arguments: JSON.stringify({ api_key: 'x', api_base: 'y' }) },
  };
  const conversation = [
    { role: 'user', content: '{"api_base": "http://example.com", "api_key": "sk-1"}' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: '{"vertex_project": "p"}' },
  ];
  const before = bench.upstream.requests.length;
  const answer = await bench.gateway.chat({ model, messages: conversation, tools });
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
  expect(bench.upstream.requests[before]?.body).toContain('aws_region_name');
});

it.each([
  ['x-litellm-api-base', 'http://'],
  ['api-base', 'http://'],
  ['x-api-base', 'http://'],
  ['openai-base-url', 'http://'],
])('a header %s leads nowhere else', async (header) => {
  await bench.gateway.chat({ model: 'same', messages }, { [header]: canary.origin });
  expect(canary.requests).toEqual([]);
});

it.each([
  'http://127.0.0.1/x',
  'openai/http://127.0.0.1',
  '../../x',
  'same?api_base=x',
  'same#',
  'custom_openai/x',
  'openai/gpt-4o@evil',
])('a model name %s is no way to another provider or address', async (model) => {
  expectRefused(await bench.gateway.chat({ model, messages }), 400);
  expect(canary.requests).toEqual([]);
});
