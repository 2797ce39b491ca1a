/** Whether this process should be sent requests: its database is there, and it is not on its way out. */
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.js';

export interface Readiness {
  readonly ready: boolean;
  readonly status: 'healthy' | 'unhealthy' | 'shutting_down';
  readonly db: 'connected' | 'Not connected';
}

@Injectable()
export class ReadinessService implements BeforeApplicationShutdown {
  private draining = false;

  constructor(private readonly database: DatabaseService) {}

  get isDraining(): boolean {
    return this.draining;
  }

  /** From now on load balancers are told to look elsewhere. */
  drain(): void {
    this.draining = true;
  }

  beforeApplicationShutdown(): void {
    this.drain();
  }

  report(): Readiness {
    const connected = this.database.status === 'ready';
    return {
      ready: connected && !this.draining,
      status: this.draining ? 'shutting_down' : connected ? 'healthy' : 'unhealthy',
      db: connected ? 'connected' : 'Not connected',
    };
  }
}
