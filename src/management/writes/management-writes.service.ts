/** The one way in which management changes the database: the change, its audit entries and its feed events are one transaction. */
import { Injectable, Optional } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { ChangeFeedRepository } from '../../database/change-feed.repository.js';
import type { TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { AuditLog, type AuditRecord } from '../audit/audit-log.service.js';
import type { Actor } from './actor.js';

/** What the work of one change is given. */
export interface ManagementWrite {
  readonly tx: TransactionClient;
  /** Every change tells the audit log of itself. */
  readonly audit: (record: AuditRecord) => void;
  /** Tells the caches of all processes; topics stand with whoever listens to them. */
  readonly changed: (topic: string, key: string) => void;
}

@Injectable()
export class ManagementWrites {
  constructor(
    private readonly database: DatabaseService,
    private readonly feed: ChangeFeedRepository,
    private readonly auditLog: AuditLog,
    /** Absent from a command, which lets nobody in. */
    @Optional() private readonly auth?: AuthService,
  ) {}

  /**
   * Runs `work` in a transaction, and again where it lost against other writers: it must do nothing but database work on `tx`.
   *
   * @throws what `work` throws, with nothing changed; GatewayError `database_unavailable`, and `internal` for work that announces a change
   *   and tells the audit log of none
   */
  run<T>(actor: Actor, work: (write: ManagementWrite) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      const records: AuditRecord[] = [];
      const events: (readonly [topic: string, key: string])[] = [];
      const result = await work({
        tx,
        audit: (record) => records.push(record),
        changed: (topic, key) => events.push([topic, key]),
      });
      if (records.length === 0 && events.length > 0) {
        throw new GatewayError('internal', { detail: `a change of ${events[0]?.[0]} without an audit entry` });
      }
      // Both hold a row that everybody waits for: last, and always in this order.
      await this.auditLog.append(tx, actor, records);
      await this.feed.appendAll(tx, events);
      // Other processes hear of it by the feed; here it holds at once.
      this.database.afterCommit(tx, () => {
        for (const [topic, key] of events) this.auth?.forget(topic, key);
      });
      return result;
    });
  }
}
