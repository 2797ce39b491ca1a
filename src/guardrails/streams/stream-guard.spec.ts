/** What a client gets of a guarded stream: the unguarded text with masks applied, however it was cut, and never a part of what was masked. */
import fc from 'fast-check';
import { FakeClock } from '../../core/testing/fake-clock.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { GuardPlan } from '../guard-plan.js';
import { GuardRun } from '../guard-run.js';
import type { StreamReading } from '../guardrail.js';
import type { ActiveGuardrail } from '../guardrail-source.js';
import { take } from '../steps.js';
import {
  activeGuardrail,
  bannedForms,
  longestForm,
  mask,
  maskWord,
  WordGuardrail,
  type WordAction,
} from '../testing/banned-words.js';
import { dialectStreams, type DialectStream } from '../testing/dialect-streams.js';
import { EventSplitter } from './event-splitter.js';
import { StreamGuard } from './stream-guard.js';

const facts = { requestId: 'r', model: 'm', callType: 'acompletion', keyHash: 'k', keyAlias: undefined, userId: undefined, teamId: undefined, endUser: undefined, tags: [] }; // prettier-ignore

function runOf(...guardrails: ActiveGuardrail[]): GuardRun {
  const post_call = guardrails.map((each) => ({ ...each, extraBody: {} }));
  const plan: GuardPlan = { pre_call: [], during_call: [], post_call, logging_only: [] };
  return new GuardRun({ plan, facts, clock: new FakeClock(), observer: { looked: () => undefined } });
}

interface Passed {
  /** What has left after each event that came. */
  readonly parts: readonly string[];
  readonly stream: string;
}

async function pass(dialect: DialectStream, events: readonly string[], run: GuardRun): Promise<Passed> {
  const guard = new StreamGuard({ run, surface: dialect.surface, maxHeldChars: 1_000_000 });
  const splitter = new EventSplitter();
  const parts: string[] = [];
  for (const event of events) for (const each of splitter.push(event)) parts.push(await take(guard.push(each)));
  parts.push(await take(guard.end()));
  return { parts, stream: parts.join('') };
}

const words = (action: WordAction = 'mask', stream?: StreamReading): ActiveGuardrail =>
  activeGuardrail(new WordGuardrail(action, stream), ['post_call']);

/** The text in pieces of so many characters. */
function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
}

const readings: readonly StreamReading[] = [
  { by: 'window', holdBackChars: longestForm },
  { by: 'segment', chars: 40 },
  { by: 'answer' },
];

describe.each(dialectStreams)('a stream of $name', (dialect) => {
  const answersWith = (content: readonly string[], n: number) =>
    Array.from({ length: Math.min(n, dialect.mostAnswers) }, () => ({ content }));

  describe.each(readings)('read $by by $by', (reading) => {
    it.each([1, 2])('n = %s: leaves as it came, byte for byte, where nothing is masked', async (n) => {
      const events = dialect.events(
        answersWith(cut('Nothing in here that anybody would mind, 🙂 and more of it.', 5), n),
      );
      const { stream } = await pass(dialect, events, runOf(words('mask', reading)));
      if (reading.by !== 'answer' && n === 1) expect(stream).toBe(events.join(''));
      expect([...stream.split('\n\n')].sort()).toEqual([...events.join('').split('\n\n')].sort());
      expect(dialect.read(stream).isComplete).toBe(true);
    });

    it.each(bannedForms)('masks %s, split at every position', async (form) => {
      for (let at = 0; at <= form.length; at += 1) {
        const content = ['Say it: ', form.slice(0, at), form.slice(at), '. That was', ' it.'].filter(
          (piece) => piece !== '',
        );
        const events = dialect.events(answersWith(content, 1));
        const { stream } = await pass(dialect, events, runOf(words('mask', reading)));
        const { answers, isComplete } = dialect.read(stream);
        expect([answers[0]?.content, isComplete]).toEqual([`Say it: ${mask}. That was it.`, true]);
      }
    });

    it.each([1, 2])('n = %s: lets nothing out of a word that ends the answer', async (n) => {
      for (const form of bannedForms) {
        const events = dialect.events(answersWith(['It is ', ...cut(form, 1)], n));
        const { stream } = await pass(dialect, events, runOf(words('mask', reading)));
        const { answers } = dialect.read(stream);
        for (let index = 0; index < Math.min(n, dialect.mostAnswers); index += 1)
          expect(answers[index]?.content).toBe(`It is ${mask}`);
      }
    });

    it('ends with an error where the word is refused, before any of the word is out', async () => {
      for (const form of bannedForms) {
        const guard = new StreamGuard({
          run: runOf(words('block', reading)),
          surface: dialect.surface,
          maxHeldChars: 1_000_000,
        });
        let out = '';
        let error: unknown;
        try {
          const events = dialect.events(
            answersWith(['A beginning that may be heard by anyone. ', ...cut(form, 3), ' And its end.'], 1),
          );
          for (const event of events)
            for (const each of new EventSplitter().push(event)) out += await take(guard.push(each));
          out += await take(guard.end());
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toBeInstanceOf(GatewayError);
        expect((error as GatewayError).code).toBe('guardrail_blocked');
        const said = dialect.read(out).answers[0]?.content ?? '';
        expect('A beginning that may be heard by anyone. ').toContain(said);
      }
    });
  });

  it('is the text with masks applied, for any text in any pieces: each kind, each of n', async () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...bannedForms, ' ', 'for', 'bid', '.', '🙂'), fc.string({ maxLength: 6 })), {
        maxLength: 25,
      })
      .map((parts) => parts.join('').replace(/\p{Cs}/gu, ''));
    const pieces = fc.tuple(text, fc.integer({ min: 1, max: 9 })).map(([whole, size]) => cut(whole, size));
    const json = fc
      .tuple(text, fc.integer({ min: 1, max: 9 }))
      .map(([whole, size]) => cut(JSON.stringify({ q: whole.replace(/["\\\p{C}]/gu, '') }), size));
    const answer = fc.record({ content: pieces, reasoning: pieces, arguments: json });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: dialect.mostAnswers }), async (spoken) => {
        const given = spoken.map((each) => Object.fromEntries(dialect.kinds.map((kind) => [kind, each[kind]])));
        const { stream } = await pass(dialect, dialect.events(given), runOf(words()));
        const { answers, isComplete } = dialect.read(stream);
        expect(isComplete).toBe(true);
        for (const [index, each] of given.entries()) {
          for (const kind of dialect.kinds) {
            const got = answers[index]?.[kind] ?? '';
            expect([kind, got]).toEqual([kind, maskWord((each[kind] ?? []).join(''))]);
          }
        }
      }),
      { seed: 71, numRuns: 200 },
    );
  });

  it('passes several guardrails in their order, each on what the one before has left', async () => {
    const second = new WordGuardrail();
    const run = runOf(words(), activeGuardrail(second, ['post_call'], { name: 'second', order: 1 }));
    const { stream } = await pass(
      dialect,
      dialect.events(answersWith(['It is ', 'forb', 'idden', ' to say so.'], 1)),
      run,
    );
    expect(dialect.read(stream).answers[0]?.content).toBe(`It is ${mask} to say so.`);
    for (const { texts } of second.seen) for (const { text } of texts) expect(text).not.toContain('forb');
    expect(run.applied).toEqual(['words', 'second']);
  });

  it('puts originals back where a placeholder comes in pieces', async () => {
    const run = runOf();
    run.originals.set('<NAME_1>', 'Ann').set('<NAME_12>', 'Bo');
    const content = ['Dear <N', 'AME_1', '>, and <NAME_', '12>, and <NAM', 'E of nobody'];
    const { stream } = await pass(dialect, dialect.events(answersWith(content, 1)), run);
    expect(dialect.read(stream).answers[0]?.content).toBe('Dear Ann, and Bo, and <NAME of nobody');
  });
});

it('what is held back is bounded', async () => {
  const [chat] = dialectStreams;
  if (!chat) throw new Error('no dialect');
  const guard = new StreamGuard({
    run: runOf(words('mask', { by: 'answer' })),
    surface: chat.surface,
    maxHeldChars: 500,
  });
  const send = async (): Promise<void> => {
    for (const event of chat.events([{ content: cut('long '.repeat(50), 5) }]))
      for (const each of new EventSplitter().push(event)) await take(guard.push(each));
  };
  await expect(send()).rejects.toMatchObject({ code: 'upstream_invalid_response' });
});

it('a window is looked at in bounded pieces: a long stream costs no more at its end than at its beginning', async () => {
  const [chat] = dialectStreams;
  if (!chat) throw new Error('no dialect');
  const guardrail = new WordGuardrail();
  await pass(
    chat,
    chat.events([{ content: cut('Some more of the same words. '.repeat(400), 4) }]),
    runOf(activeGuardrail(guardrail, ['post_call'])),
  );
  const longest = Math.max(...guardrail.seen.flatMap(({ texts }) => texts.map(({ text }) => text.length)));
  expect(longest).toBeLessThan(500);
});
