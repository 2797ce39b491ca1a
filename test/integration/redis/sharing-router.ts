/** A router as one process has it, joined to others over a Redis, and what is asked of it. */
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import type { ErrorCode } from '../../../src/core/errors/catalog.js';
import type { DeploymentState } from '../../../src/core/router/deployment-state.js';
import type { RoutePlan } from '../../../src/core/router/route-plan.js';
import { DeploymentRouter } from '../../../src/core/router/router.js';
import { plainRules, type RoutingRules } from '../../../src/core/router/routing-rules.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import type { Deployment } from '../../../src/core/spec/deployment.js';
import type { SettingsService } from '../../../src/config/settings.service.js';
import { madeUpDeployment } from '../../../src/core/testing/deployments.js';
import type { RedisOptions } from '../../../src/redis/redis-options.js';
import { RedisRoutingState } from '../../../src/redis/redis-routing-state.js';
import { RedisService } from '../../../src/redis/redis.service.js';

export const cooldownMs = 60_000;

export interface RouterOptions {
  readonly deployments?: readonly Deployment[];
  readonly rules?: Partial<RoutingRules>;
}

export class SharingRouter {
  private readonly router: DeploymentRouter;

  private constructor(
    readonly redis: RedisService,
    private readonly state: RedisRoutingState,
    private readonly deployments: readonly Deployment[],
    private readonly rules: RoutingRules,
  ) {
    this.router = new DeploymentRouter(() => 0, systemClock, state);
  }

  /** As an application starts. */
  static async start(options: RedisOptions, { deployments, rules }: RouterOptions = {}): Promise<SharingRouter> {
    const allRules = { ...plainRules, cooldown: { ...plainRules.cooldown, cooldownMs }, ...rules };
    const settings = { current: () => ({ router: { rules: allRules } }) } as unknown as SettingsService;
    const redis = new RedisService(options, Math.random, systemClock);
    const state = new RedisRoutingState(redis, settings, options, systemClock);
    const own = deployments ?? [madeUpDeployment({ id: 'a' }), madeUpDeployment({ id: 'b' })];
    const router = new SharingRouter(redis, state, own, allRules);
    redis.onModuleInit();
    await state.onModuleInit();
    return router;
  }

  async stop(): Promise<void> {
    this.state.onApplicationShutdown();
    await this.redis.onApplicationShutdown();
  }

  /** The deployment that was asked, or the code of the error. */
  async ask(failure?: ErrorCode, tokens?: number): Promise<string> {
    const plan: RoutePlan = {
      modelGroup: 'group',
      deployments: this.deployments,
      maxRetries: 0,
      retryAfterMs: 0,
      rules: this.rules,
      stream: false,
    };
    const request = { final: false, sleep: async () => undefined, wake: () => undefined };
    let asked = '';
    try {
      await this.router.route(
        plan,
        async ({ id }, notes) => {
          asked = id;
          if (tokens !== undefined) notes.tokens = tokens;
          if (failure) throw new GatewayError(failure, { provider: 'acme' });
        },
        request,
      );
      return asked;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return asked === '' ? error.code : `${asked} failed`;
    }
  }

  leftMs(index = 0): number {
    return this.stateOf(index).breaker.msUntilProbe(systemClock.monotonic());
  }

  stateOf(index = 0): DeploymentState {
    return this.router.states.of(this.deployments[index] ?? madeUpDeployment());
  }
}
