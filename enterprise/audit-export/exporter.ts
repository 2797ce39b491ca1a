/** Exports the audit log to one sink, a batch at a time: claim, plan, deliver, move on. */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '#src/core/spec/clock.js';
import type { ChainSource } from '#src/management/audit/verify-chain.js';
import { checkpointRecord, entryRecord, type ExportBatch, type ExportRecord } from './export-batch.js';
import type { Claim, ExportCursors } from './export-cursors.repository.js';
import { afterPlan, planNext, type CheckpointRule, type ExportPlan, type ExportPosition } from './export-position.js';
import type { AuditSink } from './sink.js';

export interface ExporterParts {
  readonly sink: AuditSink;
  readonly source: ChainSource;
  readonly cursors: Pick<ExportCursors, 'claim' | 'move' | 'release'>;
  readonly clock: Clock;
  /** Of this process. */
  readonly holder: string;
  readonly signingKey: KeyObject;
  readonly checkpoints: CheckpointRule;
}

export interface ExporterState {
  readonly sink: string;
  readonly done: bigint | null;
  readonly isExporting: boolean;
  readonly lastError: string | null;
}

/** `held`: another process exports to this sink. */
export type StepOutcome = 'sent' | 'idle' | 'held';

const mostEntries = 200;
/** Of one batch, where one entry alone is not larger. */
const mostCharacters = 1_000_000;
/** A delivery ends before the claim does. */
export const deliveryTimeoutMs = 30_000;
const claimMs = 90_000;

export class Exporter {
  #done: bigint | null = null;
  #isExporting = false;
  #lastError: string | null = null;

  constructor(private readonly parts: ExporterParts) {}

  get state(): ExporterState {
    const { sink } = this.parts;
    return { sink: sink.name, done: this.#done, isExporting: this.#isExporting, lastError: this.#lastError };
  }

  /** One batch at most. @throws what the sink or the database throws; then the same batch is sent the next time */
  async step(signal: AbortSignal): Promise<StepOutcome> {
    try {
      const outcome = await this.#step(signal);
      this.#isExporting = outcome !== 'held';
      this.#lastError = null;
      return outcome;
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  release(): Promise<void> {
    return this.parts.cursors.release(this.#cursorName, this.parts.holder);
  }

  get #cursorName(): string {
    return `audit:${this.parts.sink.name}`;
  }

  #claim(): Claim {
    const nowMs = this.parts.clock.now();
    return { name: this.#cursorName, holder: this.parts.holder, nowMs, untilMs: nowMs + claimMs };
  }

  async #step(signal: AbortSignal): Promise<StepOutcome> {
    const { cursors, sink } = this.parts;
    let position = await cursors.claim(this.#claim());
    if (!position) return 'held';
    this.#done = position.done;
    if (!position.plan) {
      const plan = await this.#plan(position);
      if (!plan) return 'idle';
      const planned = { ...position, plan };
      if (!(await cursors.move(this.#claim(), position, planned))) return 'held';
      position = planned;
    }
    const { plan } = position;
    if (!plan) return 'idle';
    await sink.deliver(
      await this.#batch(position, plan),
      AbortSignal.any([signal, AbortSignal.timeout(deliveryTimeoutMs)]),
    );
    const next = afterPlan(position, plan);
    if (!(await cursors.move(this.#claim(), position, next))) return 'held';
    this.#done = next.done;
    return 'sent';
  }

  async #plan(position: ExportPosition): Promise<ExportPlan | null> {
    const { source, checkpoints, clock } = this.parts;
    const head = await source.head();
    const end = head?.sequence ?? 0n;
    if (end < position.done) {
      throw new Error(
        `The audit log ends with entry ${end}, and entry ${position.done} was exported: it was cut or set back.`,
      );
    }
    let until = position.done;
    let size = 0;
    for (const entry of await source.readAfter(position.done, mostEntries)) {
      size += JSON.stringify(entryRecord(entry)).length;
      if (entry.sequence > end || (size > mostCharacters && until > position.done)) break;
      until = entry.sequence;
    }
    return planNext(position, until, checkpoints, clock.now());
  }

  async #batch({ done }: ExportPosition, { until, checkpointAtMs }: ExportPlan): Promise<ExportBatch> {
    const { source, signingKey } = this.parts;
    // The one before them too: a checkpoint alone signs it.
    const read = await source.readAfter(done - 1n, Number(until - done) + 1);
    const entries = read.filter(({ sequence }) => sequence > done && sequence <= until);
    const records: ExportRecord[] = entries.map(entryRecord);
    const last = read.find(({ sequence }) => sequence === until);
    if (checkpointAtMs !== null) {
      if (!last) throw new Error(`Entry ${until} of the audit log is gone: no checkpoint can be signed.`);
      records.push(checkpointRecord(last, checkpointAtMs, signingKey));
    }
    return { first: until === done ? until : done + 1n, last: until, records };
  }
}
