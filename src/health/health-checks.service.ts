/** Asks deployments whether they answer: a bounded number at once, and each of them once at a time for one account. */
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { MODEL_CALLER } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { CallAccount, Deployment, ModelCaller } from '../core/spec/index.js';
import type { Finding } from './health-report.js';
import { probeRequest, type ProbeRequest } from './probe-request.js';

/** LiteLLM's name for whoever pays for checks that no key has asked for, and the tag of all of them. */
const serviceName = 'litellm-internal-health-check';

/** Checks that the gateway makes by itself, or for an administrator. */
export const serviceAccount: CallAccount = {
  keyHash: serviceName,
  keyAlias: serviceName,
  userId: undefined,
  teamId: undefined,
  tags: [serviceName],
};

/** For checks that a key has asked for: they are its own. */
export function accountOf({ keyHash, keyAlias, userId, teamId, tags }: CallAccount): CallAccount {
  return { keyHash, keyAlias, userId, teamId, tags: [...tags, serviceName] };
}

@Injectable()
export class HealthChecksService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Health');
  /** By account and deployment. */
  private readonly running = new Map<string, Promise<Finding>>();
  private readonly waiting: (() => void)[] = [];
  private active = 0;
  private readonly shutdown = new AbortController();

  constructor(
    @Inject(MODEL_CALLER) private readonly models: ModelCaller,
    private readonly settings: SettingsService,
  ) {}

  beforeApplicationShutdown(): void {
    this.shutdown.abort();
  }

  /** In the order of `deployments`. */
  check(deployments: readonly Deployment[], account: CallAccount): Promise<readonly Finding[]> {
    return Promise.all(deployments.map((deployment) => this.checkOnce(deployment, account)));
  }

  /** @param asked the mode and members of the request, where they are not those of the deployment's `model_info` */
  async checkAs(
    deployment: Deployment,
    asked: { readonly mode?: string; readonly params?: Readonly<Record<string, unknown>> },
    account: CallAccount,
  ): Promise<Finding> {
    const probe = probeRequest(deployment, asked);
    if ('reason' in probe) return { state: 'unchecked', deployment, reason: probe.reason };
    await this.enter();
    try {
      return await this.ask(deployment, probe, account);
    } finally {
      this.leave();
    }
  }

  /** Whoever asks while a check is running gets its result. */
  private checkOnce(deployment: Deployment, account: CallAccount): Promise<Finding> {
    const key = `${account.keyHash} ${deployment.id}`;
    const known = this.running.get(key);
    if (known) return known;
    const check = this.checkAs(deployment, {}, account).finally(() => this.running.delete(key));
    this.running.set(key, check);
    return check;
  }

  private async ask(deployment: Deployment, probe: ProbeRequest, account: CallAccount): Promise<Finding> {
    try {
      const { headers } = await this.models.call({ ...probe, account, signal: this.shutdown.signal });
      return { state: 'healthy', deployment, headers };
    } catch (thrown) {
      const error = thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown });
      if (error.code === 'internal') this.logger.error({ message: 'A health check failed', cause: thrown });
      return { state: 'unhealthy', deployment, error };
    }
  }

  private async enter(): Promise<void> {
    if (this.active >= this.settings.general.healthChecks.mostAtOnce)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.active += 1;
  }

  /** A place goes from hand to hand. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.active -= 1;
  }
}
