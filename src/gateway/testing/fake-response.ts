/** A client's connection as the gateway sees it: it refuses what Node's own response refuses, and can be slow or leave. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

/** What Node refuses in the value of a header. */
const unwritable = /[^\t\x20-\x7e\x80-\xff]/;

export class FakeResponse extends EventEmitter {
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  writableFinished = false;
  status: number | undefined;
  headers: Record<string, string> = {};
  written = '';
  /** A client that reads nothing for the time being. */
  slow = false;

  /** @param log gets `head`, `write` and `end` in their order among other events */
  constructor(private readonly log: string[] = []) {
    super();
  }

  get asServerResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }

  /** @param headers names and values in turn */
  writeHead(status: number, headers: readonly string[]): this {
    if (this.headersSent) throw new Error('The head has been written already.');
    this.log.push('head');
    this.status = status;
    for (let at = 0; at < headers.length; at += 2) {
      const [name = '', value = ''] = headers.slice(at, at + 2);
      if (unwritable.test(value)) throw new TypeError(`Invalid character in header content ["${name}"]`);
      if (name in this.headers) throw new Error(`The header ${name} was written twice.`);
      this.headers[name] = value;
    }
    this.headersSent = true;
    return this;
  }

  write(part: Buffer | string): boolean {
    if (this.writableEnded) throw new Error('Written after the end.');
    if (this.destroyed) return false;
    this.log.push('write');
    this.written += part.toString();
    return !this.slow;
  }

  end(part?: Buffer | string, encoding?: BufferEncoding): this {
    if (this.writableEnded) throw new Error('Ended twice.');
    this.writableEnded = true;
    this.headersSent = true;
    if (this.destroyed) return this;
    if (part !== undefined)
      this.written += typeof part === 'string' ? Buffer.from(part, encoding).toString() : part.toString();
    this.log.push('end');
    this.writableFinished = true;
    return this;
  }

  /** The client has read what was written. */
  drain(): void {
    this.slow = false;
    this.emit('drain');
  }

  /** The client goes away. */
  leave(): void {
    this.destroyed = true;
    this.emit('close');
  }

  get error(): { message: string; type: string; param: string | null; code: string } {
    const { error } = JSON.parse(this.written) as {
      error: { message: string; type: string; param: string | null; code: string };
    };
    return error;
  }
}
