/** The hash that chains the audit log's entries. */
import { hash } from 'node:crypto';
import type { AuditEntry } from '../../database/database-client.js';

/** What the first entry follows. */
export const chainStart = '0'.repeat(64);

/** SHA-256, in hex, over all that an entry says and over the hash of the one before it. */
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
