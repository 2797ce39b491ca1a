import type { GuardrailScan } from '../config/guardrail-entry.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { withScope } from './guardrail-scope.js';
import {
  pass,
  type GuardedContent,
  type Guardrail,
  type GuardrailContext,
  type TextRole,
  type Verdict,
} from './guardrail.js';

const plain: GuardrailScan = { skipsSystem: false, onlyNew: false, routeTo: undefined };
const context = { signal: new AbortController().signal } as GuardrailContext;

const content = (...texts: readonly [TextRole, string][]): GuardedContent => ({
  direction: 'request',
  texts: texts.map(([role, text]) => ({ role, text })),
  tools: [],
  toolCalls: [],
  isComplete: true,
});

/** Masks all that it is shown. */
function masking(seen: string[][] = []): Guardrail {
  return {
    stream: { by: 'answer' },
    check({ texts }) {
      seen.push(texts.map(({ text }) => text));
      return { action: 'mask', texts: texts.map(() => '#'), findings: [{ kind: 'x', count: texts.length }] };
    },
  };
}

it('is the guardrail itself where nothing more is asked of it', () => {
  const guardrail = masking();
  expect(withScope(guardrail, plain, 0)).toBe(guardrail);
});

it.each<[string, Partial<GuardrailScan>, [TextRole, string][], string[]]>([
  [
    'system messages are left out',
    { skipsSystem: true },
    [
      ['system', 's'],
      ['user', 'u'],
    ],
    ['u'],
  ],
  [
    'what came before the last answer is left out',
    { onlyNew: true },
    [
      ['user', 'a'],
      ['assistant', 'b'],
      ['tool', 'c'],
      ['user', 'd'],
    ],
    ['c', 'd'],
  ],
  [
    'all of a first request is new',
    { onlyNew: true },
    [
      ['system', 's'],
      ['user', 'a'],
    ],
    ['s', 'a'],
  ],
  [
    'system messages are looked at again each time',
    { onlyNew: true },
    [
      ['system', 's'],
      ['user', 'a'],
      ['assistant', 'b'],
      ['user', 'd'],
    ],
    ['s', 'd'],
  ],
  [
    'both',
    { onlyNew: true, skipsSystem: true },
    [
      ['system', 's'],
      ['user', 'a'],
      ['assistant', 'b'],
      ['system', 't'],
      ['user', 'd'],
    ],
    ['d'],
  ],
  [
    'an answer that the client puts at the end hides nothing before it',
    { onlyNew: true },
    [
      ['user', 'a'],
      ['assistant', 'x'],
    ],
    ['a', 'x'],
  ],
  [
    'nor do several',
    { onlyNew: true },
    [
      ['user', 'o'],
      ['assistant', 'b'],
      ['user', 'a'],
      ['assistant', 'x'],
      ['assistant', 'y'],
    ],
    ['a', 'x', 'y'],
  ],
])('%s', async (_, scan, texts, shown) => {
  const seen: string[][] = [];
  const verdict = (await withScope(masking(seen), { ...plain, ...scan }, 0).check(
    content(...texts),
    context,
  )) as Extract<Verdict, { action: 'mask' }>;
  expect(seen).toEqual([shown]);
  // What was not shown stays as it is, in its place.
  expect(verdict.texts).toEqual(texts.map(([, text]) => (shown.includes(text) ? '#' : text)));
});

it('is not asked where nothing is left to look at, but for tools', async () => {
  const seen: string[][] = [];
  const guardrail = withScope(masking(seen), { ...plain, skipsSystem: true }, 0);
  expect(await guardrail.check(content(['system', 's']), context)).toBe(pass);
  await guardrail.check({ ...content(['system', 's']), tools: ['shell'] }, context);
  expect(seen).toEqual([[]]);
});

it('answers are looked at as they are', async () => {
  const seen: string[][] = [];
  const answer: GuardedContent = { ...content(['assistant', 'a']), direction: 'answer' };
  const verdict = await withScope(masking(seen), { skipsSystem: true, onlyNew: true, routeTo: 'm' }, 0).check(
    answer,
    context,
  );
  expect(verdict).toMatchObject({ action: 'mask' });
  expect(seen).toEqual([['a']]);
});

it.each(['mask', 'block'] as const)(
  'a request in which something is found goes to the other model instead of a %s',
  async (action) => {
    const found: Verdict = { findings: [{ kind: 'x', count: 1 }], texts: ['#'], reason: 'r', action };
    const guardrail = withScope({ stream: { by: 'answer' }, check: () => found }, { ...plain, routeTo: 'inside' }, 0);
    expect(await guardrail.check(content(['user', 'u']), context)).toEqual({
      action: 'route',
      model: 'inside',
      findings: [{ kind: 'x', count: 1 }],
    });
  },
);

it('a request without a finding stays where it is, and is known at once to do so', () => {
  const guardrail = withScope({ stream: { by: 'answer' }, check: () => pass }, { ...plain, routeTo: 'inside' }, 0);
  expect(guardrail.check(content(['user', 'u']), context)).toBe(pass);
});

describe('attempts', () => {
  const away = () => new GatewayError('guardrail_unavailable', { facts: { guardrail: 'g' } });
  const failing = (times: number, error: () => Error) => {
    let calls = 0;
    const guardrail: Guardrail = {
      stream: { by: 'answer' },
      check: () => {
        calls += 1;
        if (calls <= times) throw error();
        return pass;
      },
    };
    return { guardrail, calls: () => calls };
  };

  it('are made again while its service is away, and no more than asked', async () => {
    const twice = failing(2, away);
    expect(await withScope(twice.guardrail, plain, 2).check(content(), context)).toBe(pass);
    const always = failing(9, away);
    await expect(withScope(always.guardrail, plain, 2).check(content(), context)).rejects.toThrow(GatewayError);
    expect([twice.calls(), always.calls()]).toEqual([3, 3]);
  });

  it('end when nobody waits any more, and at any other failure', async () => {
    const gone = failing(9, away);
    const ended = { signal: AbortSignal.abort() } as GuardrailContext;
    await expect(withScope(gone.guardrail, plain, 5).check(content(), ended)).rejects.toThrow(GatewayError);
    const broken = failing(9, () => new Error('bug'));
    await expect(withScope(broken.guardrail, plain, 5).check(content(), context)).rejects.toThrow('bug');
    expect([gone.calls(), broken.calls()]).toEqual([1, 1]);
  });
});
