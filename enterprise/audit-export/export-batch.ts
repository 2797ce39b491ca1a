/** What is exported at once: entries of the audit log, and a signed checkpoint where one is due. Made again, it is the same to the byte. */
import { createPublicKey, hash, sign, type KeyObject } from 'node:crypto';
import type { AuditEntry } from '#src/database/database-client.js';
import type { AuditHeadState } from '#src/management/audit/verify-chain.js';

/** An entry as it is sent: everything that its hash covers, in the form in which it is hashed. */
export interface EntryRecord {
  readonly type: 'audit_entry';
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly actor_role: string;
  readonly actor_key: string;
  readonly address: string;
  readonly action: string;
  readonly object_kind: string;
  readonly object_id: string;
  /** JSON as text. */
  readonly before: string | null;
  readonly after: string | null;
  readonly previous: string;
  readonly hash: string;
}

/** Says that the log held this very entry at that time. */
export interface CheckpointRecord {
  readonly type: 'audit_checkpoint';
  readonly sequence: number;
  readonly hash: string;
  readonly time: string;
  /** Of the public key: the first 16 hexadecimal digits of the SHA-256 of its SPKI form. */
  readonly key_id: string;
  /** Ed25519 over `checkpointText`, base64. */
  readonly signature: string;
}

export type ExportRecord = EntryRecord | CheckpointRecord;

export interface ExportBatch {
  /** The entries' first and last sequence; for a checkpoint alone, both are its. */
  readonly first: bigint;
  readonly last: bigint;
  /** In order; a checkpoint comes last. */
  readonly records: readonly ExportRecord[];
}

export function entryRecord(entry: AuditEntry): EntryRecord {
  return {
    type: 'audit_entry',
    sequence: Number(entry.sequence),
    at: entry.at.toISOString(),
    actor: entry.actor,
    actor_role: entry.actorRole,
    actor_key: entry.actorKey,
    address: entry.address,
    action: entry.action,
    object_kind: entry.objectKind,
    object_id: entry.objectId,
    before: entry.before,
    after: entry.after,
    previous: entry.previous,
    hash: entry.hash,
  };
}

/** What is signed. */
export function checkpointText({ sequence, hash: of, time }: Omit<CheckpointRecord, 'signature'>): string {
  return `tollgate-audit-checkpoint\n${sequence}\n${of}\n${time}`;
}

export function checkpointRecord(state: AuditHeadState, atMs: number, privateKey: KeyObject): CheckpointRecord {
  const claims = {
    type: 'audit_checkpoint',
    sequence: Number(state.sequence),
    hash: state.hash,
    time: new Date(atMs).toISOString(),
    key_id: keyIdOf(privateKey),
  } as const;
  return { ...claims, signature: sign(null, Buffer.from(checkpointText(claims)), privateKey).toString('base64') };
}

function keyIdOf(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return hash('sha256', spki, 'hex').slice(0, 16);
}
