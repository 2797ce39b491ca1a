/** What the pipeline knows of the endpoints behind it: how a request is read, and how one attempt at it is made. */
import type { IncomingHttpHeaders } from 'node:http';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { AnswerKind, AnswerSink, Clock, Deployment, RunningCall } from '../core/spec/index.js';
import type { CallOptions } from '../core/transport/execute-call.js';
import type { EndWrap } from './answer-stage.js';
import type { StreamContinuation } from './chat/stream-continuation.js';
import type { RequestSettings } from './request-settings.js';

export type Bytes = Buffer | string;

/** The exchange that an operation belongs to, as far as an attempt needs it: what is fixed, and where the answer goes. */
export interface OpenExchange extends AnswerSink<Bytes, Bytes> {
  readonly requestId: string;
  /** What was served when the request came in. */
  readonly catalog: CatalogSnapshot;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly clock: Clock;
  /** Monotonic milliseconds after which nothing more is tried; an attempt sets it. */
  deadlineAt: number;
  /** Another deployment or group would be asked after the attempt that starts. */
  readonly hasNext: boolean;
  /** Where the operator lets streams go on elsewhere: what has been sent of this one, once its first attempt has begun. */
  continuation: StreamContinuation | undefined;
  /** Guardrails look at the answer before its client does. */
  readonly isGuarded: boolean;
  /** The object at the answer's end as the client will get it; all that came before is passed on first. */
  checkedEnd(json: string, wrap: EndWrap): string | Promise<string>;
}

/** Where attempts get their connections and credentials: `UpstreamConnections`, or what only looks at the requests. */
export interface Connections extends Pick<CallOptions, 'dispatcherTo' | 'credentials'> {
  dispatcherFor(deployment: Deployment): CallOptions['dispatcher'];
}

/** How much a request may cost, beside the size of its body. */
export interface OutputSize {
  readonly answers?: number | null | undefined;
  readonly maxTokens?: number | null | undefined;
  /** Nothing is generated: no output tokens are reserved. */
  readonly none?: boolean;
}

export interface StartedCall {
  readonly call: RunningCall;
  /** The deployment as it is called: with the client's own address or key, where it may set them. */
  readonly deployment: Deployment;
  /** The text of a stream that was cut off, from what the call has received; undefined where nothing can be read. */
  readonly sentText?: () => string | undefined;
  /** How it ends, and how soon, says nothing about how the deployment answers requests. */
  readonly unrepresentative?: boolean;
}

/** One request as its endpoint has read it. */
export interface Operation {
  /** LiteLLM's name of it in the ledger, such as `acompletion`. */
  readonly callType: string;
  /** The client's name of the model. */
  readonly model: string;
  readonly bodyBytes: number;
  readonly stream: boolean;
  readonly output: OutputSize;
  /** Nothing that it leads to is billed: it leaves no row in the ledger. */
  readonly unbilled?: boolean;
  /** Names of addresses and credentials that the caller tried to set. */
  readonly reservedMembers: readonly string[];
  /** What its answer is, where such answers are kept. */
  readonly answerKind?: AnswerKind | undefined;
  /** Those of the client's headers by which its dialect says more. */
  readonly clientHeaders?: Readonly<Record<string, string>> | undefined;
  readonly settings: RequestSettings;
  /**
   * Those of a model's deployments that can take the request; all where absent.
   *
   * @throws GatewayError where none can, and why
   */
  eligible?(deployments: readonly Deployment[], catalog: CatalogSnapshot): readonly Deployment[];
  /** What requests have in common that a provider could serve from one prompt cache. */
  promptStart?(): string | undefined;
  /** @throws GatewayError for what the deployment's provider cannot be asked */
  start(exchange: OpenExchange, configured: Deployment, connections: Connections): StartedCall | Promise<StartedCall>;
}

/** @throws GatewayError for a request that cannot be read */
export type ReadOperation = (bytes: Buffer, headers: IncomingHttpHeaders) => Operation;
