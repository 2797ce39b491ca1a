/** Chooses the deployment for a request, and another one where an attempt failed before the client had got anything. */
import { GatewayError } from '../errors/gateway-error.js';
import type { Random } from '../spec/clock.js';
import type { Deployment } from '../spec/deployment.js';
import { retryDelayMs } from './retry-delay.js';
import { simpleShuffle, type Candidates } from './simple-shuffle.js';

export interface RoutePlan {
  readonly modelGroup: string;
  /** The deployments that may serve the request. */
  readonly deployments: readonly Deployment[];
  /** Attempts besides the first, over all deployments together. */
  readonly maxRetries: number;
  /** The least wait before an attempt on a deployment that has just failed, milliseconds. */
  readonly retryAfterMs: number;
}

/** The request that is being routed, as far as the router must know it. */
export interface RoutedRequest {
  /** The client has got a part of the answer, or has gone: no further attempt. */
  readonly final: boolean;
  /** Resolves after `ms`, earlier where the request is over. */
  sleep(ms: number): Promise<void>;
}

export class DeploymentRouter {
  constructor(private readonly random: Random) {}

  /**
   * Runs `attempt` on one deployment after the other until one succeeds: at most `1 + maxRetries` times.
   *
   * @param attempt rejects with a `GatewayError`
   * @throws GatewayError the last attempt's, or `no_deployment`
   */
  async route(
    plan: RoutePlan,
    attempt: (deployment: Deployment) => Promise<void>,
    request: RoutedRequest,
  ): Promise<void> {
    const failed = new Set<Deployment>();
    for (let retry = 0; ; retry++) {
      const deployment = this.choose(plan, failed);
      try {
        return await attempt(deployment);
      } catch (error) {
        if (!(error instanceof GatewayError) || request.final || retry >= plan.maxRetries) throw error;
        failed.add(deployment);
        if (!mayRetry(error, plan, failed)) throw error;
        if (!hasOther(plan, failed)) await this.pause(error, retry + 1, plan, request);
        if (request.final) throw error;
      }
    }
  }

  private choose(plan: RoutePlan, failed: ReadonlySet<Deployment>): Deployment {
    const { deployments, modelGroup } = plan;
    const fresh = failed.size === 0 ? deployments : deployments.filter((deployment) => !failed.has(deployment));
    const candidates = fresh.length > 0 ? fresh : deployments;
    if (!isNotEmpty(candidates)) throw new GatewayError('no_deployment', { facts: { model: modelGroup } });
    return simpleShuffle(candidates, this.random);
  }

  private async pause(error: GatewayError, retry: number, plan: RoutePlan, request: RoutedRequest): Promise<void> {
    const delayMs = retryDelayMs(error, retry, plan.retryAfterMs, this.random);
    if (delayMs === null) throw error;
    await request.sleep(delayMs);
  }
}

/** Bad credentials stay bad: they are worth another attempt only where another deployment has others. */
function mayRetry(error: GatewayError, plan: RoutePlan, failed: ReadonlySet<Deployment>): boolean {
  if (error.code === 'upstream_authentication' || error.code === 'upstream_permission') return hasOther(plan, failed);
  return error.retryable;
}

function hasOther(plan: RoutePlan, failed: ReadonlySet<Deployment>): boolean {
  return plan.deployments.some((deployment) => !failed.has(deployment));
}

function isNotEmpty(deployments: readonly Deployment[]): deployments is Candidates {
  return deployments.length > 0;
}
