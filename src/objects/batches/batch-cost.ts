/** Adds up what the lines of a batch's output cost: each is a request of its own, at the prices of batches. */
import { compilePrices, type CompiledPrices } from '../../core/pricing/compile-prices.js';
import { costNanos } from '../../core/pricing/cost.js';
import { batchPricesOf, batchTier } from '../../core/pricing/deployment-prices.js';
import type { BatchResult, Deployment, Usage } from '../../core/spec/index.js';
import { estimateTokens } from '../../core/tokens/estimate-tokens.js';
import { addUsage } from '../../core/transport/add-usage.js';
import type { SpendAttempt } from '../../spend/spend-intent.js';
import { baseOf } from '../placement.js';

export interface BatchBill {
  /** One for each model. */
  readonly attempts: readonly SpendAttempt[];
  readonly spendNanos: bigint;
  readonly usage: Usage | undefined;
  /** Some of the usage was not reported. */
  readonly estimated: boolean;
  readonly lines: number;
  readonly failedLines: number;
}

interface ModelSum {
  readonly deployment: Deployment;
  readonly prices: CompiledPrices | undefined;
  usage: Usage;
  costNanos: bigint;
}

/** Several models are one too many at most providers; beyond this the last one takes what comes. */
const mostModels = 50;

export class BatchCost {
  private readonly sums = new Map<string, ModelSum>();
  private lines = 0;
  private failedLines = 0;
  private estimated = false;

  /**
   * @param deploymentOf says by which deployment an answer of this model was made
   * @param promptTokens what a request is assumed to have had where its answer tells no usage
   */
  constructor(
    private readonly deploymentOf: (model: string | undefined) => Deployment,
    private readonly promptTokens: number,
  ) {}

  /** @param bytes of the line */
  add({ model, succeeded, usage }: BatchResult, bytes: number): void {
    this.lines += 1;
    if (!succeeded) {
      this.failedLines += 1;
      return;
    }
    if (!usage) this.estimated = true;
    const counted = usage ?? { promptTokens: this.promptTokens, completionTokens: estimateTokens(bytes) };
    this.count(this.deploymentOf(model), counted);
  }

  /** For a batch whose output cannot be read: what it says of itself. */
  addTotal(usage: Usage): void {
    this.count(this.deploymentOf(undefined), usage);
    // Whether its prompts were long ones, which may cost more, only the lines would have told.
    this.estimated = true;
  }

  bill(): BatchBill {
    const sums = [...this.sums.values()];
    return {
      attempts: sums.map(attemptOf),
      spendNanos: sums.reduce((total, { costNanos: nanos }) => total + nanos, 0n),
      usage: sums
        .map(({ usage }) => usage)
        .reduce<Usage | undefined>((total, usage) => (total ? addUsage(total, usage) : usage), undefined),
      estimated: this.estimated,
      lines: this.lines,
      failedLines: this.failedLines,
    };
  }

  private count(deployment: Deployment, reported: Usage): void {
    const usage = { ...reported, serviceTier: batchTier };
    const sum = this.sumOf(deployment);
    sum.usage = addUsage(sum.usage, usage);
    if (sum.prices) sum.costNanos += costNanos(usage, sum.prices);
  }

  private sumOf(deployment: Deployment): ModelSum {
    const key = `${deployment.id} ${deployment.model}`;
    const known = this.sums.get(key) ?? (this.sums.size >= mostModels ? [...this.sums.values()].at(-1) : undefined);
    if (known) return known;
    const listed = batchPricesOf(deployment);
    const usage = { promptTokens: 0, completionTokens: 0 };
    const sum = { deployment, prices: listed && compilePrices(listed), usage, costNanos: 0n };
    this.sums.set(key, sum);
    return sum;
  }
}

function attemptOf({ deployment, prices, usage, costNanos: nanos }: ModelSum): SpendAttempt {
  return {
    deploymentId: deployment.id,
    provider: deployment.provider.id,
    model: deployment.model,
    apiBase: baseOf(deployment),
    status: 'success',
    costNanos: nanos,
    usage,
    ...(prices === undefined && { unpriced: true }),
  };
}
