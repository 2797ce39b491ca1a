/** Chooses the deployment for a request, and another one where an attempt failed before the client had got anything. */
import { GatewayError } from '../errors/gateway-error.js';
import { systemClock, type Clock, type Random } from '../spec/clock.js';
import type { Deployment } from '../spec/deployment.js';
import type { SharedRoutingState } from '../spec/shared-routing-state.js';
import type { AttemptNotes } from './deployment-state.js';
import { DeploymentStates } from './deployment-states.js';
import type { RequestFacts } from './pre-call-checks.js';
import { RetryBudget } from './retry-budget.js';
import { retryDelayMs } from './retry-delay.js';
import { retriesFor } from './retry-policy.js';
import type { RoutingRules } from './routing-rules.js';
import { DeploymentSelector } from './select-deployment.js';

export interface RoutePlan {
  readonly modelGroup: string;
  /** The deployments that may serve the request. */
  readonly deployments: readonly Deployment[];
  /** Attempts besides the first, over all deployments together. */
  readonly maxRetries: number;
  /** The least wait before an attempt on a deployment that has just failed, milliseconds. */
  readonly retryAfterMs: number;
  readonly rules: RoutingRules;
  readonly stream: boolean;
  /** Another group stands in: nobody is asked who is known to be out. */
  readonly hasFallback?: boolean;
  /** Requests with the same key go to the same deployment where they can. */
  readonly affinityKey?: string | undefined;
  /** Among those that wait for a free place: 0 goes first. */
  readonly priority?: number | undefined;
  readonly facts?: () => RequestFacts;
}

/** The request that is being routed, as far as the router must know it. */
export interface RoutedRequest {
  /** The client has got a part of the answer, or has gone: no further attempt. */
  readonly final: boolean;
  /** Resolves after `ms`, earlier where the request is over or is woken. */
  sleep(ms: number): Promise<void>;
  /** Ends a sleep. */
  wake(): void;
}

/** Makes one attempt, and says in `notes` what it was like. @throws GatewayError */
export type Attempt = (deployment: Deployment, notes: AttemptNotes) => Promise<void>;

export class DeploymentRouter {
  readonly states: DeploymentStates;
  private readonly budget = new RetryBudget();
  private readonly selector: DeploymentSelector;

  /** @param shared where the routers of other processes are told of breakers and usage, and heard */
  constructor(
    private readonly random: Random,
    private readonly clock: Clock = systemClock,
    shared?: SharedRoutingState,
  ) {
    this.states = new DeploymentStates(shared && { shared, clock, random });
    this.selector = new DeploymentSelector(random, clock, this.states);
  }

  /**
   * Runs `attempt` on one deployment after the other until one succeeds: at most `1 + maxRetries` times.
   *
   * @param attempt rejects with a `GatewayError`
   * @throws GatewayError the last attempt's, or why there was none
   */
  async route(plan: RoutePlan, attempt: Attempt, request: RoutedRequest): Promise<void> {
    const failed = new Set<Deployment>();
    const budget = this.budget.enter(plan.modelGroup);
    try {
      for (let retry = 0; ; retry++) {
        const selected = this.selector.select(plan, failed, request);
        const deployment = selected instanceof Promise ? await selected : selected;
        try {
          return await this.run(deployment, plan, attempt);
        } catch (error) {
          if (!(error instanceof GatewayError) || request.final) throw error;
          failed.add(deployment);
          const hasOther = this.selector.hasOther(plan, failed);
          if (retry >= retriesFor(error, plan.modelGroup, plan.maxRetries, plan.rules, hasOther)) throw error;
          if (!hasOther && plan.hasFallback && error.code === 'upstream_rate_limited') throw error;
          if (!budget.mayRetry()) throw error;
          if (!hasOther) await this.pause(error, retry + 1, plan, request);
          if (request.final) throw error;
        }
      }
    } finally {
      budget.leave();
    }
  }

  private async run(deployment: Deployment, plan: RoutePlan, attempt: Attempt): Promise<void> {
    const { clock } = this;
    const state = this.states.of(deployment);
    const notes: AttemptNotes = {};
    const running = state.begin(clock.monotonic(), plan.stream);
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

  private async pause(error: GatewayError, retry: number, plan: RoutePlan, request: RoutedRequest): Promise<void> {
    const delayMs = retryDelayMs(error, retry, plan.retryAfterMs, this.random);
    if (delayMs === null) throw error;
    await request.sleep(delayMs);
  }
}
