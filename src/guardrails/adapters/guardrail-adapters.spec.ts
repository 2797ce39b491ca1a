import { GatewayError } from '../../core/errors/gateway-error.js';
import type { GuardrailType } from '../guardrail.js';
import { guardrailAdapters } from './guardrail-adapters.js';
import {
  checkBy,
  contentOf,
  contextOfTest,
  FakeService,
  surroundingsOfTest,
  type Scripted,
} from './testing/adapter-bench.js';
import { leastParameters, secretOfTest } from './testing/least-parameters.js';

const overHttp = guardrailAdapters.filter(({ id }) => id !== 'llm_as_a_judge');
const secretText = 'the-word-of-the-text';

function typeOf(id: string): GuardrailType {
  const type = overHttp.find((each) => each.id === id);
  if (!type) throw new Error(id);
  return type;
}

function failureOf(id: string, answers: readonly Scripted[]): Promise<unknown> {
  return checkBy(typeOf(id), leastParameters[id], new FakeService(answers), contentOf([secretText])).then(
    (verdict) => verdict,
    (thrown: unknown) => thrown,
  );
}

const bad: readonly [string, Scripted][] = [
  ['does not answer', 'unreachable'],
  ['answers with 500', { status: 500, body: `${secretText} ${secretOfTest}` }],
  ['answers with 401', { status: 401, body: secretOfTest }],
  ['redirects', { status: 302 }],
  ['answers with a page', { status: 200, body: '<html>' }],
  ['answers with nothing', { status: 200, body: '' }],
  ['answers with JSON of another kind', { json: { hello: secretText } }],
];

describe('every kind', () => {
  it('has an id of its own', () => {
    expect(new Set(guardrailAdapters.map(({ id }) => id)).size).toBe(guardrailAdapters.length);
  });

  it('refuses to be made of nothing', () => {
    for (const { id, parameters } of guardrailAdapters)
      expect([id, parameters.safeParse({}).success]).toEqual([id, false]);
  });
});

// A webhook may look at tools alone.
it.each(overHttp.map(({ id }) => id).filter((id) => id !== 'generic_guardrail_api'))(
  '%s asks nothing where there is no word to look at',
  async (id) => {
    for (const direction of ['request', 'answer'] as const) {
      const content = contentOf([' ', ''], { direction, tools: ['search'] });
      expect(await checkBy(typeOf(id), leastParameters[id], new FakeService([]), content)).toEqual({ action: 'pass' });
    }
  },
);

describe.each(overHttp.map(({ id }) => id))('%s', (id) => {
  it.each(bad)('is unavailable where its service %s, and says neither key nor text', async (_what, answer) => {
    const failure = await failureOf(id, [answer]);
    expect(failure).toBeInstanceOf(GatewayError);
    expect((failure as GatewayError).code).toBe('guardrail_unavailable');
    const told = [(failure as GatewayError).message, (failure as GatewayError).detail].join(' ');
    expect(told).not.toContain(secretText);
    expect(told).not.toContain(secretOfTest);
  });

  it('reads an answer that gives back a long text, written in ASCII alone', async () => {
    const service = new FakeService(['unreachable']);
    const text = 'ä'.repeat(600_000);
    await expect(checkBy(typeOf(id), leastParameters[id], service, contentOf([text]))).rejects.toThrow(GatewayError);
    for (const { body, maxBytes } of service.requests) {
      const { length } = [...String(body)];
      // Each character outside ASCII as \\u00e4.
      expect(maxBytes).toBeGreaterThan(6 * length);
    }
  });

  it('asks by the egress of whoever wrote its address, and the strict one where nobody says', async () => {
    const type = typeOf(id);
    for (const egress of ['operator', undefined] as const) {
      const service = new FakeService(['unreachable']);
      const { egress: _operator, ...rest } = surroundingsOfTest({ http: service });
      const surroundings = egress === undefined ? rest : { ...rest, egress };
      const guardrail = type.create(type.parameters.parse(leastParameters[id]), surroundings);
      await expect(guardrail.check(contentOf(['hello']), contextOfTest)).rejects.toThrow(GatewayError);
      expect(service.requests[0]?.egress).toBe(egress ?? 'restricted');
      expect(service.requests[0]?.signal).toBe(contextOfTest.signal);
    }
  });
});
