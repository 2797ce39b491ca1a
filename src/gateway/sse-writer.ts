/** Writes one answer to one client: a whole body or a stream of events or bytes, with backpressure, and an error in the form that still fits. */
import type { ServerResponse } from 'node:http';
import type { GatewayError } from '../core/errors/gateway-error.js';
import type { AnswerHeaders } from './answer-headers.js';

/** How a dialect writes errors; see `core/dialects/<d>/format-error.ts`. */
export interface ErrorFormat {
  body(error: GatewayError): string;
  /** For a stream that has begun: one event, and no end marker after it. */
  event(error: GatewayError): string;
}

const jsonType = 'application/json; charset=utf-8';

/** Up to this size a body is joined to its head: one write instead of two costs less than the copy. */
const maxJoinedBytes = 16 * 1024;

export class SseWriter {
  protected readonly streamType: string = 'text/event-stream; charset=utf-8';
  private left: (() => void) | undefined;
  private takesErrors = true;

  constructor(
    protected readonly response: ServerResponse,
    protected readonly errors: ErrorFormat,
  ) {
    response.once('close', () => {
      if (!response.writableFinished) this.left?.();
    });
  }

  /** Calls `listener` when the client goes away before its answer is complete; at once where it has. */
  onClientLeft(listener: () => void): void {
    this.left = listener;
    if (this.response.destroyed) listener();
  }

  get begun(): boolean {
    return this.response.headersSent;
  }

  whole(status: number, headers: AnswerHeaders, body: Buffer | string, contentType = jsonType): void {
    headers.add('content-type', contentType).add('content-length', String(Buffer.byteLength(body)));
    this.response.writeHead(status, headers.pairs);
    if (typeof body === 'string' || body.length > maxJoinedBytes) this.response.end(body);
    else this.response.end(body.toString('latin1'), 'latin1');
  }

  /** @param contentType of the stream, where it is no usual one: one that holds no events ends with its connection when it fails */
  begin(headers: AnswerHeaders, contentType = this.streamType): void {
    this.takesErrors = contentType === this.streamType;
    headers.add('content-type', contentType).add('cache-control', 'no-cache').add('x-accel-buffering', 'no');
    this.response.writeHead(200, headers.pairs);
  }

  /** False where the client is slower than the provider: wait for `onDrain`. */
  write(part: Buffer | string): boolean {
    return this.response.write(part);
  }

  onDrain(resume: () => void): void {
    this.response.once('drain', resume);
  }

  end(): void {
    this.response.end();
  }

  /** Tells the client what failed: with a status of its own, or within the stream that has begun. */
  fail(error: GatewayError, headers: AnswerHeaders): void {
    if (this.response.destroyed) return;
    if (this.begun) {
      if (this.takesErrors) this.breakOff(error);
      else this.response.destroy();
      return;
    }
    if (error.retryAfterMs !== undefined) headers.add('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    for (const [name, value] of Object.entries(error.headers ?? {})) headers.replace(name, value);
    this.whole(error.status, headers, this.errors.body(error));
  }

  /** Ends a stream that has begun with what failed. */
  protected breakOff(error: GatewayError): void {
    this.response.end(this.errors.event(error));
  }
}
