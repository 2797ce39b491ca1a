/** Nothing of an answer reaches the client before it is written down whose it is, and nothing of it is lost or out of order. */
import type { AnswerHead, WholeAnswer } from '../../core/spec/index.js';
import type { Bytes, OpenExchange } from '../operation.js';
import { KeptCall } from './kept-call.js';
import { ProviderKeptAnswer, type ProviderResponse } from './provider-kept-answer.js';

const head: AnswerHead = { status: 200, headers: {} };
const event = (type: string, response: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, response })}\n\n`;
const created = event('response.created', { id: 'resp_1', status: 'in_progress', store: true });

function open(flows = true) {
  const got: string[] = [];
  const kept: ProviderResponse[] = [];
  const drains: (() => void)[] = [];
  let write = (_isKept: boolean): void => undefined;
  const exchange = {
    whole: ({ answer }: WholeAnswer<Bytes>) => void got.push(String(answer)),
    begin: () => void got.push('begin'),
    part: (part: Bytes) => {
      got.push(String(part));
      return flows;
    },
    onDrain: (resume: () => void) => void drains.push(resume),
  } as unknown as OpenExchange;
  const answer = new ProviderKeptAnswer(exchange, (response) => {
    kept.push(response);
    return new Promise((resolve) => (write = resolve));
  });
  return { answer, got, kept, drains, written: (isKept = true) => write(isKept) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it.each([true, false])('a stream waits at its first event, and goes on where that was written (%s)', async (isKept) => {
  const { answer, got, kept, written } = open();
  let resumed = 0;
  answer.begin(head);
  expect(answer.part(created)).toBe(false);
  answer.onDrain(() => (resumed += 1));
  expect(answer.part('more')).toBe(false);
  expect([got, kept]).toEqual([['begin'], [{ id: 'resp_1', status: 'in_progress', unsettled: false }]]);
  written(isKept);
  await settled();
  expect([got, resumed]).toEqual([['begin', created, 'more'], 1]);
  expect(answer.part('last')).toBe(true);
  await answer.finish();
  expect(got.at(-1)).toBe('last');
});

it('waits for the client too, where that is slower', async () => {
  const { answer, drains, written } = open(false);
  let resumed = 0;
  answer.part(created);
  answer.onDrain(() => (resumed += 1));
  written();
  await settled();
  expect(resumed).toBe(0);
  drains[0]?.();
  expect(resumed).toBe(1);
});

it('is not over before what has waited is passed on, where it ends well and where it fails', async () => {
  for (const run of [() => Promise.resolve(), () => Promise.reject(new Error('broken'))]) {
    const { answer, got, written } = open();
    answer.part(created);
    let isOver = false;
    const call = new KeptCall({ run } as never, answer);
    const end = call
      .run()
      .finally(() => (isOver = true))
      .catch((error: unknown) => error);
    await settled();
    expect([isOver, got]).toEqual([false, []]);
    written();
    await end;
    expect(got).toEqual([created]);
  }
});

it.each([event('response.created', { id: 'resp_1', store: false }), 'data: [DONE]\n\n', 'event: ping\ndata: {}\n\n'])(
  'passes on at once what nobody keeps: %j',
  (part) => {
    const { answer, got, kept } = open();
    expect([answer.part(part), got, kept]).toEqual([true, [part], []]);
  },
);

it('a whole answer comes once it is written down, as the provider sent it', async () => {
  const { answer, got, kept, written } = open();
  const body = Buffer.from('{"id": "resp_1", "status": "completed"}');
  answer.whole({ answer: body, usage: undefined }, head);
  const end = answer.finish();
  await settled();
  expect([got, kept]).toEqual([[], [{ id: 'resp_1', status: 'completed', unsettled: false }]]);
  written();
  await end;
  expect(got).toEqual([String(body)]);
});

it.each([
  ['queued', undefined, true],
  ['in_progress', undefined, true],
  ['completed', undefined, false],
  ['in_progress', { promptTokens: 1, completionTokens: 1 }, false],
])('%s with the usage %j is unsettled: %s', async (status, usage, unsettled) => {
  const { answer, kept, written } = open();
  answer.whole({ answer: JSON.stringify({ id: 'resp_1', status }), usage }, head);
  const end = answer.finish();
  await settled();
  written();
  await end;
  expect(kept).toEqual([{ id: 'resp_1', status, unsettled }]);
});
