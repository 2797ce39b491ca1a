/** Writes down one answer while its client gets it; whoever holds it decides at the end whether it is worth keeping. */
import type { RecordedAnswer, Usage } from '../spec/index.js';

type Bytes = string | Uint8Array;

/** What is said of an answer once it is complete. */
export interface AnswerFacts {
  readonly usage: Usage | undefined;
  readonly contentType?: string | undefined;
  readonly servedBy?: string | undefined;
}

/**
 * What a provider calls an answer that it has refused, cut off or failed at. Within the texts of an answer quotation marks
 * are escaped, so that nothing that a model writes looks like this.
 */
const unfinished =
  /"(?:finish_reason|stop_reason|finishReason|blockReason|status|type)"\s*:\s*"(?:content_filter|refusal|SAFETY|PROHIBITED_CONTENT|BLOCKLIST|RECITATION|SPII|IMAGE_SAFETY|failed|cancelled|error)"/;

export class AnswerRecorder {
  private readonly parts: Uint8Array[] = [];
  private form: 'whole' | 'stream' = 'stream';
  private size = 0;
  private given = false;

  /** @param maxBytes a longer answer is not kept, and what was written down of it is dropped at once */
  constructor(private readonly maxBytes: number) {}

  whole(answer: Bytes): void {
    this.form = 'whole';
    this.add(answer);
  }

  part(part: Bytes): void {
    this.add(part);
  }

  /** Nothing of it is kept, whatever else comes. */
  drop(): void {
    this.given = true;
    this.parts.length = 0;
  }

  /** The answer as it is kept; undefined for one that is too long, empty, refused, or was dropped. */
  finish(facts: AnswerFacts, storedAtMs: number, ttlMs: number): RecordedAnswer | undefined {
    if (this.given || this.parts.length === 0 || this.size === 0 || this.isUnfinished()) return undefined;
    this.given = true;
    const { usage, contentType, servedBy } = facts;
    return {
      form: this.form,
      parts: [...this.parts],
      ...(contentType !== undefined && { contentType }),
      usage,
      ...(servedBy !== undefined && { servedBy }),
      storedAtMs,
      expiresAtMs: storedAtMs + ttlMs,
    };
  }

  private add(bytes: Bytes): void {
    if (this.given) return;
    // A copy: a buffer of the network may be a window on one that is far larger, and is used again.
    const own = typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.prototype.slice.call(bytes);
    this.size += own.length;
    if (this.size > this.maxBytes) this.drop();
    else if (own.length > 0) this.parts.push(own);
  }

  /** Parts may be cut anywhere: they are looked at as one text. */
  private isUnfinished(): boolean {
    return unfinished.test(Buffer.concat(this.parts).toString('latin1'));
  }
}
