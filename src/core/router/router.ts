/** Chooses the deployment for a request, and another one where an attempt failed before the client had got anything. */
import { GatewayError } from '../errors/gateway-error.js';
import { systemClock, type Clock, type Random } from '../spec/clock.js';
import type { Deployment } from '../spec/deployment.js';
import type { SharedRoutingState } from '../spec/shared-routing-state.js';
import type { AttemptNotes } from './deployment-state.js';
import { DeploymentStates } from './deployment-states.js';
import type { HealthBoard } from './health-board.js';
import { RetryBudget, type GroupBudget } from './retry-budget.js';
import { retryDelayMs } from './retry-delay.js';
import { retriesFor } from './retry-policy.js';
import type { Attempt, RoutedRequest, RoutePlan } from './route-plan.js';
import { DeploymentSelector } from './select-deployment.js';

/** One request on its way through the deployments of a group. */
interface Way {
  readonly plan: RoutePlan;
  readonly request: RoutedRequest;
  /** What it has tried in vain. */
  readonly failed: Set<Deployment>;
  readonly budget: GroupBudget;
}

export class DeploymentRouter {
  readonly states: DeploymentStates;
  private readonly budget = new RetryBudget();
  private readonly selector: DeploymentSelector;

  /**
   * @param shared where the routers of other processes are told of breakers and usage, and heard
   * @param health what health checks have found out, where the rules heed them
   */
  constructor(
    private readonly random: Random,
    private readonly clock: Clock = systemClock,
    shared?: SharedRoutingState,
    health?: Pick<HealthBoard, 'isHealthy'>,
  ) {
    this.states = new DeploymentStates(shared && { shared, clock, random });
    this.selector = new DeploymentSelector(random, clock, this.states, health);
  }

  /**
   * Runs `attempt` on one deployment after the other until one succeeds: at most `1 + maxRetries` times.
   *
   * @param attempt rejects with a `GatewayError`
   * @throws GatewayError the last attempt's, or why there was none
   */
  async route(plan: RoutePlan, attempt: Attempt, request: RoutedRequest): Promise<void> {
    const way: Way = { plan, request, failed: new Set(), budget: this.budget.enter(plan.modelGroup) };
    try {
      for (let retry = 0; ;) {
        const selected = this.selector.select(plan, way.failed, request);
        const deployment = selected instanceof Promise ? await selected : selected;
        try {
          return await this.run(deployment, plan, attempt, this.hasNext(deployment, way, retry));
        } catch (error) {
          if (!(error instanceof GatewayError) || request.final) throw error;
          way.failed.add(deployment);
          // Nobody has been asked: that is no attempt.
          if (error.code === 'deployments_over_budget' && this.selector.hasOther(plan, way.failed)) continue;
          if (!(await this.mayGoOn(error, way, retry))) throw error;
          retry += 1;
        }
      }
    } finally {
      way.budget.leave();
    }
  }

  /** Waits where nobody but those that have failed is left. False where the failure stands. */
  private async mayGoOn(error: GatewayError, { plan, request, failed, budget }: Way, retry: number): Promise<boolean> {
    if (!this.selector.hasAny(plan, request)) return false;
    const hasOther = this.selector.hasOther(plan, failed);
    if (retry >= retriesFor(error, plan.modelGroup, plan.maxRetries, plan.rules, hasOther)) return false;
    if (!hasOther && plan.hasFallback && error.code === 'upstream_rate_limited') return false;
    if (!budget.mayRetry()) return false;
    if (!hasOther) {
      const delayMs = retryDelayMs(error, retry + 1, plan.retryAfterMs, this.random);
      if (delayMs === null) return false;
      await request.sleep(delayMs);
    }
    return !request.final;
  }

  /** Looked up where somebody wants to know. */
  private hasNext(deployment: Deployment, { plan, failed }: Way, retry: number): boolean {
    if (plan.rules.slowStreams === undefined) return false;
    if (plan.hasFallback) return true;
    return retry < plan.maxRetries && this.selector.hasOther(plan, new Set([...failed, deployment]));
  }

  private async run(deployment: Deployment, plan: RoutePlan, attempt: Attempt, hasNext: boolean): Promise<void> {
    const { clock } = this;
    const state = this.states.of(deployment);
    const notes: AttemptNotes = { hasNext };
    const running = state.begin(clock.monotonic(), plan.stream);
    if (plan.stream) notes.began = () => state.answer(running, clock.monotonic());
    try {
      await attempt(deployment, notes);
      if (notes.unrepresentative) state.leave(running);
      else state.succeed(running, clock.monotonic(), notes);
    } catch (error) {
      if (!(error instanceof GatewayError) || notes.unrepresentative) state.leave(running);
      else state.fail(running, clock.monotonic(), error, plan.rules.cooldown, deployment);
      throw error;
    } finally {
      if (notes.ended) void notes.ended.then(() => this.selector.leave(state));
      else this.selector.leave(state);
    }
  }
}
