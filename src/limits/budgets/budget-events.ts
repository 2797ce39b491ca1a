/** Tells whoever wants to know that an owner has crossed a soft budget or a budget, once for each window. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Owner } from '../definitions/owner.js';
import type { SpentAccount } from './budget-context.js';

export interface BudgetCrossed {
  readonly kind: 'soft_budget' | 'max_budget';
  readonly owner: Owner;
  /** The account; its window and model stand in it. */
  readonly accountId: string;
  readonly model: string | null;
  readonly spentNanos: bigint;
  /** What was crossed. */
  readonly limitNanos: bigint;
  /** When the spend starts anew. */
  readonly resetAt: Date | null;
}

/** Called within a request: must neither throw nor take long. */
export type BudgetListener = (crossed: BudgetCrossed) => void;

const remembered = 10_000;

@Injectable()
export class BudgetEvents {
  private readonly listeners = new Set<BudgetListener>();
  /** Accounts whose crossing was told, and of which limit and window that was. */
  private readonly told = new LRUCache<string, string>({ max: remembered });

  /** Returns what ends the subscription. Each process tells what it sees: who must act once asks the database who is first. */
  subscribe(listener: BudgetListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  look(seen: SpentAccount): void {
    if (this.listeners.size === 0) return;
    const { account, spentNanos, limitNanos } = seen;
    if (account.softNanos !== null && spentNanos >= account.softNanos)
      this.tell('soft_budget', account.softNanos, account, spentNanos);
    if (limitNanos !== undefined && spentNanos >= limitNanos) this.tell('max_budget', limitNanos, account, spentNanos);
  }

  private tell(
    kind: BudgetCrossed['kind'],
    limitNanos: bigint,
    { id, owner, model, resetAt }: SpentAccount['account'],
    spentNanos: bigint,
  ): void {
    const window = `${limitNanos} ${resetAt?.getTime() ?? ''}`;
    if (this.told.get(`${kind} ${id}`) === window) return;
    this.told.set(`${kind} ${id}`, window);
    const crossed = { kind, owner: owner as Owner, accountId: id, model, spentNanos, limitNanos, resetAt };
    for (const listener of this.listeners) listener(crossed);
  }
}
