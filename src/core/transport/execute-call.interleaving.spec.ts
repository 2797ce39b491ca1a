/** One attempt under any order of events: it ends exactly once, in time, and gives its client nothing twice. */
import fc from 'fast-check';
import { GatewayError } from '../errors/gateway-error.js';
import { json, settle, start } from '../testing/started-call.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

type Step =
  | { readonly kind: 'head'; readonly status: number; readonly stream: boolean }
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'end' | 'reset' | 'abort' | 'full' | 'drain' };

const heads = fc.record({
  kind: fc.constant('head' as const),
  status: fc.constantFrom(200, 200, 200, 201, 302, 400, 503),
  stream: fc.boolean(),
});
const later = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('data' as const), text: fc.constantFrom('a\n', 'b\nc\n', '.\n', 'd\n.\n', '!\n', 'e\n!\n', '\n') }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 999, 5_000, 20_000) }) }, // prettier-ignore
  {
    weight: 4,
    arbitrary: fc.constantFrom('end', 'reset', 'abort', 'full', 'drain').map((kind): Step => ({ kind })),
  },
);
const scripts: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(later, { maxLength: 2 }), heads, fc.array(later, { maxLength: 12 }))
  .map(([before, head, after]) => [...before.filter(({ kind }) => kind !== 'data' && kind !== 'end'), head, ...after]);

it('ends the call exactly once, within its time, and gives the client a prefix of what was sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), scripts, async (streaming, script) => {
      jest.clearAllTimers();
      const { call, upstream, sink, outcome } = start(streaming);
      let sent = '';
      let givenAtEnd: number | undefined;
      for (const step of script) {
        if (step.kind === 'head')
          upstream.last.head(step.status, step.stream ? { 'content-type': 'text/event-stream' } : json); // prettier-ignore
        else if (step.kind === 'data') upstream.last.data(step.text);
        else if (step.kind === 'advance') jest.advanceTimersByTime(step.ms);
        else if (step.kind === 'end') upstream.last.end();
        else if (step.kind === 'reset') upstream.last.error(new Error('reset'));
        else if (step.kind === 'abort') call.abort(new GatewayError('client_closed'));
        else if (step.kind === 'full') sink.full = true;
        else sink.drain();
        if (step.kind === 'data') sent += step.text;
        await settle();
        if (outcome() !== undefined) givenAtEnd ??= sink.given.length;
      }
      sink.drain();
      jest.advanceTimersByTime(60_000);
      await settle();
      givenAtEnd ??= sink.given.length;

      expect(outcome()).toBeDefined();
      expect(sink.given).toHaveLength(givenAtEnd);
      expect(call.begun).toBe(sink.given.length > 0);
      expect(jest.getTimerCount()).toBe(0);
      const parts = sink.given.filter((given) => /^[a-e]+$/.test(given)).join('');
      const untilMarker = sent.split(/[.!]/, 1)[0]?.replaceAll('\n', '') ?? '';
      if (streaming) expect(untilMarker.startsWith(parts)).toBe(true);
      expect(sink.given.filter((given) => given.startsWith('begin') || given.startsWith('whole')).length).toBe(
        call.begun ? 1 : 0,
      );
      if (streaming && outcome() === 'done') {
        expect([parts, sink.given.at(-1)]).toEqual([untilMarker, '<end>']);
      } else {
        expect(sink.given).not.toContain('<end>');
      }
    }),
    { numRuns: 500, seed: 3 },
  );
});
