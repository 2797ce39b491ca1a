/** Lets a request pass that every budget on its path has room for, and holds that room until the request has ended. */
import { Injectable } from '@nestjs/common';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { payersOf, takenFrom } from '../../spend/payers.js';
import type {
  AdmissionOutcome,
  AdmissionRequest,
  AttemptRequest,
  Gate,
  Grant,
  HeaderSink,
  Reservation,
} from '../admission.js';
import { countsModel, mainAccount, ownerOf, type Owner } from '../definitions/owner.js';
import { GroupsByCaller, OwnerGroup } from '../owner-group.js';
import type { AccountBudget } from './account-budget.js';
import { BudgetDirectory, type OwnerBudgets } from './budget-directory.js';
import { ConfiguredBudgets } from './configured-budgets.js';
import type { Hold } from './lease.js';

interface Wanted {
  readonly nanos: bigint;
  readonly leastNanos: bigint;
  readonly alias: string | undefined;
}

@Injectable()
export class BudgetGate implements Gate {
  private readonly payers = new GroupsByCaller(payingGroup);
  private readonly payersButTheUser = new GroupsByCaller(payingGroupButTheUser);

  constructor(
    private readonly directory: BudgetDirectory,
    private readonly configured: ConfiguredBudgets,
    private readonly settings: SettingsService,
  ) {}

  admit(request: AdmissionRequest): Grant | Promise<Grant> {
    const owners = this.groupOf(request);
    const { keyHash, keyAlias } = request.caller;
    const wanted = this.wanted(request.estimate, keyAlias);
    const key = mainAccount(ownerOf('key', keyHash));
    return this.open(owners, request.model, wanted, key);
  }

  admitAttempt(attempt: AttemptRequest): Grant | undefined | Promise<Grant | undefined> {
    const { deploymentId, provider, budget, model } = attempt;
    const owners: Owner[] = [];
    if (budget) owners.push(this.configured.setDeployment(deploymentId, budget));
    if (this.configured.hasProvider(provider)) owners.push(ownerOf('provider', provider));
    if (owners.length === 0) return undefined;
    const passed = catching(
      () => this.open(new OwnerGroup(owners), model, this.wanted(attempt.estimate, undefined), undefined),
      model,
    );
    return passed;
  }

  budgetFallbacks(request: AdmissionRequest): readonly string[] {
    const known = this.directory.find(this.groupOf(request)) ?? [];
    return known.flatMap(({ fallbacks }) => fallbacks?.[request.model] ?? []);
  }

  private groupOf(request: AdmissionRequest): OwnerGroup {
    const { userId, teamId } = request.caller;
    const paysByTeam = teamId !== undefined && userId !== undefined;
    const isUserAsked = !paysByTeam || this.settings.current().budgets.usersPayForTeamKeys;
    return (isUserAsked ? this.payers : this.payersButTheUser).of(request);
  }

  private wanted({ nanos, leastNanos = nanos }: AdmissionRequest['estimate'], alias: string | undefined): Wanted {
    return this.settings.current().budgets.reserves
      ? { nanos, leastNanos, alias }
      : { nanos: 0n, leastNanos: 0n, alias };
  }

  private open(owners: OwnerGroup, model: string, wanted: Wanted, key: string | undefined): Grant | Promise<Grant> {
    const known = this.directory.find(owners);
    if (!known) return this.directory.load(owners).then((loaded) => this.hold(loaded, model, wanted, key));
    return this.hold(known, model, wanted, key);
  }

  private hold(
    owners: readonly OwnerBudgets[],
    model: string,
    wanted: Wanted,
    key: string | undefined,
  ): Grant | Promise<Grant> {
    const accounts: AccountBudget[] = [];
    for (const owner of owners) {
      for (const account of owner.accounts)
        if (account.account.model === null || countsModel(account.account.model, model)) accounts.push(account);
    }
    if (accounts.length === 0) return unlimited;
    const keyAccount = accounts.find(({ id }) => id === key);
    const holds: Hold[] = [];
    for (const account of accounts) {
      if (account.limitNanos === undefined) continue;
      if (wanted.nanos === 0n) account.refresh();
      if (wanted.nanos === 0n && !account.isSpent) continue;
      const hold = account.tryHold(wanted.nanos);
      if (!hold) {
        for (const held of holds) held.settle(0n);
        return this.holdSlowly(accounts, wanted, keyAccount);
      }
      holds.push(hold);
    }
    return new BudgetGrant(accounts, holds, wanted.nanos, keyAccount);
  }

  private async holdSlowly(
    accounts: readonly AccountBudget[],
    { nanos, leastNanos, alias }: Wanted,
    keyAccount: AccountBudget | undefined,
  ): Promise<Grant> {
    const holds: Hold[] = [];
    let most = nanos;
    try {
      for (const account of accounts) {
        if (account.limitNanos === undefined || (nanos === 0n && !account.isSpent)) continue;
        const hold = account.tryHold(most) ?? (await account.hold(most, leastNanos, alias));
        if (!hold) continue;
        holds.push(hold);
        // The narrowest budget decides how much of a guess is reserved.
        if (hold.nanos < most) most = hold.nanos;
      }
    } catch (error) {
      for (const hold of holds) hold.settle(0n);
      throw error;
    }
    for (const hold of holds) hold.reduceTo(most);
    return new BudgetGrant(accounts, holds, most, keyAccount);
  }
}

function payingGroup({ caller, endUser, tags }: AdmissionRequest): OwnerGroup {
  const { keyHash: apiKeyHash, userId, teamId, organizationId, projectId } = caller;
  return new OwnerGroup(payersOf({ apiKeyHash, userId, teamId, organizationId, projectId, endUser, tags }));
}

function payingGroupButTheUser(request: AdmissionRequest): OwnerGroup {
  const { userId } = request.caller;
  const user = userId === undefined ? undefined : ownerOf('user', userId);
  return new OwnerGroup(payingGroup(request).owners.filter((owner) => owner !== user));
}

/** For requests that nothing limits. */
const unlimited: Grant = { settle: () => undefined };

class BudgetGrant implements Grant {
  readonly reservation: Reservation | undefined;
  private isSettled = false;

  constructor(
    private readonly accounts: readonly AccountBudget[],
    private readonly holds: readonly Hold[],
    nanos: bigint,
    private readonly key: AccountBudget | undefined,
  ) {
    this.reservation =
      holds.length === 0
        ? undefined
        : { nanos, leases: holds.map(({ account, lease }) => ({ account, epoch: lease.epoch })) };
  }

  addHeaders(headers: HeaderSink): void {
    const limit = this.key?.limitNanos;
    if (this.key === undefined || limit === undefined) return;
    headers.add('x-litellm-key-max-budget', String(usdFromNanos(limit)));
    headers.add('x-litellm-key-spend', String(usdFromNanos(this.key.spentNanos)));
  }

  settle({ nanos, isUncounted = false }: AdmissionOutcome): void {
    if (this.isSettled) return;
    this.isSettled = true;
    for (const hold of this.holds) hold.settle(takenFrom(hold.nanos, nanos, !isUncounted));
    for (const account of this.accounts) account.note(nanos);
  }
}

/** To the router a deployment over its budget is one that another may stand in for. */
function catching(work: () => Grant | Promise<Grant>, model: string): Grant | Promise<Grant> {
  const renamed = (error: unknown): never => {
    const isBudget = error instanceof GatewayError && /^budget_/.test(error.code);
    if (isBudget) throw new GatewayError('deployments_over_budget', { facts: { model }, retryAfterMs: 1_000 });
    throw error;
  };
  try {
    const grant = work();
    return grant instanceof Promise ? grant.catch(renamed) : grant;
  } catch (error) {
    return renamed(error);
  }
}
