/** Runs one cell of the matrix: a conversation of one client with one provider, through the real dialects, adapters and transport. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { AnswerSink, ChatCall, Deployment, Dialect, NativeCall, Translation, Usage } from '../../spec/index.js';
import { ProviderCall } from '../../transport/execute-call.js';
import { passThrough, translate } from '../../transport/translation.js';
import { madeUpDeployment } from '../deployments.js';
import { FakeClock } from '../fake-clock.js';
import { FakeUpstream, type FakeExchange } from '../fake-upstream.js';
import { limitOf } from './limits.js';
import type { Answered, Asked, Turn } from './meaning.js';
import type { Leg, Scenario } from './scenarios.js';
import type { Client, Conversation, Provider } from './sides.js';
import { inOrder } from './turns.js';

/** What came of one request. */
export interface LegResult {
  /** Absent where the provider was not asked, or refused. */
  readonly asked?: Asked;
  readonly answered?: Answered;
  readonly error?: GatewayError;
  /** What the ledger is told. */
  readonly usage?: Usage | undefined;
}

type Bytes = Buffer | string;

/** Odd, and smaller than most events, so that these are cut anywhere. */
const pieceBytes = 61;

export interface Cell {
  readonly client: Client;
  /** Who answers first. */
  readonly provider: Provider;
  /** Who answers from then on, where it is somebody else. */
  readonly next?: Provider;
  readonly scenario: Scenario;
  readonly stream: boolean;
}

/** @throws Error what an upstream or a client does not understand */
export async function runCell(cell: Cell): Promise<readonly LegResult[]> {
  const conversation = cell.client.open();
  const results: LegResult[] = [];
  for (const [at, leg] of cell.scenario.legs.entries()) {
    conversation.says(leg.says);
    const provider = providerOf(cell, at);
    const deployment = deploymentOf(provider, cell.scenario);
    const result = await runLeg({ ...cell, provider, conversation, deployment, leg });
    results.push(result);
    if (result.error) break;
  }
  return results;
}

function providerOf({ provider, next }: Cell, leg: number): Provider {
  return leg === 0 ? provider : (next ?? provider);
}

interface LegRun extends Cell {
  readonly conversation: Conversation;
  readonly deployment: Deployment;
  readonly leg: Leg;
}

async function runLeg(run: LegRun): Promise<LegResult> {
  const { conversation, provider, scenario, stream, leg } = run;
  let asked: Asked | undefined;
  let misunderstood: Error | undefined;
  const upstream = new FakeUpstream((exchange) => {
    try {
      asked = serve(exchange, provider, leg);
    } catch (error) {
      misunderstood = error instanceof Error ? error : new Error(String(error));
      exchange.error(new Error('misunderstood'));
    }
  });
  const sink = new TextSink();
  try {
    const call = startCall(run, conversation.request(scenario.setup, stream), upstream, sink);
    await call.run();
    return { ...(asked && { asked }), answered: conversation.hears(sink.text, stream), usage: call.usage };
  } catch (error) {
    if (misunderstood) throw misunderstood;
    if (!(error instanceof GatewayError)) throw error;
    return { ...(asked && { asked }), error };
  }
}

function serve(exchange: FakeExchange, provider: Provider, leg: Leg): Asked | undefined {
  const { request } = exchange;
  const refused = provider.refuse?.(request);
  const asked = refused ? undefined : provider.understand(request);
  const reply = asked ? provider.answer(request, asked, leg.answer) : refused;
  if (!reply) throw new Error('Nothing was answered.');
  exchange.head(reply.status ?? 200, { 'content-type': reply.contentType });
  const bytes = Buffer.from(reply.body);
  for (let at = 0; at < bytes.length; at += pieceBytes) exchange.data(bytes.subarray(at, at + pieceBytes));
  exchange.end();
  return asked;
}

/** What the gateway's ids of answers begin with. */
const idPrefixes: Readonly<Record<Dialect, string>> = {
  'openai-chat': 'chatcmpl-',
  'openai-completions': 'cmpl-',
  'openai-responses': 'resp_',
  'anthropic-messages': 'msg_',
  'gemini-generate-content': 'gen_',
};

/** As the library's verbs and the gateway start one. */
function startCall(
  { client: { dialect }, deployment, stream }: LegRun,
  { body, path }: ReturnType<Conversation['request']>,
  upstream: FakeUpstream,
  sink: TextSink,
): ProviderCall<Bytes, Bytes> {
  const { provider, model, endpoint, parameters } = deployment;
  const read = dialect.read(Buffer.from(JSON.stringify(body)), path);
  if (read.stream !== stream) throw new Error('The dialect does not see whether a stream is asked for.');
  const native: NativeCall<typeof read.body> = {
    body: read.body,
    bytes: read.bytes,
    model,
    stream,
    endpoint,
    parameters,
    created: 1_735_689_600,
    responseId: `${idPrefixes[dialect.name]}0193f0d2-7c1b-7a52-9d4e-5b0c8f6a1e37`,
  };
  const supported = provider.chat?.supportedParams(model) ?? new Set<string>();
  const translation: Translation<Bytes, Bytes> =
    passThrough<Dialect>(provider, dialect.name, native)?.open() ??
    translate<Bytes, Bytes>(
      provider,
      { ...native, body: dialect.toHub(read.body, { supported }) } satisfies ChatCall,
      dialect.format(native),
    );
  return new ProviderCall(deployment, stream, translation, sink, {
    dispatcher: upstream.dispatcher,
    dispatcherTo: () => upstream.dispatcher,
    credentials: { current: (asked) => asked.credentials, forget: () => undefined },
    clock: new FakeClock(),
    totalTimeoutMs: undefined,
    idleTimeoutMs: undefined,
    maxResponseBytes: 1_000_000,
  });
}

function deploymentOf(provider: Provider, { feature }: Scenario): Deployment {
  const { definition, credentials } = provider;
  const base = new URL(definition.locate?.({}, undefined) ?? definition.defaultBaseUrl ?? '');
  return madeUpDeployment({
    provider: definition,
    model: provider.model(feature),
    endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/+$/, '') },
    credentials,
  });
}

/** What a client over HTTP would get as the body. */
class TextSink implements AnswerSink<Bytes, Bytes> {
  text = '';

  whole({ answer }: { readonly answer: Bytes }): void {
    this.text = String(answer);
  }
  begin(): void {
    // The head says nothing that is compared.
  }
  part(part: Bytes): boolean {
    this.text += String(part);
    return true;
  }
  onDrain(): void {
    throw new Error('Nothing is ever held back here.');
  }
}

/** What must come of each request of the cell. */
export function expectedOf(cell: Cell): readonly Pick<LegResult, 'asked' | 'answered'>[] {
  const { client, scenario, stream } = cell;
  const turns: Turn[] = [];
  return scenario.legs.map(({ says, answer }, at) => {
    const provider = providerOf(cell, at);
    const limit = limitOf(client.name, provider.name, scenario.feature);
    turns.push(inOrder(says));
    const asked: Asked = { ...scenario.setup, model: provider.model(scenario.feature), stream, turns: [...turns] };
    const answered = told(answer, client, provider);
    const read = limit?.answered?.(answered) ?? answered;
    // What came as reasoning goes back as reasoning, to those who know it as such.
    const isKept = cell.next === undefined || cell.next === provider;
    turns.push({ by: 'assistant', text: isKept ? answer.text : read.text, calls: answer.calls });
    return { asked: limit?.asked?.(asked) ?? asked, answered: read };
  });
}

/** Of an answer what the provider's wire and the client's dialect have a place for. */
function told({ usage, stoppedBy, ...answer }: Answered, { shows }: Client, { tells }: Provider): Answered {
  return {
    ...answer,
    stoppedBy: shows.stoppedBy ? stoppedBy : null,
    usage: {
      ...usage,
      cached: tells.cached ? usage.cached : 0,
      reasoning: shows.reasoningTokens && tells.reasoningTokens ? usage.reasoning : 0,
    },
  };
}
