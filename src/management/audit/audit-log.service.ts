/** Appends to the audit log: a chain of hashes with a sequence, in the transaction of the change that it tells of. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import type { AuditEntry, TransactionClient } from '../../database/database-client.js';
import type { Actor } from '../writes/actor.js';
import { AUDIT_SECRET_KEY } from './audit-secret-key.js';
import { chainStart, entryHash } from './entry-hash.js';
import { textWithoutSecrets, withoutSecrets } from './without-secrets.js';

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
        actor: storable(actor.name),
        actorRole: actor.role,
        actorKey: actor.keyHash,
        address: storable(actor.address),
        action,
        objectKind,
        objectId: storable(textWithoutSecrets(objectId, this.secretKey)),
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

/** As both databases give it back: an entry is hashed as it will be read. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
