/** For tests: adapters made as a configuration makes them, content for them to look at, and a service that answers what it is told to. */
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { HttpAnswer, HttpRequest } from '../../../clients/outbound-http.service.js';
import type {
  GuardedContent,
  GuardedText,
  GuardrailContext,
  GuardrailSurroundings,
  GuardrailType,
  Verdict,
} from '../../guardrail.js';

/** An answer of the service: its JSON, or its status with or without a body, or that there is none. */
export type Scripted = { readonly json: unknown } | { readonly status: number; readonly body?: string } | 'unreachable';

export class FakeService {
  readonly requests: HttpRequest[] = [];

  /** @param answers one after the other, the last one again and again; or what makes one of the request's body */
  constructor(private readonly answers: readonly Scripted[] | ((body: unknown, url: string) => Scripted)) {}

  readonly send = async (request: HttpRequest): Promise<HttpAnswer> => {
    this.requests.push(request);
    const { answers, requests } = this;
    const answer =
      typeof answers === 'function'
        ? answers(JSON.parse(String(request.body)), request.url)
        : (answers[requests.length - 1] ?? answers.at(-1));
    if (answer === undefined) throw new Error('this service was not expected to be asked');
    if (answer === 'unreachable')
      throw new GatewayError('upstream_unreachable', {
        facts: { reason: 'no answer within 5 ms' },
        detail: 'no answer',
      });
    const body = 'json' in answer ? JSON.stringify(answer.json) : (answer.body ?? '');
    return { status: 'status' in answer ? answer.status : 200, headers: {}, body: Buffer.from(body) };
  };

  /** What was sent, read as JSON. */
  get bodies(): readonly unknown[] {
    return this.requests.map(({ body }) => JSON.parse(String(body)) as unknown);
  }
}

export const contextOfTest: GuardrailContext = {
  requestId: '01990000-0000-7000-8000-000000000000',
  model: 'gpt',
  callType: 'acompletion',
  keyHash: 'hash',
  keyAlias: 'alias',
  userId: 'user-1',
  teamId: 'team-1',
  endUser: undefined,
  tags: ['tag-1'],
  extraBody: {},
  signal: new AbortController().signal,
};

export function contentOf(
  texts: readonly (string | GuardedText)[],
  over: Partial<GuardedContent> = {},
): GuardedContent {
  return {
    direction: 'request',
    texts: texts.map((text) => (typeof text === 'string' ? { text, role: 'user' } : text)),
    tools: [],
    toolCalls: [],
    isComplete: true,
    ...over,
  };
}

export function surroundingsOfTest(over: Partial<GuardrailSurroundings> = {}): GuardrailSurroundings {
  const unused = (): never => {
    throw new Error('not expected to be used');
  };
  return {
    clock: { now: () => Date.UTC(2026, 0, 1), monotonic: () => 0 },
    http: { send: unused },
    egress: 'operator',
    models: { call: unused },
    deploymentsOf: unused,
    // What a store of credentials would have exchanged.
    credentialsOf: ({ provider, credentials }) =>
      provider.id === 'vertex_ai' ? { accessToken: 'ya29.token', vertexProject: 'found-project' } : credentials,
    ...over,
  };
}

export async function checkBy<Parameters>(
  type: GuardrailType<Parameters>,
  parameters: unknown,
  service: FakeService,
  content: GuardedContent,
  context: Partial<GuardrailContext> = {},
): Promise<Verdict> {
  const guardrail = type.create(type.parameters.parse(parameters), surroundingsOfTest({ http: service }));
  return guardrail.check(content, { ...contextOfTest, ...context });
}
