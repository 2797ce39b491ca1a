/** Chat in another dialect than the hub's: passed through where the provider speaks it, translated otherwise. */
import { randomUUID } from 'node:crypto';
import type { AnswerReader } from './answer-reader.js';
import { cachedStream, cachedWhole } from './cached-answer.js';
import { connectionsFor } from './call-connections.js';
import { invalid, type RunOptions } from './call-options.js';
import type { ClientDialect } from './dialects/client-dialect.js';
import { GatewayError } from './errors/gateway-error.js';
import { readStream, readWhole, transportOptions, type StartAttempt } from './routed-call.js';
import type { LibraryPlan } from './library-plan.js';
import {
  systemClock,
  type AnswerSink,
  type ChatCall,
  type Deployment,
  type Dialect,
  type DialectBodies,
  type NativeCall,
  type RunningCall,
  type Translation,
  type WholeAnswer,
} from './spec/index.js';
import { ProviderCall } from './transport/execute-call.js';
import { fetchMedia } from './transport/fetch-media.js';
import { LocalCall } from './transport/local-call.js';
import { SseDecoder } from './transport/sse-decoder.js';
import { passThrough, throughHub, type Passage } from './transport/translation.js';

type Bytes = Buffer | string;

/** An event of a stream; its further members depend on `type`. */
export interface DialogueEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Ends by itself, by `break`, or by an error; can be read once. The request is sent with the first read. */
export type EventStream = AsyncGenerator<DialogueEvent, void, undefined>;

export async function wholeDialogue<Spoken extends Dialect, Answer>(
  dialect: ClientDialect<Spoken>,
  plan: LibraryPlan,
  body: DialectBodies[Spoken],
  options: RunOptions,
): Promise<Answer> {
  const asked = { kind: dialect.name, body, plan, options };
  return cachedWhole(asked, () =>
    readWhole<Answer>(plan, starter<Spoken, Answer, never>(dialect, body, options), options),
  );
}

export async function* streamedDialogue<Spoken extends Dialect>(
  dialect: ClientDialect<Spoken>,
  plan: () => LibraryPlan,
  body: DialectBodies[Spoken],
  options: RunOptions,
): EventStream {
  const planned = plan();
  const asked = { kind: dialect.name, body, plan: planned, options };
  yield* cachedStream(asked, () =>
    readStream(planned, starter<Spoken, never, DialogueEvent>(dialect, body, options), options),
  );
}

function starter<Spoken extends Dialect, Whole, Part extends DialogueEvent>(
  dialect: ClientDialect<Spoken>,
  body: DialectBodies[Spoken],
  options: RunOptions,
): StartAttempt<Whole, Part> {
  // The same checks as at the gateway's door.
  const { stream } = dialect.read(toBytes(body));
  return (deployment, reader, remainingMs) => {
    const full = { ...deployment.defaults, ...body };
    const call: NativeCall<DialectBodies[Spoken]> = {
      body: full,
      bytes: toBytes(full),
      model: deployment.model,
      stream,
      endpoint: deployment.endpoint,
      parameters: deployment.parameters,
      created: Math.floor(systemClock.now() / 1_000),
      responseId: `${idPrefixes[dialect.name]}${randomUUID()}`,
    };
    return start(dialect, { deployment, call, sink: new ObjectSink(reader), remainingMs }, options);
  };
}

const idPrefixes: Readonly<Record<Dialect, string>> = {
  'openai-chat': 'chatcmpl-',
  'openai-completions': 'cmpl-',
  'openai-responses': 'resp_',
  'anthropic-messages': 'msg_',
  'gemini-generate-content': 'gen_',
};

interface Attempt<Body> {
  readonly deployment: Deployment;
  readonly call: NativeCall<Body>;
  readonly sink: AnswerSink<Bytes, Bytes>;
  readonly remainingMs: number;
}

async function start<Spoken extends Dialect>(
  dialect: ClientDialect<Spoken>,
  { deployment, call: native, sink, remainingMs }: Attempt<DialectBodies[Spoken]>,
  options: RunOptions,
): Promise<RunningCall> {
  const { provider, model } = deployment;
  const { stream } = native;
  const hub = (): ChatCall => {
    const supported = provider.chat?.supportedParams(model) ?? new Set<string>();
    return { ...native, body: dialect.toHub(native.body, { supported }) };
  };
  if (provider.local) return new LocalCall(provider.local, hub(), dialect.format(native), sink, systemClock);
  const connections = connectionsFor(options);
  const send = (translation: Translation<Bytes, Bytes>): RunningCall => {
    const idleMs = stream ? options.streamTimeoutMs : undefined;
    const transport = transportOptions(connections, deployment, remainingMs, idleMs);
    return new ProviderCall(deployment, stream, translation, sink, transport);
  };
  const way: Passage<Bytes, Bytes> =
    passThrough(provider, dialect.name, native) ?? throughHub(provider, hub(), dialect.format(native));
  if (way.addresses.length === 0) return send(way.open());
  return send(way.open(await fetchMedia(way.addresses, (origin) => connections.dispatcherTo(origin, 'restricted'))));
}

function toBytes(body: unknown): Buffer {
  if (typeof body !== 'object' || body === null) throw invalid('The request must be an object.', 'request');
  return Buffer.from(JSON.stringify(body));
}

/** What a client over HTTP would get, as objects. */
class ObjectSink<Whole, Part extends DialogueEvent> implements AnswerSink<Bytes, Bytes> {
  private readonly decoder = new SseDecoder();

  constructor(private readonly reader: AnswerReader<Whole, Part>) {}

  whole({ answer, usage }: WholeAnswer<Bytes>): void {
    this.reader.whole({ answer: parse(String(answer)) as Whole, usage });
  }

  begin(): void {
    this.reader.begin();
  }

  part(part: Bytes): boolean {
    const events = this.decoder.push(typeof part === 'string' ? Buffer.from(part) : part);
    return this.reader.part(events.map(({ data }) => parse(data) as Part));
  }

  onDrain(resume: () => void): void {
    this.reader.onDrain(resume);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('upstream_invalid_response', { facts: { reason: 'it is not JSON' }, cause });
  }
}
