/** One request of the library on its way: attempts on one deployment after the other, and the answer for whoever asked. */
import { AnswerReader } from './answer-reader.js';
import type { CallConnections } from './call-connections.js';
import { defaultTimeoutMs, maxResponseBytes, type RunOptions } from './call-options.js';
import { GatewayError } from './errors/gateway-error.js';
import { onAbort } from './on-abort.js';
import { askWithFallbacks, type FallbackTarget } from './router/fallbacks.js';
import type { Attempt, RoutedRequest } from './router/route-plan.js';
import type { LibraryPlan } from './library-plan.js';
import type { AttemptNotes } from './router/deployment-state.js';
import { systemClock, type Deployment, type RunningCall } from './spec/index.js';
import type { CallOptions as TransportOptions } from './transport/execute-call.js';

/** Starts one attempt on one deployment; the answer goes to `reader`. @throws GatewayError */
export type StartAttempt<Whole, Part> = (
  deployment: Deployment,
  reader: AnswerReader<Whole, Part>,
  remainingMs: number,
) => RunningCall | Promise<RunningCall>;

/** @throws GatewayError always one */
export async function readWhole<Whole>(
  plan: LibraryPlan,
  start: StartAttempt<Whole, never>,
  options: RunOptions,
): Promise<Whole> {
  const request = new LibraryRequest(options);
  let answered: AnswerReader<Whole, never> | undefined;
  const attempt = async (deployment: Deployment, notes: AttemptNotes): Promise<void> => {
    const reader = new AnswerReader<Whole, never>();
    const call = request.attach(await start(deployment, reader, request.remainingMs));
    await call.run();
    note(call, notes);
    answered = reader;
  };
  try {
    await ask(plan, false, attempt, request);
  } finally {
    request.close();
  }
  if (answered === undefined) throw new GatewayError('internal', { detail: 'the call ended without an answer' });
  return answered.taken();
}

/** The request is sent with the first read. Another deployment is tried until a part has come. */
export async function* readStream<Whole, Part>(
  plan: LibraryPlan,
  start: StartAttempt<Whole, Part>,
  options: RunOptions,
): AsyncGenerator<Part, void, undefined> {
  const request = new LibraryRequest(options);
  let reader = new AnswerReader<Whole, Part>();
  const attempt = async (deployment: Deployment, notes: AttemptNotes): Promise<void> => {
    const own = new AnswerReader<Whole, Part>();
    reader = own;
    const call = request.attach(await start(deployment, own, request.remainingMs), (error) => own.cancel(error));
    notes.ended = (await begun(call, own)).over;
    note(call, notes);
  };
  try {
    await ask(plan, true, attempt, request);
    for (let part = await reader.next(); part !== undefined; part = await reader.next()) yield part;
  } finally {
    // Without effect on a call that has ended.
    request.close();
  }
}

function ask(plan: LibraryPlan, stream: boolean, attempt: Attempt, request: LibraryRequest): Promise<void> {
  const { chain, requested, router } = plan;
  const route = (target: FallbackTarget, hasMore: boolean): Promise<void> =>
    router.route(plan.planFor(target, hasMore, stream), attempt, request);
  return askWithFallbacks(chain, requested, route, request);
}

function note({ sentAt, firstPartAt, usage }: RunningCall, notes: AttemptNotes): void {
  if (sentAt !== undefined && firstPartAt !== undefined) notes.latencyMs = firstPartAt - sentAt;
  if (usage) notes.tokens = usage.promptTokens + usage.completionTokens;
}

/**
 * Resolves with the first part, or with the end of a stream without one; what fails before that is the attempt's failure.
 *
 * @returns what settles with the end of the stream; never rejects
 */
function begun<Whole, Part>(call: RunningCall, reader: AnswerReader<Whole, Part>): Promise<{ over: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const over = call.run().then(
      () => reader.end(undefined),
      (thrown: unknown) => {
        const error = thrown instanceof Error ? thrown : new GatewayError('internal', { cause: thrown });
        if (!call.begun) reject(error);
        reader.end(error);
      },
    );
    reader.onBegin = () => resolve({ over });
    void over.then(() => resolve({ over }));
  });
}

/** What every attempt of one request has of the transport. */
export function transportOptions(
  connections: CallConnections,
  deployment: Deployment,
  totalTimeoutMs: number,
  idleTimeoutMs: number | undefined,
): TransportOptions {
  return {
    dispatcher: connections.dispatcherFor(deployment),
    dispatcherTo: (origin, egress) => connections.dispatcherTo(origin, egress),
    credentials: connections.credentials,
    clock: systemClock,
    totalTimeoutMs,
    idleTimeoutMs,
    maxResponseBytes,
  };
}

class LibraryRequest implements RoutedRequest {
  private readonly deadlineAt: number;
  private readonly ignoreSignal: () => void;
  private call: RunningCall | undefined;
  private onEnd: ((error: GatewayError) => void) | undefined;
  private ended: GatewayError | undefined;
  private endSleep: (() => void) | undefined;

  constructor({ signal, timeoutMs = defaultTimeoutMs }: RunOptions) {
    this.deadlineAt = systemClock.monotonic() + timeoutMs;
    this.ignoreSignal = onAbort(signal, (error) => this.end(error));
  }

  get final(): boolean {
    return this.ended !== undefined || this.call?.begun === true || this.remainingMs <= 1;
  }

  get remainingMs(): number {
    return Math.max(1, this.deadlineAt - systemClock.monotonic());
  }

  /** The next attempt; where the request has ended meanwhile, one that fails at once. */
  attach(call: RunningCall, onEnd?: (error: GatewayError) => void): RunningCall {
    this.call = call;
    this.onEnd = onEnd;
    if (this.ended) call.abort(this.ended);
    return call;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, this.remainingMs));
      this.endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.endSleep?.();
  }

  /** Nobody reads on. */
  close(): void {
    this.ignoreSignal();
    this.call?.abort(new GatewayError('client_closed'));
  }

  private end(error: GatewayError): void {
    this.ended = error;
    this.call?.abort(error);
    this.onEnd?.(error);
    this.endSleep?.();
  }
}
