/** Which deployment an attempt goes to: who may and can take it, who has a free place, and among those the strategy's choice. */
import { GatewayError } from '../errors/gateway-error.js';
import type { Clock, Random } from '../spec/clock.js';
import type { Deployment } from '../spec/deployment.js';
import { affineDeployment } from './affinity.js';
import type { DeploymentState } from './deployment-state.js';
import type { DeploymentStates } from './deployment-states.js';
import type { HealthBoard } from './health-board.js';
import { fitDeployments, overLimitMs } from './pre-call-checks.js';
import type { RoutedRequest, RoutePlan } from './route-plan.js';
import { strategies } from './strategies/index.js';
import type { Candidates } from './strategies/strategy.js';
import { lowestPriority, WaitingLine } from './waiting-line.js';

/** A request's own deadline comes before. */
const longestWaitMs = 2 ** 31 - 1;

/** Where all are out, those that are back so much later than the first are as good as it. */
const aboutThenMs = 5_000;

interface Search {
  readonly plan: RoutePlan;
  readonly failed: ReadonlySet<Deployment>;
  readonly request: RoutedRequest;
  readonly isBack: boolean;
  /** Who may serve the request, be they full or out now. */
  readonly fit: readonly Deployment[];
}

export class DeploymentSelector {
  private readonly line = new WaitingLine();

  constructor(
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly states: DeploymentStates,
    private readonly health?: Pick<HealthBoard, 'isHealthy'>,
  ) {}

  /**
   * Takes a place on the deployment, which `leave` gives back. A promise only where all that may serve the request are full.
   *
   * @param failed what this request has tried in vain
   * @param isBack it has waited for a place before
   * @throws GatewayError `no_deployment`, `deployments_limited` or `context_window_exceeded`
   */
  select(
    plan: RoutePlan,
    failed: ReadonlySet<Deployment>,
    request: RoutedRequest,
    isBack = false,
  ): Deployment | Promise<Deployment> {
    const now = this.clock.monotonic();
    const { rules, modelGroup } = plan;
    const { mayTake } = request;
    const deployments = mayTake ? kept(plan.deployments, mayTake) : plan.deployments;
    if (deployments.length === 0) throw new GatewayError('no_deployment', { facts: { model: modelGroup } });
    const fit =
      rules.checks.fitness && plan.facts ? fitDeployments(deployments, modelGroup, plan.facts()) : deployments;
    const allowed = this.withinLimits(fit, plan, now);
    const admitted = this.admitted(allowed, plan, failed, now);
    const free = kept(admitted, (deployment) => this.hasPlace(deployment, plan));
    if (!isNotEmpty(free)) return this.waitForPlace(admitted, { plan, failed, request, isBack, fit });
    const chosen = this.choose(lowestOrder(free), plan, now);
    this.states.of(chosen).inFlight += 1;
    return chosen;
  }

  /** False where the request can go nowhere in this group any more. */
  hasAny({ deployments }: RoutePlan, { mayTake }: RoutedRequest): boolean {
    return !mayTake || deployments.some(mayTake);
  }

  /** True where a deployment is left that this request has not tried and that is not known to be out. */
  hasOther(plan: RoutePlan, failed: ReadonlySet<Deployment>): boolean {
    const now = this.clock.monotonic();
    return plan.deployments.some((one) => !failed.has(one) && this.isIn(one, plan, now));
  }

  /** An attempt on the deployment has ended: its place is free, or goes to whoever waits for it, unless the deployment is out. */
  leave(state: DeploymentState): void {
    const isOut = !this.line.isEmpty && !state.breaker.admits(this.clock.monotonic());
    if (!isOut && this.line.handOver(state)) return;
    state.inFlight -= 1;
    if (isOut) this.line.lookAgain(state);
  }

  private withinLimits(deployments: readonly Deployment[], plan: RoutePlan, now: number): readonly Deployment[] {
    if (!plan.rules.checks.rateLimits) return deployments;
    const waits = deployments.map((one) => overLimitMs(one, this.states.of(one), now));
    const within = deployments.filter((_, index) => waits[index] === 0);
    if (within.length > 0) return within;
    const retryAfterMs = Math.min(...waits);
    const facts = { model: plan.modelGroup, seconds: Math.ceil(retryAfterMs / 1000) };
    throw new GatewayError('deployments_limited', { facts, retryAfterMs });
  }

  /** Never nobody: where all are out, those that may be back first are asked, unless a fallback stands by. */
  private admitted(
    deployments: readonly Deployment[],
    plan: RoutePlan,
    failed: ReadonlySet<Deployment>,
    now: number,
  ): readonly Deployment[] {
    const fresh = failed.size === 0 ? deployments : kept(deployments, (deployment) => !failed.has(deployment));
    const admitted = kept(fresh, (deployment) => this.isIn(deployment, plan, now));
    if (admitted.length > 0) return admitted;
    if (plan.hasFallback && failed.size === 0)
      throw new GatewayError('no_deployment', { facts: { model: plan.modelGroup } });
    const rest = fresh.length > 0 ? fresh : deployments;
    const waitOf = (deployment: Deployment): number => this.states.of(deployment).breaker.msUntilProbe(now);
    const soonest = Math.min(...rest.map(waitOf));
    // Not one alone: it would get what all of them are there for.
    return rest.filter((deployment) => waitOf(deployment) <= soonest + aboutThenMs);
  }

  private isIn(deployment: Deployment, { rules }: RoutePlan, now: number): boolean {
    if (!this.states.of(deployment).breaker.admits(now)) return false;
    return !rules.checks.health || this.health?.isHealthy(deployment.id) !== false;
  }

  private choose(candidates: Candidates, plan: RoutePlan, now: number): Deployment {
    if (candidates.length === 1) return candidates[0];
    if (plan.affinityKey !== undefined) return affineDeployment(candidates, plan.affinityKey);
    const { rules, stream } = plan;
    const stateOf = (deployment: Deployment): DeploymentState => this.states.of(deployment);
    return strategies[rules.strategy](candidates, { random: this.random, now, stream, rules, stateOf });
  }

  private hasPlace(deployment: Deployment, { rules }: RoutePlan): boolean {
    const most = deployment.routing?.maxParallelRequests ?? rules.maxParallelRequests;
    return most === undefined || this.states.of(deployment).inFlight < most;
  }

  /** @param isBack stands in the line already, and was told to look around again */
  private async waitForPlace(
    full: readonly Deployment[],
    { plan, failed, request, isBack, fit }: Search,
  ): Promise<Deployment> {
    const states = full.map((deployment) => this.states.of(deployment));
    const isLong = (state: DeploymentState): boolean => this.line.lengthFor(state) >= plan.rules.maxQueuedRequests;
    if (!isBack && states.every(isLong)) throw tooMany(plan);
    const priority = plan.priority ?? lowestPriority;
    const called = await this.line.wait(states, priority, request.sleep(longestWaitMs), isBack);
    if (called === undefined) throw tooMany(plan);
    request.wake();
    if (called === 'look again') {
      if (request.final) throw tooMany(plan);
      return this.select(plan, failed, request, true);
    }
    const deployment = full[states.indexOf(called)];
    if (!request.final && deployment && this.isStillChosen(deployment, fit, failed, plan)) return deployment;
    this.leave(called);
    if (request.final) throw tooMany(plan);
    return this.select(plan, failed, request, true);
  }

  /** False where its requests of this minute were used up while the request stood in the line, or one of a lower order has come back. */
  private isStillChosen(
    deployment: Deployment,
    fit: readonly Deployment[],
    failed: ReadonlySet<Deployment>,
    plan: RoutePlan,
  ): boolean {
    const now = this.clock.monotonic();
    const isWithin = (one: Deployment): boolean =>
      !plan.rules.checks.rateLimits || overLimitMs(one, this.states.of(one), now) === 0;
    if (!isWithin(deployment)) return false;
    const isBetter = (one: Deployment): boolean =>
      orderOf(one) < orderOf(deployment) &&
      !failed.has(one) &&
      this.isIn(one, plan, now) &&
      this.hasPlace(one, plan) &&
      isWithin(one);
    return !fit.some(isBetter);
  }
}

/** The list itself where all of it stays, as it mostly does. */
function kept(deployments: readonly Deployment[], stays: (deployment: Deployment) => boolean): readonly Deployment[] {
  return deployments.every(stays) ? deployments : deployments.filter(stays);
}

function tooMany({ modelGroup }: RoutePlan): GatewayError {
  return new GatewayError('deployments_limited', { facts: { model: modelGroup, seconds: 1 }, retryAfterMs: 1_000 });
}

function orderOf({ routing }: Deployment): number {
  return routing?.order ?? Infinity;
}

/** `order` is a preference among those that can take the request now. */
function lowestOrder(candidates: Candidates): Candidates {
  if (candidates.length === 1 || candidates.every(({ routing }) => routing?.order === undefined)) return candidates;
  const lowest = Math.min(...candidates.map(orderOf));
  return candidates.filter((deployment) => orderOf(deployment) === lowest) as unknown as Candidates;
}

function isNotEmpty(deployments: readonly Deployment[]): deployments is Candidates {
  return deployments.length > 0;
}
