/** The input of a batch line by line: only the model's name changes, and no line passes that is not understood. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { BatchInput, firstModelOf, type BatchInputOptions } from './batch-input.js';

async function* cut(text: string, every: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += every)
    yield await Promise.resolve(bytes.subarray(from, from + every));
}

const options: BatchInputOptions = {
  longestLineBytes: 200,
  mayNameNone: true,
  resolve(name) {
    if (name === 'forbidden') throw new GatewayError('model_access_denied', { param: 'model', facts: { model: name } });
    return { name, model: name === 'ours' ? 'théirs/v1' : name, deploymentId: 'd' };
  },
};

async function rewritten(text: string, every = 7, given: Partial<BatchInputOptions> = {}) {
  const input = new BatchInput({ ...options, ...given });
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.rewrite(cut(text, every))) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), input };
}

const theirs = JSON.stringify('th\u00e9irs/v1').replace('é', '\\u00e9');

it.each([
  ['a plain line', '{"body":{"model":"ours"}}\n', `{"body":{"model":${theirs}}}\n`],
  [
    'spacing, order, numbers and letters',
    '{ "id" : 1e400, "body": {"n":0.10,"model" :\t"ours","a":{"é":"ż"}} }',
    `{ "id" : 1e400, "body": {"n":0.10,"model" :\t${theirs},"a":{"é":"ż"}} }`,
  ],
  ['line ends of Windows', '{"body":{"model":"ours"}}\r\n', `{"body":{"model":${theirs}}}\r\n`],
  [
    'a model in other places',
    '{"model":"ours","body":{"model":"ours","messages":[{"model":"ours"}]}}',
    `{"model":"ours","body":{"model":${theirs},"messages":[{"model":"ours"}]}}`,
  ],
  ['empty lines', '\n  \n{"body":{"model":"x"}}\n\n', '\n  \n{"body":{"model":"x"}}\n\n'],
  ['a name that is the same there', '{"body":{"model":"x"}}', '{"body":{"model":"x"}}'],
  ['a line without a model', '{"body":{}}\n{"a":1}', '{"body":{}}\n{"a":1}'],
])('%s: nothing else changes', async (_what, text, expected) => {
  for (const every of [1, 5, 1_000]) expect((await rewritten(text, every)).text).toBe(expected);
});

it.each([
  ['a model that stands twice', '{"body":{"model":"forbidden","model":"x"}}'],
  ['a body that stands twice', '{"body":{"model":"forbidden"},"body":{"model":"x"}}'],
  ['a key that is written with escapes', '{"body":{"mod\\u0065l":"x"}}'],
])('%s is written anew, so that nobody reads it otherwise', async (_what, text) => {
  expect((await rewritten(text)).text).toBe('{"body":{"model":"x"}}\n');
});

it('remembers which models were named, each once', async () => {
  const { input } = await rewritten('{"body":{"model":"ours"}}\n{"body":{"model":"ours"}}\n{"body":{"model":"x"}}\n');
  expect([input.lines, input.models]).toEqual([
    3,
    [
      { name: 'ours', model: 'théirs/v1', deploymentId: 'd' },
      { name: 'x', model: 'x', deploymentId: 'd' },
    ],
  ]);
});

const good = '{"body":{"model":"x"}}\n';
it.each([
  ['no JSON', `${good}{"body"`, 'invalid_request', 'Line 2 of the file is not valid JSON'],
  ['no object', `${good}${good}[1]`, 'invalid_request', 'Line 3 of the file is no JSON object'],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), 'invalid_request', 'Line 1'],
  ['a model that is no name', '{"body":{"model":7}}', 'invalid_request', 'no name'],
  [
    'a model that may not be used',
    `${good}{"body":{"model":"forbidden"}}`,
    'model_access_denied',
    'Line 2 of the file: ',
  ],
  [
    'too long a line',
    `${good}{"body":{"model":"${'y'.repeat(300)}"}}`,
    'invalid_request',
    'Line 2 of the file is longer than 200 bytes',
  ],
])('a line with %s is refused by its number', async (_what, text, code, message) => {
  await expect(rewritten(text)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
});

it('a line that names no model is refused where somebody may use certain models only', async () => {
  await expect(rewritten('{"body":{}}', 9, { mayNameNone: false })).rejects.toThrow('has no `body.model`');
});

it('more models than a file may name are refused', async () => {
  const lines = Array.from({ length: 33 }, (_, index) => `{"body":{"model":"m${index}"}}\n`).join('');
  await expect(rewritten(lines)).rejects.toThrow('more than 32 different models');
});

it.each([
  ['\n\n{"body":{"model":"ours"}}\n{"body":{"model":"x"}}', 'ours'],
  ['{"body":{}}', undefined],
  ['nope', undefined],
  ['', undefined],
])('the first model of %j is %p', async (text, model) => {
  expect(await firstModelOf(cut(text, 4), 200)).toBe(model);
});
