/** Checks every deployment now and then, where the operator wants it, and keeps the last result. */
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { SettingsService } from '../config/settings.service.js';
import { HealthBoard } from '../core/router/health-board.js';
import { allDeployments } from './checked-deployments.js';
import { HealthChecksService, serviceAccount } from './health-checks.service.js';
import type { Finding } from './health-report.js';

/** A result is believed until the round after the next one is late. */
const roundsOfBelief = 2;

@Injectable()
export class BackgroundChecksService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Health');
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private findings: readonly Finding[] | undefined;
  private unsubscribe: (() => void) | undefined;
  private ended = false;

  constructor(
    private readonly checks: HealthChecksService,
    private readonly catalog: CatalogService,
    private readonly settings: SettingsService,
    private readonly board: HealthBoard,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.settings.onChange(() => () => this.schedule(0));
    this.schedule(0);
  }

  /** The ledger closes after this: what is still asked must have settled. */
  async beforeApplicationShutdown(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
    await this.round;
  }

  /** Of the last round, or of the first once it has ended; undefined where there are none. */
  async latest(): Promise<readonly Finding[] | undefined> {
    if (!this.settings.general.healthChecks.inBackground) return undefined;
    if (this.findings === undefined) await this.round;
    return this.findings;
  }

  /** One round at a time, and the next one only when it has ended: slow models never pile up. */
  private schedule(afterMs: number): void {
    clearTimeout(this.timer);
    const { inBackground } = this.settings.general.healthChecks;
    if (!inBackground) {
      this.findings = undefined;
      this.board.clear();
    }
    if (!inBackground || this.ended || this.round) return;
    this.timer = setTimeout(() => this.start(), afterMs).unref();
  }

  private start(): void {
    this.round = this.run()
      .catch((error: unknown) => this.logger.error({ message: 'A round of health checks failed', cause: error }))
      .finally(() => {
        this.round = undefined;
        this.schedule(this.settings.general.healthChecks.intervalMs);
      });
  }

  private async run(): Promise<void> {
    const due = allDeployments(this.catalog.current()).filter(
      ({ modelInfo }) => modelInfo['disable_background_health_check'] !== true,
    );
    const findings = await this.checks.check(due, serviceAccount);
    const { inBackground, intervalMs } = this.settings.general.healthChecks;
    if (!inBackground) return;
    this.findings = findings;
    const known = findings.filter(({ state }) => state !== 'unchecked');
    const isHealthy = new Map(known.map(({ deployment, state }) => [deployment.id, state === 'healthy']));
    this.board.replace(isHealthy, intervalMs * roundsOfBelief);
  }
}
