/** For tests: guardrails made as a configuration makes them, and content for them to look at. */
import type {
  Guardrail,
  GuardedContent,
  GuardedText,
  GuardrailContext,
  GuardrailSurroundings,
  GuardrailType,
  Verdict,
} from '../../guardrail.js';

/** What built-in guardrails use of the gateway; the rest throws when it is touched. */
export function surroundingsOfTest(
  over: Partial<GuardrailSurroundings> & { files?: Readonly<Record<string, string>> } = {},
): GuardrailSurroundings {
  const { files, ...rest } = over;
  const unused = (): never => {
    throw new Error('a built-in guardrail calls nobody');
  };
  return {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    http: { send: unused },
    models: { call: unused },
    deploymentsOf: unused,
    ...(files === undefined ? {} : { readFile: (path: string) => files[path] ?? unused() }),
    ...rest,
  };
}

export function makeGuardrail<P>(
  type: GuardrailType<P>,
  parameters: Readonly<Record<string, unknown>> = {},
  over: Parameters<typeof surroundingsOfTest>[0] = {},
): Guardrail {
  return type.create(type.parameters.parse(parameters), surroundingsOfTest(over));
}

export function contentOf(
  texts: string | readonly (string | GuardedText)[],
  over: Partial<GuardedContent> = {},
): GuardedContent {
  const list = typeof texts === 'string' ? [texts] : texts;
  return {
    direction: 'request',
    texts: list.map((text) => (typeof text === 'string' ? { text, role: 'user' } : text)),
    tools: [],
    toolCalls: [],
    isComplete: true,
    ...over,
  };
}

export const contextOfTest: GuardrailContext = {
  requestId: '01990000-0000-7000-8000-000000000000',
  model: 'gpt',
  callType: 'acompletion',
  keyHash: 'hash',
  keyAlias: undefined,
  userId: undefined,
  teamId: undefined,
  endUser: undefined,
  tags: [],
  extraBody: {},
  signal: new AbortController().signal,
};

export async function check(
  guardrail: Guardrail,
  texts: string | readonly (string | GuardedText)[],
  over: Partial<GuardedContent> = {},
): Promise<Verdict> {
  return guardrail.check(contentOf(texts, over), contextOfTest);
}

/** The first text as it leaves the guardrail: itself where it passes, `BLOCKED` where it does not. */
export async function afterCheck(guardrail: Guardrail, text: string | GuardedText): Promise<string> {
  const verdict = await check(guardrail, [text]);
  if (verdict.action === 'mask') return verdict.texts[0] ?? '';
  if (verdict.action === 'pass') return typeof text === 'string' ? text : text.text;
  return verdict.action === 'block' ? 'BLOCKED' : `ROUTED to ${verdict.model}`;
}

/** Milliseconds: the best of a few runs, as other programs use the machine too. */
export async function bestTimeOf(run: () => unknown, runs = 5): Promise<number> {
  let best = Infinity;
  for (let at = 0; at < runs; at++) {
    const began = performance.now();
    await run();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}
