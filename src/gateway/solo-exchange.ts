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
  /** Only sound comes piece by piece, and of that nothing is counted. */
  readonly stream = false;
  readonly sentText = undefined;
  readonly continuation = undefined;
  readonly hasNext = false;
  deadlineAt: number;
  deployment: Deployment | undefined;
  call: RunningCall | undefined;
  answer: WholeAnswer<Bytes> | undefined;
  /** Of an answer that comes piece by piece, as sound does. */
  private readonly parts: Buffer[] = [];
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

  begin({ headers }: AnswerHead): void {
    this.headers = headers;
  }

  part(part: Bytes): boolean {
    this.parts.push(Buffer.from(part));
    return true;
  }

  /** The answer in one piece, however it came; undefined where none has come. */
  taken(): Bytes | undefined {
    if (this.answer) return this.answer.answer;
    return this.parts.length > 0 ? Buffer.concat(this.parts) : undefined;
  }

  readonly isGuarded = false;

  /** No guardrails look at what the gateway asks for itself. */
  checkedEnd(json: string): string {
    return json;
  }

  onDrain(resume: () => void): void {
    resume();
  }
}
