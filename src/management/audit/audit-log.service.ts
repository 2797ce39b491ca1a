/** Appends to the audit log: a chain of hashes with a sequence, in the transaction of the change that it tells of. */
import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import type { AuditEntry, TransactionClient } from '../../database/database-client.js';
import type { Actor } from '../writes/actor.js';
import { AUDIT_SECRET_KEY } from './audit-secret-key.js';
import { withoutSecrets } from './without-secrets.js';

/** What was done to what. `before` and `after` are JSON values; secrets in them are replaced by HMACs. */
export interface AuditRecord {
  /** Such as `key.generate`. */
  readonly action: string;
  /** Such as `key`. */
  readonly objectKind: string;
  readonly objectId: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const headId = 1;
/** What the first entry follows. */
export const chainStart = '0'.repeat(64);

@Injectable()
export class AuditLog {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_SECRET_KEY) private readonly secretKey: Buffer,
  ) {}

  /** The head's row stays locked until the transaction ends: append late, and end soon. */
  async append(tx: TransactionClient, actor: Actor, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    const head = await tx.auditHead.upsert({
      where: { id: headId },
      create: { id: headId, sequence: BigInt(records.length), hash: chainStart },
      update: { sequence: { increment: BigInt(records.length) } },
    });
    let sequence = head.sequence - BigInt(records.length);
    let previous = head.hash;
    const at = new Date(this.clock.now());
    const entries: AuditEntry[] = [];
    for (const { action, objectKind, objectId, before, after } of records) {
      sequence += 1n;
      const entry = {
        sequence,
        at,
        actor: actor.name,
        actorRole: actor.role,
        actorKey: actor.keyHash,
        address: actor.address,
        action,
        objectKind,
        objectId,
        before: this.#text(before),
        after: this.#text(after),
        previous,
      };
      previous = entryHash(entry);
      entries.push({ ...entry, hash: previous });
    }
    await tx.auditEntry.createMany({ data: entries });
    await tx.auditHead.update({ where: { id: headId }, data: { hash: previous } });
  }

  #text(value: unknown): string | null {
    return value === undefined ? null : JSON.stringify(withoutSecrets(value, this.secretKey));
  }
}

/** The hash of an entry: over all that it says, and over the hash of the one before it. Hex. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, at, actor, actorRole, actorKey, address, action, objectKind, objectId, before, after, previous } =
    entry;
  const parts = [
    String(sequence),
    at.toISOString(),
    actor,
    actorRole,
    actorKey,
    address,
    action,
    objectKind,
    objectId,
    before,
    after,
    previous,
  ];
  return hash('sha256', JSON.stringify(parts), 'hex');
}
