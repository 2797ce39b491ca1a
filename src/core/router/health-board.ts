/** What background health checks have found out: for whoever chooses deployments, and leaves out those that do not answer. */
import type { Clock } from '../spec/clock.js';

interface Finding {
  readonly isHealthy: boolean;
  /** Monotonic milliseconds. */
  readonly until: number;
}

export class HealthBoard {
  private findings: ReadonlyMap<string, Finding> = new Map();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** True where nothing is known, or nothing recent: an absent check takes no deployment out of service. */
  isHealthy(deploymentId: string): boolean {
    const finding = this.findings.get(deploymentId);
    return finding === undefined || finding.isHealthy || this.clock.monotonic() > finding.until;
  }

  /**
   * The findings of a whole round, in place of those before it.
   *
   * @param validMs for how long they are believed
   */
  replace(isHealthy: ReadonlyMap<string, boolean>, validMs: number): void {
    const until = this.clock.monotonic() + validMs;
    this.findings = new Map([...isHealthy].map(([id, healthy]) => [id, { isHealthy: healthy, until }]));
  }

  /** Nothing is known any more. */
  clear(): void {
    this.findings = new Map();
  }
}
