/** One client's request on its way: what was asked, what has been tried, and the sink that the answer goes to. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { RoutedRequest } from '../core/router/route-plan.js';
import type { AnswerHead, AnswerSink, Clock, Deployment, RunningCall, Usage, WholeAnswer } from '../core/spec/index.js';
import type { Grant } from '../limits/admission.js';
import type { SpendAttempt, SpendTicket } from '../spend/spend-intent.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Asked } from './llm-request.js';
import type { AnswerStage, EndWrap } from './answer-stage.js';
import type { Bytes, OpenExchange, StartedCall } from './operation.js';
import type { RequestGuard } from './request-guard.js';
import type { RequestRoute } from './request-route.js';
import type { StreamContinuation } from './chat/stream-continuation.js';
import type { CacheHit, Recording } from '../caching/cache-lookup.js';
import type { AnswerHeaders } from './answer-headers.js';
import type { SseWriter } from './sse-writer.js';

/** What the exchange tells while its answer is on the way. */
export interface ExchangeEvents {
  /** The headers of a stream that begins. */
  headers(exchange: LlmExchange): AnswerHeaders;
  /** A stream has gone on long enough for another checkpoint. */
  checkpoint(exchange: LlmExchange): void;
}

/** A checkpoint of a stream is due after so many parts, or so long. */
const checkpointParts = 50;
const checkpointMs = 1_000;

/** Timers may fire this much before their time. */
const timerSlackMs = 1;

export class LlmExchange implements RoutedRequest, OpenExchange {
  readonly startedAtMs: number;
  readonly startedAt: number;
  readonly attempts: SpendAttempt[] = [];
  attemptsStarted = 0;
  hasNext = false;
  /** Hears of the first part of the attempt that runs. */
  onBegin: (() => void) | undefined;
  continuation: StreamContinuation | undefined;
  ticket: SpendTicket | undefined;
  /** Undefined where no guardrail applies. */
  guard: RequestGuard | undefined;
  /** What the answer of the running attempt passes, nearest to the call; undefined where it goes straight to the client. */
  stage: AnswerStage | undefined;
  /** Where an answer goes that has passed everything: to the client. */
  readonly outlet: AnswerSink<Bytes, Bytes>;
  /** Its room in every budget. */
  grant: Grant | undefined;
  /** Those of its attempts, in their places. */
  readonly attemptGrants: Grant[] = [];
  /** The attempt that is running, or was the last. */
  deployment: Deployment | undefined;
  call: RunningCall | undefined;
  sentText: (() => string | undefined) | undefined;
  answer: WholeAnswer<Bytes> | undefined;
  /** What the cache has said; undefined where it was not asked. */
  cached: { readonly key: string; readonly hit?: CacheHit } | undefined;
  /** Takes down the answer as deployments give it. */
  recording: Recording | undefined;
  /** Attempts whose answer has begun. */
  attemptsBegun = 0;
  /** Of a stream, where it is not the usual one. */
  streamType: string | undefined;
  /** Monotonic milliseconds after which nothing more is tried. */
  deadlineAt: number;
  private ended: GatewayError | undefined;
  private endSleep: (() => void) | undefined;
  private aborting: AbortController | undefined;
  private answerBegan = false;
  private partsSinceCheckpoint = 0;
  private checkpointDueAt = 0;

  constructor(
    readonly asked: Asked,
    /** Where it may go, and what is asked there. */
    readonly route: RequestRoute,
    readonly writer: SseWriter,
    readonly clock: Clock,
    private readonly events: ExchangeEvents,
  ) {
    this.startedAtMs = clock.now();
    this.startedAt = clock.monotonic();
    const { operation, catalog } = asked;
    this.deadlineAt = this.startedAt + (operation.settings.timeoutMs ?? catalog.router.timeoutMs);
    this.outlet = this.clientsSide();
    writer.onClientLeft(() => this.abort(new GatewayError('client_closed')));
  }

  get requestId(): string {
    return this.asked.requestId;
  }

  get catalog(): CatalogSnapshot {
    return this.asked.catalog;
  }

  get stream(): boolean {
    return this.asked.operation.stream;
  }

  /** The request is over or its client has got something that nobody can go on from: whatever fails now is final. */
  get final(): boolean {
    return (
      this.ended !== undefined ||
      (this.isGiven && !this.continuation?.isOpen) ||
      this.clock.monotonic() >= this.deadlineAt - timerSlackMs
    );
  }

  /** A stream that has begun goes on only where a model takes the beginning of its own answer. */
  get mayTake(): ((deployment: Deployment) => boolean) | undefined {
    return this.isGiven ? goesOn : undefined;
  }

  /** What a stream that may go on elsewhere has said is given, also where guardrails still hold it. */
  private get isGiven(): boolean {
    return this.writer.begun || (this.answerBegan && this.continuation !== undefined);
  }

  get usage(): Usage | undefined {
    return this.call?.usage;
  }

  /** The next attempt; where the request has ended meanwhile, an attempt that fails at once. */
  attach({ call, deployment, sentText }: StartedCall): void {
    this.call = call;
    this.deployment = deployment;
    this.sentText = sentText;
    this.attemptsStarted++;
    if (this.ended) call.abort(this.ended);
  }

  sleep(ms: number): Promise<void> {
    const remainingMs = this.deadlineAt - this.clock.monotonic();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, remainingMs));
      this.endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.endSleep?.();
  }

  /** Why it has ended before its time. */
  get failure(): GatewayError | undefined {
    return this.ended;
  }

  /** Aborted with the request. */
  get signal(): AbortSignal {
    this.aborting ??= new AbortController();
    if (this.ended) this.aborting.abort(this.ended);
    return this.aborting.signal;
  }

  /** Ends whatever is running for this request, a wait for the next attempt included. */
  abort(error: GatewayError): void {
    this.ended ??= error;
    this.guard?.run.end(error);
    this.call?.abort(error);
    this.aborting?.abort(error);
    this.endSleep?.();
  }

  // The answer's side

  whole(answer: WholeAnswer<Bytes>, head: AnswerHead): void {
    this.attemptsBegun += 1;
    this.recording?.whole(answer.answer);
    (this.stage ?? this.outlet).whole(answer, head);
  }

  begin(head: AnswerHead, contentType?: string): void {
    this.checkpointDueAt = this.clock.monotonic() + checkpointMs;
    this.attemptsBegun += 1;
    this.streamType = contentType;
    this.onBegin?.();
    this.answerBegan = true;
    (this.stage ?? this.outlet).begin(head, contentType);
  }

  part(part: Bytes): boolean {
    this.recording?.part(part);
    if (++this.partsSinceCheckpoint >= checkpointParts || this.clock.monotonic() >= this.checkpointDueAt) {
      this.partsSinceCheckpoint = 0;
      this.checkpointDueAt = this.clock.monotonic() + checkpointMs;
      this.events.checkpoint(this);
    }
    return this.stage ? this.stage.part(part) : this.writer.write(part);
  }

  onDrain(resume: () => void): void {
    (this.stage ?? this.writer).onDrain(resume);
  }

  get isGuarded(): boolean {
    return this.stage !== undefined;
  }

  checkedEnd(json: string, wrap: EndWrap): string | Promise<string> {
    return this.stage ? this.stage.checkedEnd(json, wrap) : json;
  }

  private clientsSide(): AnswerSink<Bytes, Bytes> {
    const { writer } = this;
    return {
      // Held until the request is settled: the ledger knows of an answer before its client does.
      whole: (answer) => void (this.answer = answer),
      begin: (_head, contentType) => {
        if (!writer.begun) writer.begin(this.events.headers(this), contentType);
      },
      part: (part) => writer.write(part),
      onDrain: (resume) => writer.onDrain(resume),
    };
  }
}

function goesOn({ modelInfo }: Deployment): boolean {
  return modelInfo['supports_assistant_prefill'] === true;
}
