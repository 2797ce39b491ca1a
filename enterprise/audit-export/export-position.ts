/** How far a sink has come, and what it is being sent: written down before it is sent, so that after a crash the very same is sent again. */

export interface ExportPlan {
  /** The last entry of the batch; where it is `done`, the batch is a checkpoint alone. */
  readonly until: bigint;
  /** The time of the checkpoint at its end; null where there is none. */
  readonly checkpointAtMs: number | null;
}

export interface ExportPosition {
  /** Up to this sequence the sink has acknowledged all. */
  readonly done: bigint;
  /** The last checkpoint. */
  readonly checkpoint: { readonly sequence: bigint; readonly atMs: number };
  readonly plan: ExportPlan | null;
}

export const exportStart: ExportPosition = { done: 0n, checkpoint: { sequence: 0n, atMs: 0 }, plan: null };

export function formatPosition({ done, checkpoint, plan }: ExportPosition): string {
  return JSON.stringify({
    done: String(done),
    checkpoint: [String(checkpoint.sequence), checkpoint.atMs],
    ...(plan && { plan: [String(plan.until), plan.checkpointAtMs] }),
  });
}

/** @throws Error for what `formatPosition` has not written */
export function parsePosition(text: string): ExportPosition {
  const { done, checkpoint, plan } = JSON.parse(text) as {
    readonly done: string;
    readonly checkpoint: readonly [string, number];
    readonly plan?: readonly [string, number | null];
  };
  return {
    done: BigInt(done),
    checkpoint: { sequence: BigInt(checkpoint[0]), atMs: checkpoint[1] },
    plan: plan ? { until: BigInt(plan[0]), checkpointAtMs: plan[1] } : null,
  };
}

export interface CheckpointRule {
  readonly everyEntries: bigint;
  readonly everyMs: number;
}

/**
 * What to send next; null where there is nothing.
 *
 * @param until the last entry that fits into a batch; `done` where there is no new one
 */
export function planNext(
  { done, checkpoint }: ExportPosition,
  until: bigint,
  { everyEntries, everyMs }: CheckpointRule,
  nowMs: number,
): ExportPlan | null {
  const isDue = until - checkpoint.sequence >= everyEntries || nowMs - checkpoint.atMs >= everyMs;
  const checkpointAtMs = isDue && until > checkpoint.sequence ? nowMs : null;
  return until === done && checkpointAtMs === null ? null : { until, checkpointAtMs };
}

/** After the planned batch was acknowledged. */
export function afterPlan({ checkpoint }: ExportPosition, { until, checkpointAtMs }: ExportPlan): ExportPosition {
  return {
    done: until,
    checkpoint: checkpointAtMs === null ? checkpoint : { sequence: until, atMs: checkpointAtMs },
    plan: null,
  };
}
