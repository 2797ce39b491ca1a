/** One attempt at one deployment that no client waits for: its answer is collected whole. */
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { SpendAttempt } from '../spend/spend-intent.js';
import type { AnswerHead, Clock, Deployment, InboundHeaders, RunningCall, WholeAnswer } from '../core/spec/index.js';
import type { Asked } from './llm-request.js';
import type { Bytes, OpenExchange } from './operation.js';

export class SoloExchange implements OpenExchange {
  readonly startedAtMs: number;
  readonly startedAt: number;
  readonly attempts: SpendAttempt[] = [];
  /** A stream is not asked for, so nothing can be cut off. */
  readonly stream = false;
  readonly sentText = undefined;
  readonly continuation = undefined;
  readonly hasNext = false;
  deadlineAt: number;
  deployment: Deployment | undefined;
  call: RunningCall | undefined;
  answer: WholeAnswer<Bytes> | undefined;
  /** Those that came with the answer. */
  headers: InboundHeaders = {};

  constructor(
    readonly asked: Asked,
    readonly clock: Clock,
  ) {
    this.startedAtMs = clock.now();
    this.startedAt = clock.monotonic();
    this.deadlineAt = this.startedAt;
  }

  get requestId(): string {
    return this.asked.requestId;
  }

  get catalog(): CatalogSnapshot {
    return this.asked.catalog;
  }

  whole(answer: WholeAnswer<Bytes>, { headers }: AnswerHead): void {
    this.answer = answer;
    this.headers = headers;
  }

  begin(): void {}

  part(): boolean {
    return true;
  }

  onDrain(resume: () => void): void {
    resume();
  }
}
