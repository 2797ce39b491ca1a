/** What budgets need while nobody asks: news of changes and recalls, renewal of leases, ends of windows and of dead processes. */
import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { budgetTopic, limitsTopic, recallTopic } from '../../database/change-topics.js';
import { ChangeFeedPoller } from '../../database/change-feed.poller.js';
import type { Owner } from '../definitions/owner.js';
import { BudgetAccounts } from './budget-accounts.js';
import { BudgetDirectory } from './budget-directory.js';
import { BudgetSurroundings } from './budget-surroundings.js';
import { LeaseKeeper } from './lease-keeper.js';
import { leaseTtlMs } from './prisma-budget-store.js';

const keepEveryMs = 15_000;
const resetEveryMs = 5_000;

@Injectable()
export class BudgetUpkeep implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('Budgets');
  private readonly keeper: LeaseKeeper;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Set<Promise<void>>();
  private unsubscribe: (() => void) | undefined;
  /** Monotonic milliseconds: since when this process has been able to renew. */
  private inTouchSince: number | undefined;
  private isFailing = false;

  constructor(
    private readonly accounts: BudgetAccounts,
    private readonly directory: BudgetDirectory,
    private readonly surroundings: BudgetSurroundings,
    private readonly feed: ChangeFeedPoller,
  ) {
    this.keeper = new LeaseKeeper(accounts.store, accounts.all);
  }

  onModuleInit(): void {
    this.unsubscribe = this.feed.subscribe((events, { gap }) => {
      if (gap) this.directory.forgetAll();
      for (const { topic, key } of events) this.hear(topic, key);
    });
    this.every(keepEveryMs, () => this.keep());
    this.every(resetEveryMs, () => this.reset());
  }

  /** What was leased ahead goes back; what running requests hold does once their rows are in the ledger. */
  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.running);
    for (const account of this.accounts.all.values()) account.returnUnused(true);
    await Promise.all([...this.accounts.all.values()].map((account) => account.returned()));
  }

  private hear(topic: string, key: string): void {
    if (topic === recallTopic) this.accounts.all.get(key)?.recalled();
    else if (topic === limitsTopic) this.directory.forget(key as Owner);
    else if (topic === budgetTopic && key === this.surroundings.customersBudgetId)
      this.directory.forgetAll((owner) => owner.startsWith('customer:'));
  }

  private async keep(): Promise<void> {
    const now = this.surroundings.clock.monotonic();
    try {
      await this.keeper.keep();
      this.accounts.forgetUnused((account) => this.directory.has(account));
      this.inTouchSince ??= now;
      // After an outage every lease has run out on paper, and each process needs its turn to renew.
      if (now - this.inTouchSince >= leaseTtlMs) await this.accounts.store.expire();
    } catch (error) {
      this.inTouchSince = undefined;
      throw error;
    }
  }

  private async reset(): Promise<void> {
    await this.accounts.store.resetDue();
  }

  private every(intervalMs: number, work: () => Promise<void>): void {
    let isRunning = false;
    const timer = setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      const run = this.attempt(work).finally(() => {
        isRunning = false;
        this.running.delete(run);
      });
      this.running.add(run);
    }, intervalMs);
    this.timers.push(timer.unref());
  }

  /** Never rejects: the next one tries again. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.isFailing = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.isFailing) this.logger.warn(`Budgets cannot be looked after: ${reason}`);
      this.isFailing = true;
    }
  }
}
