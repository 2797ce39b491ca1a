/** Which accounts each owner has, near at hand: read on first use, and again when the change feed tells of a change. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { DatabaseClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { LimitDefinitions, type OwnerState } from '../definitions/limit-definitions.service.js';
import { nextReset } from '../definitions/next-reset.js';
import { kindOf, mainAccount, type Owner, type OwnerKind } from '../definitions/owner.js';
import type { StoredLimits } from '../definitions/owner-limits.js';
import type { AccountBudget } from './account-budget.js';
import type { OwnerGroup } from '../owner-group.js';
import { OwnerLoader } from './owner-loader.js';
import { BudgetAccounts } from './budget-accounts.js';
import { BudgetSurroundings } from './budget-surroundings.js';
import { ConfiguredBudgets } from './configured-budgets.js';

export interface OwnerBudgets {
  /** Those that are limited or watched; mostly there are none. */
  readonly accounts: readonly AccountBudget[];
  readonly fallbacks: StoredLimits['budget_fallbacks'];
  /** Its rates; undefined where it has none. */
  readonly rates: StoredLimits | undefined;
  /** Read again before it is next used. */
  isStale: boolean;
  readonly readAt: number;
}

interface GroupView {
  readonly budgets: readonly OwnerBudgets[];
  readonly rates: readonly (StoredLimits | undefined)[];
  /** As many as there had been. */
  readonly changes: number;
  /** Of the oldest of them. */
  readonly readAt: number;
}

const mostOwners = 50_000;
/** Changes are told by the feed; this is for what nobody tells, such as spend of an account without leases here. */
const freshMs = 60_000;
/** A known owner is served without the database; an unknown one is told to come back. Neither is to wait for long. */
const longestLookUpMs = 2_000;

@Injectable()
export class BudgetDirectory {
  /** Raised by every change: what was read before it is stale. */
  private changes = 0;
  private readonly owners = new LRUCache<Owner, OwnerBudgets>({
    max: mostOwners,
    // Accounts of owners that are not known any more are closed: no group may go on with them.
    dispose: (_entry, _owner, reason) => {
      if (reason === 'evict') this.changes += 1;
    },
  });
  private readonly loader = new OwnerLoader((owners) => this.readBatch(owners));
  /** What was found of groups that are asked for again and again. */
  private readonly views = new WeakMap<OwnerGroup, GroupView>();

  constructor(
    private readonly database: DatabaseService,
    private readonly definitions: LimitDefinitions,
    private readonly budgets: BudgetAccounts,
    private readonly configured: ConfiguredBudgets,
    private readonly surroundings: BudgetSurroundings,
  ) {}

  /** Undefined where one of them has to be read first. */
  find(group: OwnerGroup): readonly OwnerBudgets[] | undefined {
    return this.view(group)?.budgets;
  }

  /** The rates of each owner, at once where all are known: then the same array as long as nothing has changed. Rejects as `load` does. */
  limitsOf(group: OwnerGroup): readonly (StoredLimits | undefined)[] | Promise<readonly (StoredLimits | undefined)[]> {
    return this.view(group)?.rates ?? this.load(group).then((loaded) => loaded.map(ratesOf));
  }

  private view(group: OwnerGroup): GroupView | undefined {
    const oldest = this.surroundings.clock.monotonic() - freshMs;
    const known = this.views.get(group);
    if (known && known.changes === this.changes && known.readAt >= oldest) return known;
    const budgets: OwnerBudgets[] = [];
    let readAt = Infinity;
    for (const owner of group.owners) {
      const entry = this.owners.get(owner);
      if (!entry || entry.isStale || entry.readAt < oldest) return undefined;
      budgets.push(entry);
      readAt = Math.min(readAt, entry.readAt);
    }
    const view = { budgets, rates: budgets.map(ratesOf), changes: this.changes, readAt };
    this.views.set(group, view);
    return view;
  }

  /** @throws GatewayError `database_unavailable` for owners that are not known and may have a budget */
  async load({ owners }: OwnerGroup): Promise<readonly OwnerBudgets[]> {
    try {
      return await this.loader.load(owners);
    } catch (error) {
      const isAway = error instanceof GatewayError && error.code === 'database_unavailable';
      const known = owners.map((owner) => this.owners.get(owner) ?? this.unlimited(owner));
      if (isAway && this.surroundings.servesWithoutDatabase && known.every((entry) => entry !== undefined))
        return known;
      throw error;
    }
  }

  private async readBatch(owners: readonly Owner[]): Promise<ReadonlyMap<Owner, OwnerBudgets>> {
    const { changes } = this;
    const readAt = this.surroundings.clock.monotonic();
    const states = await this.database.run((client) => this.read(client, owners), longestLookUpMs);
    const isStale = changes !== this.changes;
    return new Map(
      owners.map((owner) => {
        const entry = this.entryOf(owner, states.get(owner), readAt, isStale);
        this.owners.set(owner, entry);
        return [owner, entry];
      }),
    );
  }

  forget(owner: Owner): void {
    this.changes += 1;
    const entry = this.owners.peek(owner);
    if (entry) entry.isStale = true;
  }

  forgetAll(isMeant: (owner: Owner) => boolean = () => true): void {
    this.changes += 1;
    for (const [owner, entry] of this.owners.entries()) if (isMeant(owner)) entry.isStale = true;
  }

  /** Whether an account belongs to an owner that is known. */
  has(account: AccountBudget): boolean {
    return this.owners.peek(account.account.owner as Owner)?.accounts.includes(account) === true;
  }

  /**
   * For an owner that is first heard of while the database is away. Whoever a virtual key belongs to was read when the key was; the
   * others are served, unless the configuration gives them a budget, of which nobody knows what is left.
   */
  private unlimited(owner: Owner): OwnerBudgets | undefined {
    const isOfKey = !lateKinds.has(kindOf(owner)) && !this.surroundings.isMasters(owner);
    if (isOfKey || this.configured.of(owner) !== undefined) return undefined;
    return { accounts: [], fallbacks: undefined, rates: undefined, isStale: true, readAt: -Infinity };
  }

  private async read(client: DatabaseClient, owners: readonly Owner[]): Promise<ReadonlyMap<Owner, OwnerState>> {
    const states = await this.definitions.read(client, owners);
    if (owners.some((owner) => kindOf(owner) === 'customer')) await this.readCustomersBudget(client);
    const isChanged = await Promise.all(owners.map((owner) => this.prepare(client, owner, states.get(owner))));
    return isChanged.includes(true) ? this.definitions.read(client, owners) : states;
  }

  private async readCustomersBudget(client: DatabaseClient): Promise<void> {
    const id = this.surroundings.customersBudgetId;
    const row = id === undefined ? null : await client.budget.findUnique({ where: { id } });
    const { max_budget: max, budget_duration: duration = null } = (row?.limits ?? {}) as StoredLimits;
    this.configured.setCustomers(max === undefined ? undefined : { maxNanos: BigInt(max), duration });
  }

  /** Makes the account for a configured budget, which has its window like any other. */
  private async prepare(client: DatabaseClient, owner: Owner, state: OwnerState | undefined): Promise<boolean> {
    const budget = this.configured.of(owner);
    const id = mainAccount(owner);
    const main = state?.accounts.find((account) => account.id === id);
    if (budget === undefined || main?.maxNanos != null || (main && main.duration === budget.duration)) return false;
    const { duration } = budget;
    const { clock, timeZone } = this.surroundings;
    const resetAt = duration === null ? null : nextReset(duration, new Date(clock.now()), timeZone);
    const window = { duration, resetAt };
    await client.budgetAccount.upsert({
      where: { id },
      create: { id, owner, ...window },
      update: { ...window, epoch: { increment: 1 } },
    });
    return true;
  }

  private entryOf(owner: Owner, state: OwnerState | undefined, readAt: number, isStale: boolean): OwnerBudgets {
    const id = mainAccount(owner);
    const configured = (): bigint | undefined => this.configured.of(owner)?.maxNanos;
    const isLimited = ({ id: account, maxNanos, softNanos }: OwnerState['accounts'][number]): boolean =>
      maxNanos !== null || softNanos !== null || (account === id && configured() !== undefined);
    const accounts = (state?.accounts ?? [])
      .filter(isLimited)
      .map((account) => this.budgets.open(account, account.id === id ? configured : () => undefined));
    const { effective } = state ?? {};
    const rates = effective && limitsRates(effective) ? effective : undefined;
    return { accounts, fallbacks: effective?.budget_fallbacks, rates, isStale, readAt };
  }
}

/** Owners that a request names itself, and the one of all. */
const lateKinds: ReadonlySet<OwnerKind> = new Set(['customer', 'tag', 'proxy']);

const rateFields = [
  ...(['rpm_limit', 'tpm_limit', 'tpd_limit', 'max_parallel_requests'] as const),
  ...(['model_rpm_limit', 'model_tpm_limit', 'tag_rpm_limit'] as const),
];

function limitsRates(limits: StoredLimits): boolean {
  return rateFields.some((field) => limits[field] !== undefined);
}

function ratesOf({ rates }: OwnerBudgets): StoredLimits | undefined {
  return rates;
}
