/** The OpenAI door: what the gateway relies on is checked and named, and everything else stays as the client wrote it. */
import { GatewayError } from '../../errors/gateway-error.js';
import { parseChatRequest } from './parse-request.js';

const message = { role: 'user', content: 'Hello' };
const bodyOf = (given: object): Buffer => Buffer.from(JSON.stringify({ model: 'm', messages: [message], ...given }));

function refusal(bytes: Buffer): GatewayError {
  try {
    parseChatRequest(bytes);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('The body was taken.');
}

it('gives the body on as it is, bytes and all, whatever other members it has', () => {
  const given = { model: 'm', messages: [message], temperature: 'hot', unheard_of: { a: [null] }, stream: false };
  const bytes = Buffer.from(JSON.stringify(given));
  const parsed = parseChatRequest(bytes);
  expect(parsed).toEqual({ body: given, bytes, stream: false, reservedMembers: [] });
  expect(parsed.bytes).toBe(bytes);
});

it.each([
  [undefined, false],
  [null, false],
  [false, false],
  [true, true],
])('takes stream: %s for %s', (stream, expected) => {
  expect(parseChatRequest(bodyOf({ stream })).stream).toBe(expected);
});

it('takes every role, and content as text, as parts, as null or not at all', () => {
  const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
  const contents = ['', 'text', null, undefined, [], [{ type: 'text', text: 'x' }, { type: 'unheard_of' }]];
  const messages = roles.flatMap((role) => contents.map((content) => ({ role, content })));
  expect(parseChatRequest(bodyOf({ messages })).body.messages).toHaveLength(36);
});

it('takes the model from the path where the body has none, and from the body where it has one', () => {
  const bytes = Buffer.from(JSON.stringify({ messages: [message] }));
  expect(parseChatRequest(bytes, 'from-path').body).toEqual({ messages: [message], model: 'from-path' });
  expect(parseChatRequest(bodyOf({}), 'from-path').body.model).toBe('m');
  expect(refusal(bytes)).toMatchObject({ code: 'invalid_request', param: 'model' });
});

it('reports names of addresses and credentials', () => {
  expect(parseChatRequest(bodyOf({ metadata: { api_key: 'x' }, api_base: 'y' })).reservedMembers).toEqual(['api_key', 'api_base']); // prettier-ignore
});

it.each([
  ['model', { model: '' }],
  ['model', { model: null }],
  ['model', { model: 7 }],
  ['model', { model: ['m'] }],
  ['model', { model: {} }],
  ['messages', { messages: undefined }],
  ['messages', { messages: null }],
  ['messages', { messages: [] }],
  ['messages', { messages: 'Hello' }],
  ['messages', { messages: { 0: message, length: 1 } }],
  ['messages[0]', { messages: ['Hello'] }],
  ['messages[0]', { messages: [null] }],
  ['messages[0]', { messages: [[message]] }],
  ['messages[1].role', { messages: [message, { content: 'x' }] }],
  ['messages[0].role', { messages: [{ role: 'admin', content: 'x' }] }],
  ['messages[0].role', { messages: [{ role: 'User', content: 'x' }] }],
  ['messages[0].role', { messages: [{ role: ['user'], content: 'x' }] }],
  ['messages[0].role', { messages: [{ role: 'toString', content: 'x' }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: 7 }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: { type: 'text' } }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: ['text'] }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: [null] }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: [[]] }] }],
  ['stream', { stream: 'true' }],
  ['stream', { stream: 1 }],
  ['stream_options', { stream_options: true }],
  ['stream_options', { stream_options: [] }],
  ['tools', { tools: {} }],
  ['tools', { tools: 'x' }],
  ['max_tokens', { max_tokens: '10' }],
  ['max_tokens', { max_tokens: 1.5 }],
  ['max_tokens', { max_tokens: -1 }],
  ['max_completion_tokens', { max_completion_tokens: true }],
  ['n', { n: [] }],
])('refuses a wrong %s by its name: %j', (param, given) => {
  const error = refusal(bodyOf(given));
  expect(error).toMatchObject({ code: 'invalid_request', status: 400, param });
  expect(error.message).toContain(`\`${param}\` must be`);
  expect(error.message.length).toBeLessThan(300);
});

it('refuses a model name that is longer than any model’s, without repeating it', () => {
  // Names are remembered, journaled and sent back in headers, so one of megabytes costs many times its size.
  const error = refusal(bodyOf({ model: 'm'.repeat(100_000) }));
  expect([error.code, error.param, error.message.length < 300]).toEqual(['invalid_request', 'model', true]);
});

it('says what it got, in words and never in the client’s own', () => {
  expect(refusal(bodyOf({ messages: null })).message).toContain('null');
  expect(refusal(bodyOf({ tools: { secret: 1 } })).message).not.toContain('secret');
  expect(refusal(bodyOf({ stream: 'hush' })).message).toBe('`stream` must be true or false; it is of type string.');
});
