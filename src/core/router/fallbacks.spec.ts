/** Fallbacks: which groups stand in for one that has failed, in which order, and when the failure stands. */
import type { ErrorCode } from '../errors/catalog.js';
import { GatewayError } from '../errors/gateway-error.js';
import { askWithFallbacks, FallbackChain, noFallbacks, type FallbackRules, type FallbackTarget } from './fallbacks.js';

const mapOf = (entries: Record<string, readonly string[]>) =>
  new Map(Object.entries(entries).map(([group, models]) => [group, models.map((model) => ({ model }))]));
const failure = (code: ErrorCode = 'upstream_internal'): GatewayError => new GatewayError(code, { provider: 'acme' });

interface Play {
  readonly rules: Partial<FallbackRules>;
  readonly mayUse?: (model: string) => boolean;
  /** What asking a group comes to; undefined is success. */
  readonly outcomes: (model: string) => Error | undefined;
  readonly finalAfter?: number;
}

async function play({ rules, mayUse = () => true, outcomes, finalAfter = Infinity }: Play) {
  const asked: string[] = [];
  const stoodBy: boolean[] = [];
  const chain = new FallbackChain('a', { ...noFallbacks, ...rules }, mayUse);
  const ask = async ({ model }: FallbackTarget, hasMore: boolean): Promise<void> => {
    asked.push(model);
    stoodBy.push(hasMore);
    const error = outcomes(model);
    if (error) throw error;
  };
  const request = {
    get final() {
      return asked.length >= finalAfter;
    },
  };
  const outcome = await askWithFallbacks(chain, 'a', ask, request).then(
    () => 'answered',
    (error: unknown) => error,
  );
  return { asked, stoodBy, outcome };
}

it('asks nobody else where the group answers', async () => {
  const { asked, stoodBy } = await play({ rules: { general: mapOf({ a: ['b'] }) }, outcomes: () => undefined });
  expect([asked, stoodBy]).toEqual([['a'], [true]]);
});

it('asks in the configured order until one answers, and says whether another stands by', async () => {
  const outcomes = (model: string) => (model === 'c' ? undefined : failure());
  expect(await play({ rules: { general: mapOf({ a: ['b', 'c', 'd'] }) }, outcomes })).toEqual({
    asked: ['a', 'b', 'c'],
    stoodBy: [true, true, true],
    outcome: 'answered',
  });
});

it('tells the first group’s failure where all fail: it is what the client has asked for', async () => {
  const errors: Record<string, GatewayError> = { a: failure('upstream_overloaded'), b: failure(), c: failure() };
  const { asked, stoodBy, outcome } = await play({ rules: { general: mapOf({ a: ['b', 'c'] }) }, outcomes: (model) => errors[model] }); // prettier-ignore
  expect([asked, stoodBy, outcome]).toEqual([['a', 'b', 'c'], [true, true, false], errors['a']]);
});

it('goes on with the fallbacks of a fallback before its siblings, and asks nobody twice', async () => {
  const general = mapOf({ a: ['b', 'c'], b: ['d', 'a', 'c'], d: ['b'] });
  const { asked } = await play({ rules: { general }, outcomes: () => failure() });
  expect(asked).toEqual(['a', 'b', 'd', 'c']);
});

it('asks no more groups than allowed', async () => {
  const general = mapOf({ a: ['b', 'c', 'd', 'e', 'f', 'g', 'h'] });
  expect((await play({ rules: { general }, outcomes: () => failure() })).asked).toHaveLength(1 + 5);
  const { asked, stoodBy } = await play({ rules: { general, most: 2 }, outcomes: () => failure() });
  expect([asked, stoodBy]).toEqual([
    ['a', 'b', 'c'],
    [true, true, false],
  ]);
  expect((await play({ rules: { general, most: 0 }, outcomes: () => failure() })).asked).toEqual(['a']);
});

it('never asks a group that the caller may not use', async () => {
  const general = mapOf({ a: ['b', 'c'] });
  const { asked } = await play({ rules: { general }, mayUse: (model) => model !== 'b', outcomes: () => failure() });
  expect(asked).toEqual(['a', 'c']);
});

it('keeps the default ones for groups without fallbacks of their own, and uses them once', async () => {
  const rules = { general: mapOf({ x: ['y'] }), defaults: [{ model: 'd' }, { model: 'e' }] };
  expect((await play({ rules, outcomes: () => failure() })).asked).toEqual(['a', 'd', 'e']);
  const own = { ...rules, general: mapOf({ a: ['b'] }) };
  expect((await play({ rules: own, outcomes: () => failure() })).asked).toEqual(['a', 'b']);
});

it.each<[ErrorCode, string[]]>([
  ['context_window_exceeded', ['a', 'wide']],
  ['content_policy_violation', ['a', 'lenient']],
  ['upstream_internal', ['a', 'b']],
])('of %s asks the groups that are for it first', async (code, expected) => {
  const rules = {
    general: mapOf({ a: ['b'] }),
    contextWindow: mapOf({ a: ['wide'] }),
    contentPolicy: mapOf({ a: ['lenient'] }),
  };
  const outcomes = (model: string) => (model === 'a' ? failure(code) : undefined);
  expect((await play({ rules, outcomes })).asked).toEqual(expected);
});

it('of a special failure asks the general ones where there are none for it', async () => {
  const outcomes = (model: string) => (model === 'a' ? failure('context_window_exceeded') : undefined);
  expect((await play({ rules: { general: mapOf({ a: ['b'] }) }, outcomes })).asked).toEqual(['a', 'b']);
});

it.each<ErrorCode>(['invalid_request', 'client_closed', 'internal', 'journal_unavailable', 'forbidden'])(
  'lets %s stand: another group would not mend it',
  async (code) => {
    const error = failure(code);
    const { asked, outcome } = await play({ rules: { general: mapOf({ a: ['b'] }) }, outcomes: () => error });
    expect([asked, outcome]).toEqual([['a'], error]);
  },
);

it('asks nobody once the request is over, and tells what ended it', async () => {
  const errors: Record<string, GatewayError> = { a: failure(), b: failure('upstream_connection_lost') };
  const { asked, outcome } = await play({ rules: { general: mapOf({ a: ['b', 'c'] }) }, outcomes: (model) => errors[model], finalAfter: 2 }); // prettier-ignore
  expect([asked, outcome]).toEqual([['a', 'b'], errors['b']]);
});

it('finds the rule by the exact name, then by the longest pattern', async () => {
  const asks = async (general: Record<string, readonly string[]>): Promise<string[]> =>
    (await play({ rules: { general: mapOf(general) }, outcomes: () => failure() })).asked;
  expect(await asks({ '*': ['any'], a: ['exact'] })).toEqual(['a', 'exact', 'any']);
  expect(await asks({ '*': ['any'], 'a*': ['longer'] })).toEqual(['a', 'longer', 'any']);
  expect(await asks({ 'b*': ['other'], '*b': ['other'], 'a*a': ['other'] })).toEqual(['a']);
});

it('says beforehand whether a refusal for its content would lead elsewhere', () => {
  const rules = { ...noFallbacks, contentPolicy: mapOf({ a: ['b'] }) };
  expect(new FallbackChain('a', rules, () => true).hasContentPolicy('a')).toBe(true);
  expect(new FallbackChain('a', rules, () => true).hasContentPolicy('b')).toBe(false);
  expect(new FallbackChain('a', rules, () => false).hasContentPolicy('a')).toBe(false);
  expect(new FallbackChain('a', { ...noFallbacks, general: mapOf({ a: ['b'] }) }, () => true).hasContentPolicy('a')).toBe(false); // prettier-ignore
});
