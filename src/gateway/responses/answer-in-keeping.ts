/** The exchange as the call of a response sees it: what comes passes on to the client, but for what waits until the response is kept. */
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import type { AnswerHead, Clock, WholeAnswer } from '../../core/spec/index.js';
import type { EndWrap } from '../answer-stage.js';
import type { StreamContinuation } from '../chat/stream-continuation.js';
import type { Bytes, OpenExchange } from '../operation.js';

export abstract class AnswerInKeeping implements OpenExchange {
  constructor(protected readonly exchange: OpenExchange) {}

  get requestId(): string {
    return this.exchange.requestId;
  }

  get catalog(): CatalogSnapshot {
    return this.exchange.catalog;
  }

  get startedAtMs(): number {
    return this.exchange.startedAtMs;
  }

  get startedAt(): number {
    return this.exchange.startedAt;
  }

  get clock(): Clock {
    return this.exchange.clock;
  }

  get deadlineAt(): number {
    return this.exchange.deadlineAt;
  }

  set deadlineAt(at: number) {
    this.exchange.deadlineAt = at;
  }

  get hasNext(): boolean {
    return this.exchange.hasNext;
  }

  get continuation(): StreamContinuation | undefined {
    return this.exchange.continuation;
  }

  set continuation(continuation: StreamContinuation | undefined) {
    this.exchange.continuation = continuation;
  }

  begin(head: AnswerHead): void {
    this.exchange.begin(head);
  }

  get isGuarded(): boolean {
    return this.exchange.isGuarded;
  }

  checkedEnd(json: string, wrap: EndWrap): string | Promise<string> {
    return this.exchange.checkedEnd(json, wrap);
  }

  abstract whole(answer: WholeAnswer<Bytes>, head: AnswerHead): void;
  abstract part(part: Bytes): boolean;
  abstract onDrain(resume: () => void): void;
  /** Keeps the answer, and passes on what has waited; never rejects. */
  abstract finish(): Promise<void>;
  /** After a failure: passes on what is still good; never rejects. */
  abstract release(): Promise<void>;
}
