/** One chat request in the dialect of its client, and the call that carries it to one deployment: passed through, translated, or answered here. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ClientDialect, ParsedRequest, PathTarget } from '../../core/dialects/client-dialect.js';
import { mockAnswer } from '../../core/providers/demo/mock-answer.js';
import type {
  AnswerFormat,
  AnswerKind,
  ChatCall,
  Deployment,
  Dialect,
  DialectBodies,
  NativeCall,
  Translation,
} from '../../core/spec/index.js';
import { ProviderCall } from '../../core/transport/execute-call.js';
import { fetchMedia } from '../../core/transport/fetch-media.js';
import { LocalCall } from '../../core/transport/local-call.js';
import { passThrough, throughHub, type Passage } from '../../core/transport/translation.js';
import { callOptions } from '../call-options.js';
import { withClientCredentials, withoutCredentials } from '../client-credentials.js';
import type {
  Bytes,
  Connections,
  OpenExchange,
  Operation,
  OutputSize,
  ReadOperation,
  StartedCall,
} from '../operation.js';
import { readRequestSettings, type MemberMeaning, type RequestSettings } from '../request-settings.js';
import { sentTextOf } from './sent-text.js';
import { isContinuable, StreamContinuation } from './stream-continuation.js';

/** An endpoint at which clients talk to chat models. */
export interface DialogueKind<Spoken extends Dialect> {
  readonly dialect: ClientDialect<Spoken>;
  /** LiteLLM's name of the operation in the ledger. */
  readonly callType: string;
  /** How much a request may cost. */
  readonly output: (body: DialectBodies[Spoken]) => OutputSize;
  /** What ids of answers begin with. */
  readonly idPrefix: string;
  readonly meaning?: MemberMeaning<DialectBodies[Spoken]>;
  /** A provider that speaks the dialect is always asked in it, also where its stream could go on elsewhere otherwise. */
  readonly staysNative?: boolean;
  /** Those of the client's headers that say more about the request. */
  readonly clientHeaders?: (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;
}

/** @throws GatewayError for a body that is no request of the kind */
export function readDialogue<Spoken extends Dialect>(kind: DialogueKind<Spoken>, path?: PathTarget): ReadOperation {
  return (bytes, headers) => {
    const parsed = kind.dialect.read(bytes, path);
    refuseOtherModel(parsed.body, path);
    return openDialogue(kind, parsed, headers);
  };
}

/** @throws GatewayError for what a request cannot ask of the gateway */
export function openDialogue<Spoken extends Dialect>(
  kind: DialogueKind<Spoken>,
  parsed: ParsedRequest<DialectBodies[Spoken]>,
  headers: IncomingHttpHeaders,
): Operation {
  const settings = readRequestSettings<DialectBodies[Spoken]>(parsed.body, headers, kind.meaning);
  return new DialogueOperation(kind, parsed, settings, kind.clientHeaders?.(headers));
}

/** How an answer reaches the client by way of the hub. */
interface HubWay {
  readonly call: ChatCall;
  readonly format: AnswerFormat<string, string>;
}

/** About the least that providers keep in their caches. */
const promptStartLength = 4_096;

class DialogueOperation<Spoken extends Dialect> implements Operation {
  constructor(
    private readonly kind: DialogueKind<Spoken>,
    private readonly parsed: ParsedRequest<DialectBodies[Spoken]>,
    readonly settings: RequestSettings<DialectBodies[Spoken]>,
    readonly clientHeaders: Readonly<Record<string, string>> | undefined,
  ) {}

  get callType(): string {
    return this.kind.callType;
  }

  get answerKind(): AnswerKind {
    return this.kind.dialect.name;
  }

  get model(): string {
    return this.parsed.body.model;
  }

  get bodyBytes(): number {
    return this.parsed.bytes.length;
  }

  get stream(): boolean {
    return this.parsed.stream;
  }

  get reservedMembers(): readonly string[] {
    return this.parsed.reservedMembers;
  }

  get output(): OutputSize {
    return this.kind.output(this.parsed.body);
  }

  promptStart(): string | undefined {
    const { body } = this.settings;
    const prompt = ['system', 'instructions', 'messages', 'input', 'contents', 'prompt'].map((member) => body[member]);
    return JSON.stringify(prompt).slice(0, promptStartLength);
  }

  start(exchange: OpenExchange, configured: Deployment, connections: Connections): StartedCall | Promise<StartedCall> {
    const ownCredentials = this.reservedMembers.length > 0;
    const deployment = ownCredentials ? withClientCredentials(configured, this.parsed.body) : configured;
    const { provider, mockResponse: mock } = deployment;
    const native = this.nativeCall(exchange, deployment, ownCredentials);
    const local = mock === undefined ? provider.local : mockAnswer(mock);
    if (local) {
      const call = this.hubCall(native, deployment);
      return {
        deployment,
        call: new LocalCall(local, call, this.kind.dialect.format(native), exchange, exchange.clock),
      };
    }
    const take = (way: Passage<Bytes, Bytes>, hub: () => ChatCall): StartedCall | Promise<StartedCall> => {
      const send = (translation: Translation<Bytes, Bytes>): StartedCall => {
        const options = callOptions(exchange, this.settings, this, deployment, connections);
        const call = new ProviderCall(deployment, this.stream, translation, exchange, options);
        return { deployment, call, sentText: () => sentTextOf(call, () => way.readStream(hub())) };
      };
      if (way.addresses.length === 0) return send(way.open());
      const files = fetchMedia(way.addresses, (origin) => connections.dispatcherTo(origin, 'restricted'));
      return files.then((media) => send(way.open(media)));
    };
    const continuation = this.continuationOf(exchange, native, deployment);
    const passed = continuation ? undefined : passThrough(provider, this.kind.dialect.name, native);
    if (passed) return take(passed, () => this.hubCall(native, deployment));
    const hub = { call: this.hubCall(native, deployment), format: this.kind.dialect.format(native) };
    const { call, format }: HubWay = continuation?.next(hub.call) ?? hub;
    return take(throughHub(provider, call, format), () => call);
  }

  /** Made with the first attempt of a stream that may go on elsewhere. Such a stream is not passed through: its text must be known. */
  private continuationOf(
    exchange: OpenExchange,
    native: NativeCall<DialectBodies[Spoken]>,
    deployment: Deployment,
  ): StreamContinuation | undefined {
    if (!this.stream || this.kind.staysNative || !exchange.catalog.router.rules.continuesStreams) return undefined;
    if (!exchange.continuation && isContinuable(this.hubCall(native, deployment).body))
      exchange.continuation = new StreamContinuation(this.kind.dialect.format(native));
    return exchange.continuation;
  }

  private nativeCall(
    exchange: OpenExchange,
    deployment: Deployment,
    ownCredentials: boolean,
  ): NativeCall<DialectBodies[Spoken]> {
    const given = ownCredentials ? withoutCredentials(this.settings.body) : this.settings.body;
    const { defaults } = deployment;
    return {
      body: hasMembers(defaults) ? { ...defaults, ...given } : given,
      bytes: this.parsed.bytes,
      ...(this.clientHeaders && { clientHeaders: this.clientHeaders }),
      model: deployment.model,
      stream: this.stream,
      endpoint: deployment.endpoint,
      parameters: deployment.parameters,
      created: Math.floor(exchange.startedAtMs / 1000),
      responseId: `${this.kind.idPrefix}${exchange.requestId}`,
    };
  }

  private hubCall(native: NativeCall<DialectBodies[Spoken]>, { provider, model }: Deployment): ChatCall {
    const supported = provider.chat?.supportedParams(model) ?? new Set<string>();
    return { ...native, body: this.kind.dialect.toHub(native.body, { supported }) };
  }
}

/** Two names for one request would let each side of the gateway believe another one. */
function refuseOtherModel({ model }: { readonly model: string }, path: PathTarget | undefined): void {
  if (path?.model === undefined || path.model === model) return;
  const reason = `The path names the model ${path.model}, the body ${model}. Leave \`model\` out of the body.`;
  throw new GatewayError('invalid_request', { param: 'model', facts: { reason } });
}

function hasMembers(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
