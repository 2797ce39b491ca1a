/** Every mode of a guardrail at every surface, streamed and not, for one answer and for two: what the model gets, what the client gets, what is charged. */
import type { GuardrailMode } from '../../../src/guardrails/guardrail.js';
import { activeGuardrail, mask, WordGuardrail, type WordAction } from '../../../src/guardrails/testing/banned-words.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { eventually } from '../support/eventually.js';
import { detailOf } from '../support/gateway.js';
import { GuardedGateway, surfaces, type SurfaceRow } from './guarded-gateway.js';

let world: GuardedGateway;

beforeAll(async () => {
  world = await GuardedGateway.start();
}, 40_000);

afterAll(() => world.stop(), 30_000);

interface Case {
  readonly row: SurfaceRow;
  readonly stream: boolean;
  readonly n: number;
  readonly name: string;
}

const cases: readonly Case[] = surfaces.flatMap((row) =>
  (row.streams ? [false, true] : [false]).flatMap((stream) =>
    (row.mostAnswers > 1 ? [1, 2] : [1]).map((n) => ({
      row,
      stream,
      n,
      name: `${row.name}${stream ? ', streamed' : ''}${row.mostAnswers > 1 ? `, n = ${n}` : ''}`,
    })),
  ),
);
const answering = cases.filter(({ row }) => row.answers);

function guard(mode: GuardrailMode, action: WordAction = 'mask'): WordGuardrail {
  const guardrail = new WordGuardrail(action);
  world.reset(activeGuardrail(guardrail, [mode]));
  return guardrail;
}

const header = 'x-litellm-applied-guardrails';
const word = 'forbidden';

async function lastRow(model: string) {
  const rows = await world.gateway.rowsOf(model);
  const [last] = rows.sort((left, right) => (left.requestId < right.requestId ? 1 : -1));
  if (!last) throw new Error(`${model} has no row`);
  return last;
}

const marksOf = (row: Awaited<ReturnType<typeof lastRow>>) =>
  (
    detailOf(row) as unknown as { guardrails?: readonly { name: string; mode: string; action: string }[] }
  ).guardrails?.map(({ name, mode, action }) => `${name} ${mode} ${action}`);

describe.each(cases)('$name', ({ row, stream, n }) => {
  it('pre_call masks: the model is not sent the word, and nothing else is changed', async () => {
    guard('pre_call');
    const answer = await world.ask(row, `Say ${word}!`, stream, n);
    expect([answer.status, world.provider.sent.length]).toEqual([200, 1]);
    expect(world.provider.sent[0]?.body).toContain(`Say ${mask}!`);
    expect(world.provider.sent[0]?.body).not.toContain(word);
    expect(answer.headers[header]).toBe('words');
    expect(marksOf(await lastRow(row.model))).toEqual(['words pre_call mask']);
  });

  it('pre_call refuses: no provider hears of it, and its row costs nothing', async () => {
    guard('pre_call', 'block');
    const answer = await world.ask(row, `Say ${word}!`, stream, n);
    expect([answer.status, world.provider.sent.length]).toEqual([400, 0]);
    expect(answer.text).toContain('The guardrail words refused the request');
    expect(answer.headers[header]).toBe('words');
    const last = await lastRow(row.model);
    expect([last.spendNanos, last.status, detailOf(last).errorCode, detailOf(last).attempts]).toEqual([
      0n,
      'failure',
      'guardrail_blocked',
      [],
    ]);
    expect(marksOf(last)).toEqual(['words pre_call block']);
  });

  it('during_call refuses: the client sees nothing of the answer', async () => {
    const guardrail = guard('during_call', 'block');
    let release = (): void => undefined;
    guardrail.delay = () => new Promise((resolve) => (release = resolve));
    const asked = world.ask(row, `Say ${word}!`, stream, n);
    // The verdict comes after the model was asked: both are on their way at once.
    await eventually('the model is asked', () => world.provider.sent.length === 1 && guardrail.seen.length === 1);
    release();
    const answer = await asked;
    expect([answer.status, answer.text.includes('refused the request')]).toEqual([400, true]);
    expect(answer.text).not.toContain('Hello');
    expect(marksOf(await lastRow(row.model))).toEqual(['words during_call block']);
  });

  it('during_call lets it pass: the answer comes whole', async () => {
    const guardrail = guard('during_call', 'block');
    guardrail.delay = () => new Promise((resolve) => setTimeout(resolve, 5));
    const answer = await world.ask(row, 'Say hello!', stream, n);
    expect([answer.status, answer.headers[header]]).toEqual([200, 'words']);
    if (row.answers) expect(row.read(answer, stream)).toEqual(Array.from({ length: n }, () => 'Hello'));
  });

  it('logging_only: the answer is neither changed nor delayed, and what is kept is masked', async () => {
    const guardrail = guard('logging_only');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    guardrail.delay = () => released;
    world.provider.pieces = ['It is for', 'bidden.'];
    // Nobody waits for the look.
    const answer = await world.ask(row, `Say ${word}!`, stream, n);
    expect([answer.status, answer.headers[header]]).toEqual([200, undefined]);
    expect(world.provider.sent[0]?.body).toContain(word);
    if (row.answers) expect(row.read(answer, stream)).toEqual(Array.from({ length: n }, () => 'It is forbidden.'));
    release();
    const { requestId } = await lastRow(row.model);
    const payload = await keptPayload(requestId);
    expect(payload).not.toContain(word);
    expect(payload).toContain(row.isForm ? '{}' : mask);
  });
});

describe.each(answering)('$name', ({ row, stream, n }) => {
  it('post_call masks each answer, a word in pieces included', async () => {
    guard('post_call');
    world.provider.pieces = ['It is for', 'bid', 'den to say.'];
    const answer = await world.ask(row, 'Say it!', stream, n);
    expect(row.read(answer, stream)).toEqual(Array.from({ length: n }, () => `It is ${mask} to say.`));
    expect(answer.text).not.toContain('"bid"');
    expect(answer.headers[header]).toBe('words');
    expect(marksOf(await lastRow(row.model))).toEqual(['words post_call mask']);
  });

  it('post_call refuses: nothing of the word is out, and the answer is paid for', async () => {
    guard('post_call', 'block');
    world.provider.pieces = ['It is for', 'bid', 'den to say.'];
    const answer = await world.ask(row, 'Say it!', stream, n);
    expect(answer.status === 400 || stream).toBe(true);
    expect(answer.text).toContain('refused the request');
    expect(answer.text).not.toContain('bid');
    const last = await lastRow(row.model);
    expect([last.status, detailOf(last).errorCode, detailOf(last).attempts.length]).toEqual([
      'failure',
      'guardrail_blocked',
      1,
    ]);
    if (!stream && !row.isForm) expect(last.spendNanos).toBeGreaterThan(0n);
  });

  it('a placeholder of the request is the original again in the answer', async () => {
    const guardrail = guard('pre_call');
    guardrail.originals = new Map([[mask, 'Ann']]);
    world.provider.pieces = ['Dear [MAS', 'KED', '], hello'];
    const answer = await world.ask(row, `I am ${word}`, stream, n);
    expect(row.read(answer, stream)).toEqual(Array.from({ length: n }, () => 'Dear Ann, hello'));
  });
});

async function keptPayload(requestId: string): Promise<string> {
  let found: { request: unknown; response: unknown } | null = null;
  await eventually('what was asked is kept', async () => {
    found = await world.gateway.app
      .get(DatabaseService)
      .run((client) => client.spendPayload.findUnique({ where: { requestId } }));
    return found !== null;
  });
  return JSON.stringify(found);
}
