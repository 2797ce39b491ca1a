/** Deletes responses whose time is over, each hour and in batches, so that no statement holds the database up. */
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from '../../database/database-options.js';
import { StoredResponseRepository } from './stored-response.repository.js';

const rowsInOneBatch = 500;
const betweenSweepsMs = 3_600_000;

@Injectable()
export class ResponseRetentionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('StoredResponses');
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly repository: StoredResponseRepository,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {}

  onApplicationBootstrap(): void {
    this.scheduleNext();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** @throws GatewayError `database_unavailable` */
  async sweep(): Promise<void> {
    const now = new Date(this.runtime.clock.now());
    while (!this.stopped && (await this.repository.deleteExpired(now, rowsInOneBatch)));
  }

  /** Processes that start together do not sweep together. */
  private scheduleNext(): void {
    const delayMs = betweenSweepsMs * (0.5 + this.runtime.random());
    this.cancel = this.runtime.timer.schedule(() => {
      void this.sweep()
        .catch((error: unknown) => this.report(error))
        .then(() => {
          if (!this.stopped) this.scheduleNext();
        });
    }, delayMs);
  }

  /** What is left is deleted the next time. */
  private report(error: unknown): void {
    if (error instanceof GatewayError && error.code === 'database_unavailable') return;
    this.logger.error({ message: 'Expired responses could not be deleted.', cause: error });
  }
}
