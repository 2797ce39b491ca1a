/** Carries an upstream's answer to the client as it comes, with backpressure, and lets it be read on the way. */
import type { FastifyReply } from 'fastify';
import type { Dispatcher } from 'undici';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { AnswerHead, Clock, InboundHeaders, Usage } from '../core/spec/index.js';
import { networkFailure } from '../core/transport/network-failure.js';
import { toClientHeaders } from './forwarded-headers.js';
import type { PassedAnswer } from './pass-through-exchange.js';
import type { AnswerReading } from './usage/answer-reading.js';
import { failureOf, maxErrorBytes } from './usage/failed-answer.js';
import { isStreamed, openUsageReader, type UsageReader } from './usage/usage-reader.js';

export interface RelayOptions {
  readonly provider: string;
  readonly reading: AnswerReading | undefined;
  readonly clock: Clock;
  /** Of the whole, milliseconds. */
  readonly timeoutMs: number;
  /** Until the first byte, and between the parts of a stream, milliseconds. */
  readonly idleTimeoutMs: number | undefined;
  /** The gateway's own headers, as they are when the answer begins. */
  headers(): Readonly<Record<string, string>>;
  /** The answer has gone on for another second, or 50 parts. */
  checkpoint(): void;
}

const maxJoinedBytes = 16 * 1024;
const checkpointParts = 50;
const checkpointMs = 1_000;

/** Resolves once everything has come; the end of the answer is held back until `finish`, so that the ledger has it first. */
export class AnswerRelay implements Dispatcher.DispatchHandler, PassedAnswer {
  head: AnswerHead | undefined;
  headAt: number | undefined;
  stream = false;

  private reader: UsageReader | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private ended: GatewayError | undefined;
  private isDone = false;
  /** The last bytes of an answer whose length is known. */
  private held: Buffer | undefined;
  private missing = Infinity;
  /** Nothing has been written yet but the head. */
  private isWhole = true;
  private errorBody: Buffer[] | undefined;
  private errorBytes = 0;
  private partsSinceCheckpoint = 0;
  private checkpointDueAt = 0;
  private totalTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private resolve: (() => void) | undefined;
  private reject: ((error: GatewayError) => void) | undefined;

  constructor(
    private readonly reply: FastifyReply,
    private readonly options: RelayOptions,
  ) {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) this.leave();
    });
  }

  get usage(): Usage | undefined {
    return this.reader?.usage;
  }

  get contentEvents(): number {
    return this.reader?.contentEvents ?? 0;
  }

  get failure(): GatewayError | undefined {
    const { head } = this;
    if (this.reader?.failure || !head || head.status < 400) return this.reader?.failure;
    return failureOf(head, Buffer.concat(this.errorBody ?? []), this.options.provider);
  }

  sentText(): string | undefined {
    return this.reader?.sentText();
  }

  /** @throws GatewayError where the answer did not come whole */
  run(send: (handler: Dispatcher.DispatchHandler) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      if (this.ended) return this.fail(this.ended);
      const { timeoutMs, idleTimeoutMs } = this.options;
      const late = (): void => this.abort(new GatewayError('upstream_timeout', { provider: this.options.provider }));
      this.totalTimer = setTimeout(late, timeoutMs);
      if (idleTimeoutMs !== undefined) this.idleTimer = setTimeout(late, idleTimeoutMs);
      try {
        send(this);
      } catch (error) {
        this.fail(networkFailure(error, this.options.provider, false));
      }
    });
  }

  abort(error: GatewayError): void {
    this.fail(error);
  }

  /** The account is closed: the client may have the end of its answer. */
  finish(): void {
    const { raw } = this.reply;
    const { held } = this;
    // Joined to its head, a small body costs one write instead of two.
    if (held && held.length <= maxJoinedBytes && this.isWhole) raw.end(held.toString('latin1'), 'latin1');
    else raw.end(held);
  }

  // undici's side

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isDone) controller.abort(new Error('aborted before it was sent'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: InboundHeaders): void {
    // Interim answers are between the gateway and the upstream.
    if (status < 200 || this.isDone) return;
    this.headAt = this.options.clock.monotonic();
    this.checkpointDueAt = this.headAt + checkpointMs;
    const head = { status, headers };
    this.head = head;
    this.stream = isStreamed(head);
    this.reader = openUsageReader(this.options.reading, head);
    if (status >= 400) this.errorBody = [];
    const length = Number(headers['content-length']);
    if (!this.stream && Number.isSafeInteger(length)) this.missing = length;
    this.begin(head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isDone) return;
    this.idleTimer?.refresh();
    this.read(chunk);
    this.missing -= chunk.length;
    if (this.missing <= 0) {
      this.held = this.held ? Buffer.concat([this.held, chunk]) : chunk;
      return;
    }
    const { raw } = this.reply;
    this.isWhole = false;
    if (raw.write(chunk)) return;
    controller.pause();
    // A client that reads slowly is no upstream that is silent.
    clearTimeout(this.idleTimer);
    raw.once('drain', () => {
      this.idleTimer?.refresh();
      controller.resume();
    });
  }

  onResponseEnd(): void {
    if (this.isDone) return;
    this.reader?.end();
    this.done();
    this.resolve?.();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(networkFailure(error, this.options.provider, this.head !== undefined));
  }

  /** Some clients leave with the last event of a stream, and have got all of it. */
  private leave(): void {
    const error = new GatewayError('client_closed');
    if (this.isDone || this.reader?.finished !== true) return this.abort(error);
    this.done();
    this.controller?.abort(error);
    this.resolve?.();
  }

  private begin({ status, headers }: AnswerHead): void {
    const { raw } = this.reply;
    this.reply.hijack();
    try {
      raw.writeHead(status, { ...toClientHeaders(headers), ...this.options.headers() });
      // A client of a stream sees that it has begun, however long the first event takes.
      if (this.stream) raw.flushHeaders();
    } catch (cause) {
      const facts = { reason: 'a header of it cannot be passed on' };
      this.fail(new GatewayError('upstream_invalid_response', { facts, provider: this.options.provider, cause }));
    }
  }

  private read(chunk: Buffer): void {
    this.reader?.push(chunk);
    if (this.errorBody && this.errorBytes < maxErrorBytes) {
      this.errorBytes += chunk.length;
      this.errorBody.push(chunk);
    }
    if (++this.partsSinceCheckpoint < checkpointParts && this.options.clock.monotonic() < this.checkpointDueAt) return;
    this.partsSinceCheckpoint = 0;
    this.checkpointDueAt = this.options.clock.monotonic() + checkpointMs;
    this.options.checkpoint();
  }

  private fail(error: GatewayError): void {
    this.ended ??= error;
    if (this.isDone) return;
    // Before `run` nobody waits yet: it fails as soon as somebody does.
    if (!this.reject) return;
    this.done();
    this.controller?.abort(error);
    this.reject(this.ended);
  }

  private done(): void {
    this.isDone = true;
    clearTimeout(this.totalTimer);
    clearTimeout(this.idleTimer);
  }
}
