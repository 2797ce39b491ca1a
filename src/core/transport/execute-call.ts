/** All provider I/O of core: sends one call to one deployment, and carries its answer to the sink until it ends, fails or is aborted. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { GatewayError } from '../errors/gateway-error.js';
import type {
  AnswerHead,
  AnswerSink,
  Clock,
  Credentials,
  Deployment,
  EgressProfile,
  FollowUp,
  InboundHeaders,
  OutboundRequest,
  RunningCall,
  StreamTranslation,
  Translation,
  Usage,
} from '../spec/index.js';
import { isFollowUp } from '../spec/endpoint-adapter.js';
import { ByteLog } from './byte-log.js';
import type { CredentialStore } from './credential-store.js';
import { networkFailure } from './network-failure.js';
import { toSent } from './sent-body.js';
import { StreamPrelude } from './stream-prelude.js';
import { withoutCredentials } from './without-credentials.js';

export interface CallOptions {
  /** The connections to the deployment's own address. */
  readonly dispatcher: Dispatcher;
  /** Those to another address: an adapter's, under the deployment's policy, or `restricted` where an answer named it. */
  dispatcherTo(origin: string, egress: EgressProfile): Dispatcher;
  /** Where providers whose credentials are exchanged for a token get it from. */
  readonly credentials: Pick<CredentialStore, 'current' | 'forget'>;
  readonly clock: Clock;
  /** From sending to the last byte, milliseconds. */
  readonly totalTimeoutMs: number | undefined;
  /** Until the first byte of the answer, and between the parts of a stream, milliseconds. */
  readonly idleTimeoutMs: number | undefined;
  /** Until a stream's first content; what comes before is held back, so that another deployment can still be asked. */
  readonly firstTokenTimeoutMs?: number | undefined;
  /** A longer answer that is no stream is an error. */
  readonly maxResponseBytes: number;
}

/** An error body is read up to here; the rest says nothing new. */
const maxErrorBytes = 64 * 1024;
/** What a stream has received is kept up to here, for counting tokens when it is cut off before its usage came. */
const maxKeptBytes = 256 * 1024;
/** A provider that has sent its end marker gets this long to end the response, so that its connection can be used again. */
const lingerMs = 1_000;

const decoders: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress),
};

/** Until the provider's own has come. */
const noHead: AnswerHead = { status: 0, headers: {} };

type Mode = 'waiting' | 'whole' | 'stream' | 'error';

/**
 * One attempt. `run` resolves when the sink has the whole answer, and rejects with a `GatewayError` otherwise; what had
 * been reached by then stays readable as `CallProgress`. `abort` may be called at any moment and closes the connection.
 */
export class ProviderCall<Whole, Part> implements Dispatcher.DispatchHandler, RunningCall {
  sentAt: number | undefined;
  headAt: number | undefined;
  firstPartAt: number | undefined;
  begun = false;

  private mode: Mode = 'waiting';
  private settled = false;
  private ended = false;
  private followed = false;
  head: AnswerHead = noHead;
  private stream: StreamTranslation<Part> | undefined;
  private log: ByteLog | undefined;
  private wholeUsage: Usage | undefined;
  private chunks: Buffer[] = [];
  private bytes = 0;
  private controller: Dispatcher.DispatchController | undefined;
  private totalTimer: NodeJS.Timeout | undefined;
  private followTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private firstTokenTimer: NodeJS.Timeout | undefined;
  private readonly prelude = new StreamPrelude<Part>();
  private failure: GatewayError | undefined;
  private resolve: (() => void) | undefined;
  private reject: ((error: GatewayError) => void) | undefined;

  constructor(
    private readonly deployment: Deployment,
    private readonly streaming: boolean,
    private readonly translation: Translation<Whole, Part>,
    private readonly sink: AnswerSink<Whole, Part>,
    private readonly options: CallOptions,
  ) {}

  get usage(): Usage | undefined {
    return this.stream ? this.stream.usage : this.wholeUsage;
  }

  get contentEvents(): number {
    return this.stream?.contentEvents ?? 0;
  }

  get received(): Buffer {
    return this.log?.view() ?? Buffer.alloc(0);
  }

  run(): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.armTimers();
      this.send(this.translation.request);
    });
  }

  abort(error: GatewayError): void {
    this.fail(error);
  }

  // undici's side

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.settled) controller.abort(new Error('aborted before it was sent'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: InboundHeaders): void {
    if (status < 200 || this.settled) return;
    this.controller = controller;
    this.headAt = this.options.clock.monotonic();
    this.head = { status, headers };
    this.idleTimer?.refresh();
    if (status >= 300) this.mode = 'error';
    else if (!this.streaming) this.mode = 'whole';
    else if (this.translation.openAnswer) this.openAnswer();
    else if (this.isStream(headers)) this.openStream();
    else this.mode = 'error';
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    this.idleTimer?.refresh();
    if (this.stream) {
      this.log?.append(chunk);
      this.forward(this.stream, chunk);
    } else if (this.mode === 'whole') {
      this.keep(chunk);
      if (this.bytes > this.options.maxResponseBytes)
        this.fail(this.invalid('it is larger than max_response_size_mb allows'));
    } else if (this.bytes < maxErrorBytes) {
      this.keep(chunk);
    } else {
      this.finishError();
    }
  }

  onResponseEnd(): void {
    this.ended = true;
    clearTimeout(this.idleTimer);
    if (this.settled) return;
    if (this.stream) this.finishStream(this.stream);
    else if (this.mode === 'whole') this.finishWhole();
    else this.finishError();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.ended = true;
    clearTimeout(this.idleTimer);
    if (!this.settled) this.failWith(networkFailure(error, this.deployment.provider.id, this.head !== noHead));
  }

  // sending

  private send(request: OutboundRequest): void {
    try {
      const { deployment } = this;
      const credentials = deployment.provider.credentialExchange
        ? this.options.credentials.current(deployment)
        : deployment.credentials;
      const signed =
        credentials instanceof Promise
          ? credentials.then((found) => this.sign(request, found))
          : this.sign(request, credentials);
      if (!(signed instanceof Promise)) this.dispatch(signed);
      else
        signed.then(
          (ready) => this.dispatch(ready),
          (error: unknown) => this.fail(this.asGatewayError(error)),
        );
    } catch (error) {
      this.fail(this.asGatewayError(error));
    }
  }

  private sign(request: OutboundRequest, credentials: Credentials): OutboundRequest | Promise<OutboundRequest> {
    const { provider, parameters } = this.deployment;
    return provider.authenticate(request, credentials, {
      nowMs: this.options.clock.now(),
      settings: parameters.provider,
    });
  }

  private dispatch(request: OutboundRequest): void {
    if (this.settled) return;
    this.sentAt = this.options.clock.monotonic();
    try {
      this.dispatcherOf(request.origin).dispatch(
        {
          origin: request.origin,
          path: request.path,
          method: request.method,
          ...toSent(request, (fault) => this.fail(this.asGatewayError(fault))),
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        this,
      );
    } catch (error) {
      this.fail(this.asGatewayError(error));
    }
  }

  private dispatcherOf(origin: string): Dispatcher {
    const { endpoint, egress } = this.deployment;
    if (origin === endpoint.origin) return this.options.dispatcher;
    return this.options.dispatcherTo(origin, this.followed ? 'restricted' : egress);
  }

  // streams

  private isStream(headers: InboundHeaders): boolean {
    const types = this.translation.streamMediaTypes;
    return types === 'any' || types.includes(mediaType(headers) ?? '');
  }

  private openStream(): void {
    const encoding = contentEncoding(this.head.headers);
    if (encoding !== undefined) {
      this.fail(this.invalid(`its stream is encoded as ${encoding} although it was asked for plain bytes`));
      return;
    }
    this.mode = 'stream';
    this.stream = this.translation.openStream();
    this.log = new ByteLog(maxKeptBytes);
  }

  /** What is compressed has to be whole to be read. */
  private openAnswer(): void {
    const encoded = contentEncoding(this.head.headers) !== undefined;
    this.stream = encoded ? undefined : this.translation.openAnswer?.(this.head);
    this.mode = this.stream ? 'stream' : 'whole';
  }

  private forward(stream: StreamTranslation<Part>, chunk: Buffer): void {
    try {
      const part = stream.push(chunk);
      if (part !== undefined) this.emit(part);
    } catch (error) {
      this.breakStream(stream, error);
      return;
    }
    if (stream.finished) this.finishStream(stream);
  }

  private finishStream(stream: StreamTranslation<Part>): void {
    try {
      const part = stream.end();
      if (part !== undefined) this.emit(part);
      const tail = stream.tail?.();
      if (tail !== undefined) this.emit(tail);
    } catch (error) {
      this.breakStream(stream, error);
      return;
    }
    if (!this.begun && !this.prelude.isEmpty) this.begin();
    this.succeed();
  }

  private breakStream(stream: StreamTranslation<Part>, error: unknown): void {
    const good = stream.beforeFault;
    if (good !== undefined) this.emit(good);
    this.fail(this.asGatewayError(error));
  }

  private emit(part: Part): void {
    if (this.settled) return;
    if (!this.begun) {
      if (!this.stream?.opaque && this.prelude.keeps(part, this.contentEvents, this.options)) return;
      this.begin();
    }
    if (this.sink.part(part)) return;
    this.controller?.pause();
    clearTimeout(this.idleTimer); // a slow reader is not the provider's silence
    this.sink.onDrain(() => {
      if (this.settled) return;
      this.armIdleTimer();
      this.controller?.resume();
    });
  }

  /** From here on the client has something, and nothing is tried again. */
  private begin(): void {
    this.begun = true;
    this.firstPartAt = this.options.clock.monotonic();
    clearTimeout(this.firstTokenTimer);
    this.sink.begin(this.head, this.stream?.contentType);
    for (const part of this.prelude.taken()) this.sink.part(part);
  }

  // whole answers

  private finishWhole(): void {
    this.decode(
      (body) => this.deliver(body),
      (reason, cause) => this.fail(this.invalid(reason, cause)),
    );
  }

  /** Hands over the body as the provider meant it. Nothing but plain bytes is asked for, yet some compress all the same. */
  private decode(use: (body: Buffer) => void, refuse: (reason: string, cause?: unknown) => void): void {
    const encoding = contentEncoding(this.head.headers);
    if (encoding === undefined) {
      use(this.body());
      return;
    }
    const decoder = decoders[encoding];
    if (!decoder) {
      refuse(`its content encoding ${encoding} is unknown`);
      return;
    }
    decoder(this.body(), { maxOutputLength: this.options.maxResponseBytes }).then(use, (error: unknown) =>
      refuse('its body cannot be decompressed within max_response_size_mb', error),
    );
  }

  private deliver(body: Buffer): void {
    if (this.settled) return;
    const head = this.head;
    try {
      const answer = this.translation.readWhole({ ...head, body });
      if (isFollowUp(answer)) {
        this.follow(answer);
        return;
      }
      this.wholeUsage = answer.usage;
      this.begun = true;
      this.firstPartAt = this.options.clock.monotonic();
      this.sink.whole(answer, head);
    } catch (error) {
      this.fail(this.asGatewayError(error));
      return;
    }
    this.succeed();
  }

  /** The answer is not there yet, or lies elsewhere. */
  private follow({ next, afterMs }: FollowUp): void {
    this.mode = 'waiting';
    this.head = noHead;
    this.ended = false;
    this.chunks = [];
    this.bytes = 0;
    clearTimeout(this.idleTimer);
    this.followTimer = setTimeout(() => {
      this.armIdleTimer();
      this.followed = true;
      // Nobody but the addresses that were asked first gets the credentials because an answer says so.
      const { origin } = next;
      if (origin === this.deployment.endpoint.origin || origin === this.translation.request.origin) this.send(next);
      else this.dispatch(next);
    }, afterMs);
  }

  // failures

  /** The status alone says what failed: a body that cannot be read in whole takes nothing from that. */
  private finishError(): void {
    this.decode(
      (body) => this.failWithAnswer(body),
      () => this.failWithAnswer(Buffer.alloc(0)),
    );
  }

  private failWithAnswer(body: Buffer): void {
    const head = this.head;
    const response = { ...head, body };
    if (head.status >= 400) {
      const error = this.translation.parseError(response);
      // AWS says 403 of a token that has expired.
      if (error.code === 'upstream_authentication') this.options.credentials.forget(this.deployment);
      this.fail(error);
    } else if (head.status >= 300) {
      this.fail(this.invalid(`it is a redirect (${head.status}), and redirects are not followed`));
    } else {
      this.readInsteadOfStream(response);
    }
  }

  /** A 2xx that is no stream although one was asked for: the reader of whole answers knows errors, and where the stream is. */
  private readInsteadOfStream(response: AnswerHead & { body: Buffer }): void {
    try {
      const answer = this.translation.readWhole(response);
      if (isFollowUp(answer)) {
        this.follow(answer);
        return;
      }
    } catch (error) {
      this.fail(this.asGatewayError(error));
      return;
    }
    const contentType = mediaType(response.headers) ?? 'missing';
    this.fail(this.invalid(`a stream was asked for, and its content type is ${contentType}`));
  }

  private invalid(reason: string, cause?: unknown): GatewayError {
    return new GatewayError('upstream_invalid_response', {
      provider: this.deployment.provider.id,
      facts: { reason },
      cause,
    });
  }

  private asGatewayError(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    return new GatewayError('internal', { provider: this.deployment.provider.id, cause: error, detail: String(error) });
  }

  // ends

  private succeed(): void {
    this.settle();
    if (!this.ended) {
      // What is left to read is the end of the response.
      this.controller?.resume();
      this.idleTimer = setTimeout(() => this.controller?.abort(new Error('no end')), lingerMs).unref();
    }
    this.resolve?.();
  }

  /** A connection that fails below an error status fails with that status: it is what the provider had to say. */
  private failWith(error: GatewayError): void {
    if (this.mode === 'error' && this.head.status >= 300) this.finishError();
    else this.fail(error);
  }

  private fail(failure: GatewayError): void {
    if (this.settled) return;
    this.settle();
    const error = withoutCredentials(failure, this.deployment);
    this.failure = error;
    this.controller?.abort(error);
    this.reject?.(error);
  }

  private settle(): void {
    this.settled = true;
    clearTimeout(this.totalTimer);
    clearTimeout(this.followTimer);
    clearTimeout(this.idleTimer);
    clearTimeout(this.firstTokenTimer);
  }

  private armTimers(): void {
    const { totalTimeoutMs, firstTokenTimeoutMs: firstMs } = this.options;
    if (totalTimeoutMs !== undefined) this.totalTimer = setTimeout(() => this.timeOut(totalTimeoutMs), totalTimeoutMs);
    if (firstMs !== undefined) this.firstTokenTimer = setTimeout(() => this.timeOut(firstMs), firstMs);
    this.armIdleTimer();
  }

  private armIdleTimer(): void {
    const { idleTimeoutMs } = this.options;
    if (idleTimeoutMs !== undefined) this.idleTimer = setTimeout(() => this.timeOut(idleTimeoutMs), idleTimeoutMs);
  }

  private timeOut(timeoutMs: number): void {
    this.failWith(
      new GatewayError('upstream_timeout', { provider: this.deployment.provider.id, facts: { timeoutMs } }),
    );
  }

  private keep(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  private body(): Buffer {
    const [first, ...others] = this.chunks;
    return first && others.length === 0 ? first : Buffer.concat(this.chunks);
  }
}

function mediaType(headers: InboundHeaders): string | undefined {
  const value = headers['content-type'];
  if (typeof value !== 'string') return undefined;
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}

function contentEncoding(headers: InboundHeaders): string | undefined {
  const value = headers['content-encoding'];
  if (value === undefined || value === '' || value === 'identity') return undefined;
  return String(value).toLowerCase();
}
