/** A count that a provider is asked for: whose refusal is the client's, what is counted here instead, and how it is broken off. */
import { GatewayError, type ErrorFacts } from '../../core/errors/gateway-error.js';
import type { ErrorCode } from '../../core/errors/catalog.js';
import type { RunningCall } from '../../core/spec/index.js';
import { CountingCall, type CountingWays, type NativeSink } from './counting-call.js';

interface World {
  readonly call: CountingCall;
  readonly answers: unknown[];
  readonly here: (GatewayError | undefined)[];
  readonly aborts: GatewayError[];
}

function world(run: ((sink: NativeSink) => Promise<void>) | undefined, countHere = () => Promise.resolve(5)): World {
  const answers: unknown[] = [];
  const here: (GatewayError | undefined)[] = [];
  const aborts: GatewayError[] = [];
  const start = (sink: NativeSink): RunningCall =>
    ({ run: () => run?.(sink), abort: (error: GatewayError) => aborts.push(error), sentAt: 3, headAt: 4 }) as unknown as RunningCall; // prettier-ignore
  const ways: CountingWays = {
    there: run && { tokenizer: 'anthropic_api', start },
    async here(_isOver, failure) {
      here.push(failure);
      return { tokens: await countHere(), tokenizer: 'estimate' };
    },
    format: ({ tokens, tokenizer, failure }) => `${tokens} ${tokenizer} ${failure?.code ?? ''}`,
  };
  return { call: new CountingCall(ways, { whole: ({ answer }) => answers.push(answer) }), answers, here, aborts };
}

const answering = (sink: NativeSink): Promise<void> => {
  sink.whole({ answer: { tokens: 9, original: {} }, usage: undefined }, { status: 200, headers: {} });
  return Promise.resolve();
};
const failing =
  (code: ErrorCode, facts: ErrorFacts = {}) =>
  () =>
    Promise.reject(new GatewayError(code, facts));

it('gives what the provider counted', async () => {
  const { call, answers, here } = world(answering);
  await call.run();
  expect([answers, here, call.sentAt, call.headAt]).toEqual([['9 anthropic_api '], [], 3, 4]);
});

it('counts here where the provider does not count', async () => {
  const { call, answers, here } = world(undefined);
  await call.run();
  expect([answers, here, call.sentAt]).toEqual([['5 estimate '], [undefined], undefined]);
});

it.each<ErrorCode>([
  'upstream_overloaded',
  'upstream_rate_limited',
  'upstream_authentication',
  'upstream_not_found',
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_invalid_response',
])('counts here after %s, and knows why', async (code) => {
  const { call, answers } = world(failing(code));
  await call.run();
  expect(answers).toEqual([`5 estimate ${code}`]);
});

it.each<ErrorCode>(['upstream_bad_request', 'upstream_unprocessable', 'context_window_exceeded', 'internal'])(
  'fails with %s',
  async (code) => {
    const { call, answers, here } = world(failing(code));
    await expect(call.run()).rejects.toThrow(expect.objectContaining({ code }));
    expect([answers, here]).toEqual([[], []]);
  },
);

const left = new GatewayError('client_closed');

it('does not begin once it has been broken off', async () => {
  const { call, answers } = world(answering);
  call.abort(left);
  await expect(call.run()).rejects.toBe(left);
  expect(answers).toEqual([]);
});

it('breaks off the provider’s call, and counts nothing here after that', async () => {
  const gate = Promise.withResolvers<void>();
  const { call, here, aborts } = world(() => gate.promise);
  const ended = expect(call.run()).rejects.toBe(left);
  call.abort(left);
  gate.reject(left);
  await ended;
  expect([here, aborts]).toEqual([[], [left]]);
});

it('answers nobody who left while it was counted here', async () => {
  const gate = Promise.withResolvers<number>();
  const { call, answers } = world(undefined, () => gate.promise);
  const ended = expect(call.run()).rejects.toBe(left);
  call.abort(left);
  gate.resolve(5);
  await ended;
  expect(answers).toEqual([]);
});
