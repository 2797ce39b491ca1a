/** Gives a multipart form part by part while it comes in, no faster than its parts are read. */
// https://www.rfc-editor.org/rfc/rfc7578
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { GatewayError } from '../core/errors/gateway-error.js';
import { malformedForm, readBoundary, readPartHead, type PartHead } from './form-headers.js';
import { tooLarge } from './read-body.js';

export interface FormLimits {
  /** Of the whole body, as it comes. */
  readonly bytes: number;
  /** Texts and files together. */
  readonly parts: number;
}

export interface FormPart extends PartHead {
  /** To be read before the next part is asked for; a part that nobody has begun to read is skipped. */
  readonly content: Readable;
}

/** What the header of one part may come to. */
const maxHeadBytes = 16 * 1024;

/**
 * One form: `for await (const { name, file, content } of new FormParts(request, limits))`. The loop ends once the whole body
 * is there and was a form to its end. Leaving it early leaves the rest of the body unread.
 *
 * It throws a `GatewayError`: `body_too_large`, `client_closed`, or `malformed_request` for what is no form. The part that is
 * being read then fails with the same error.
 */
export class FormParts implements AsyncIterable<FormPart> {
  /** Of the body, so far. */
  bytesRead = 0;
  private readonly parser: Dicer;
  private readonly waiting: FormPart[] = [];
  private partsSeen = 0;
  private headless = false;
  private current: FormPart | undefined;
  private complete = false;
  private failure: GatewayError | undefined;
  private wake: (() => void) | undefined;

  /** @throws GatewayError for a body that need not be looked at */
  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: FormLimits,
  ) {
    const { headers, destroyed } = request;
    const boundary = readBoundary(headers['content-type'] ?? '');
    if (destroyed) throw new GatewayError('client_closed');
    if (Number(headers['content-length']) > limits.bytes) throw tooLarge(limits.bytes);
    // The parser's own pauses would wait for parts that nobody has been given yet: the request is paused in their place.
    const settings = { boundary, maxHeaderSize: maxHeadBytes, partHwm: Number.MAX_SAFE_INTEGER };
    this.parser = new Dicer(settings);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FormPart, void, undefined> {
    this.listen();
    try {
      for (let part = await this.next(); part; part = await this.next()) {
        this.current = part;
        this.request.resume();
        yield part;
        if (this.failure) throw this.failure;
        if (part.content.destroyed && !part.content.readableEnded)
          throw new GatewayError('internal', { detail: 'A part of a form was left half read.' });
        part.content.resume();
      }
    } finally {
      this.stop();
    }
  }

  private async next(): Promise<FormPart | undefined> {
    for (;;) {
      const part = this.waiting.shift();
      if (part) return part;
      if (this.failure) throw this.failure;
      if (this.complete) return undefined;
      this.request.resume();
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
  }

  private listen(): void {
    const { parser, request } = this;
    parser.on('part', (part) => this.open(part));
    parser.on('error', () => this.fail(malformedForm('it ends before its closing boundary')));
    // Its own end comes with the end of the last part only, which waits for the reader.
    parser.on('prefinish', () => setImmediate(() => this.finish()));
    request.on('data', this.take).on('end', this.endParser).on('close', this.leave);
  }

  /** Every request closes in the end: a listener that stayed would run for each of them. */
  private stop(): void {
    this.request.off('data', this.take).off('end', this.endParser).off('close', this.leave);
    if (!this.complete) this.request.pause();
    this.current?.content.destroy();
  }

  private readonly take = (chunk: Buffer): void => {
    this.bytesRead += chunk.length;
    if (this.bytesRead > this.limits.bytes) this.fail(tooLarge(this.limits.bytes));
    else this.parser.write(chunk);
    if (this.waiting.length > 0) this.request.pause();
  };

  private readonly endParser = (): void => {
    this.request.off('close', this.leave);
    this.parser.end();
  };

  private readonly leave = (): void => this.fail(new GatewayError('client_closed'));

  private open(part: Readable): void {
    // The parser reports on a part what it reports on the whole form.
    part.on('error', () => undefined);
    if (this.failure) return;
    if (this.headless) this.fail(malformedForm('a part has no complete header'));
    this.partsSeen += 1;
    if (this.partsSeen > this.limits.parts) this.fail(malformedForm(`it has more than ${this.limits.parts} parts`));
    if (this.failure) return;
    this.headless = true;
    part.once('header', (header: Readonly<Record<string, readonly string[]>>) => {
      this.headless = false;
      try {
        this.waiting.push({ ...readPartHead(header), content: this.contentOf(part) });
        this.wake?.();
      } catch (error) {
        this.fail(error as GatewayError);
      }
    });
  }

  /** What goes to the reader, who may be slower than the client. */
  private contentOf(part: Readable): Readable {
    const content = new Readable({
      read: () => {
        if (this.current?.content === content) this.request.resume();
      },
    });
    // Whoever reads it hears of it as well.
    content.on('error', () => undefined);
    part.on('data', (bytes: Buffer) => {
      if (!content.push(bytes)) this.request.pause();
    });
    part.on('end', () => content.push(null));
    return content;
  }

  private finish(): void {
    if (this.headless) this.fail(malformedForm('a part has no complete header'));
    this.complete = true;
    this.wake?.();
  }

  private fail(error: GatewayError): void {
    if (this.failure || this.complete) return;
    this.failure = error;
    this.request.pause();
    for (const { content } of this.waiting.splice(0)) content.destroy();
    this.current?.content.destroy(error);
    this.wake?.();
  }
}
