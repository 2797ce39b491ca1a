/** What a verb of the library runs on: the deployments that may serve a request, and those that stand in for them. */
import { FallbackChain, noFallbacks, type FallbackTarget } from './router/fallbacks.js';
import type { RoutePlan } from './router/route-plan.js';
import { DeploymentRouter } from './router/router.js';
import { plainRules } from './router/routing-rules.js';
import type { Deployment } from './spec/index.js';

export interface LibraryPlan {
  readonly requested: string;
  readonly router: DeploymentRouter;
  readonly chain: FallbackChain;
  /** What answers at first, its credentials included: only answers of the same are taken for each other. */
  readonly deployments: readonly Deployment[];
  /** @throws GatewayError for a model that does not exist */
  planFor(target: FallbackTarget, hasFallback: boolean, stream: boolean): RoutePlan;
}

const router = new DeploymentRouter(Math.random);

/** One deployment, asked once. */
export function singlePlan(deployment: Deployment): LibraryPlan {
  const { modelGroup } = deployment;
  const plan = { modelGroup, deployments: [deployment], maxRetries: 0, retryAfterMs: 0, rules: singleRules };
  return {
    requested: modelGroup,
    router,
    chain: new FallbackChain(modelGroup, noFallbacks, () => true),
    deployments: [deployment],
    planFor: (_target, _hasFallback, stream) => ({ ...plan, stream }),
  };
}

/** Nothing is learnt from a single call: there is no other deployment to turn to. */
const singleRules = { ...plainRules, cooldown: { ...plainRules.cooldown, disabled: true } };
