/** Reads what an answer has used while its bytes pass: nothing that goes wrong here is any business of the answer's. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { AnswerHead, Usage } from '../../core/spec/index.js';
import { ByteLog } from '../../core/transport/byte-log.js';
import type { AnswerReading, StreamReading } from './answer-reading.js';

export interface UsageReader {
  push(bytes: Buffer): void;
  /** The answer is complete. */
  end(): void;
  readonly usage: Usage | undefined;
  /** Events with content: each carries about a token. */
  readonly contentEvents: number;
  /** All that is to come has come, though the connection may stay open. */
  readonly finished: boolean;
  /** The error that a stream has told of. */
  readonly failure: GatewayError | undefined;
  /** The text of a stream that was cut off; undefined where it cannot be read. */
  sentText(): string | undefined;
}

/** A longer answer is not kept for reading: it leaves no usage, and its row says that it has no price. */
const maxWholeBytes = 16 * 1024 * 1024;
/** What a stream has received is kept up to here, for counting tokens where it told of none. */
const maxKeptBytes = 256 * 1024;

const streamTypes: ReadonlySet<string> = new Set([
  ...['text/event-stream', 'application/vnd.amazon.eventstream', 'application/x-ndjson', 'application/stream+json'],
]);

/** Undefined for an answer in which nothing can be read. */
export function openUsageReader(reading: AnswerReading | undefined, head: AnswerHead): UsageReader | undefined {
  if (!reading || head.status >= 300) return undefined;
  const { 'content-encoding': encoding } = head.headers;
  if (encoding !== undefined && encoding !== 'identity') return undefined;
  const type = mediaTypeOf(head);
  const stream = streamTypes.has(type) ? reading.stream?.() : undefined;
  if (stream) return new StreamedUsage(stream, reading);
  return type === 'application/json' ? new WholeUsage(reading, head) : undefined;
}

export function isStreamed(head: AnswerHead): boolean {
  return streamTypes.has(mediaTypeOf(head));
}

function mediaTypeOf({ headers }: AnswerHead): string {
  const type = [headers['content-type']].flat()[0] ?? '';
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

class StreamedUsage implements UsageReader {
  failure: GatewayError | undefined;
  private isOver = false;
  private readonly log = new ByteLog(maxKeptBytes);

  constructor(
    private readonly stream: StreamReading,
    private readonly reading: AnswerReading,
  ) {}

  get usage(): Usage | undefined {
    return this.stream.usage;
  }

  get contentEvents(): number {
    return this.stream.contentEvents ?? 0;
  }

  get finished(): boolean {
    return this.stream.finished === true;
  }

  push(bytes: Buffer): void {
    this.log.append(bytes);
    this.follow(() => this.stream.push(bytes));
  }

  end(): void {
    this.follow(() => this.stream.end());
    this.isOver = true;
  }

  sentText(): string | undefined {
    return this.reading.textOf?.(this.log.view());
  }

  private follow(step: () => unknown): void {
    if (this.isOver) return;
    try {
      step();
    } catch (error) {
      // The client gets the bytes as they are, whether they can be understood here or not.
      this.isOver = true;
      if (error instanceof GatewayError && error.code !== 'upstream_invalid_response') this.failure = error;
    }
  }
}

class WholeUsage implements UsageReader {
  usage: Usage | undefined;
  readonly contentEvents = 0;
  readonly finished = false;
  readonly failure = undefined;
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly reading: AnswerReading,
    private readonly head: AnswerHead,
  ) {}

  push(bytes: Buffer): void {
    this.bytes += bytes.length;
    if (this.bytes <= maxWholeBytes) this.chunks.push(bytes);
    else this.chunks = [];
  }

  end(): void {
    if (this.bytes > maxWholeBytes) return;
    const { status, headers } = this.head;
    this.usage = this.reading.whole({ status, headers, body: Buffer.concat(this.chunks) });
    this.chunks = [];
  }

  sentText(): undefined {
    return undefined;
  }
}
