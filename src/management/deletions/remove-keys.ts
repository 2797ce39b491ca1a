/** Deletes the keys that hang on something that is deleted, so that they stop everywhere, and keeps what they were. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { keyTopic, limitsTopic } from '../../database/change-topics.js';
import type { Prisma, VirtualKey } from '../../database/database-client.js';
import type { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';

export interface Removal {
  readonly by: string;
  readonly at: Date;
}

/** Each key is audited and told of by itself: more of them would keep every other write waiting for too long. */
export const mostKeysAtOnce = 2_000;

/** @throws GatewayError `conflict` where one transaction would have too many keys to delete */
export async function checkFewKeys(
  { tx }: ManagementWrite,
  where: Prisma.VirtualKeyWhereInput,
  most = mostKeysAtOnce,
): Promise<void> {
  const count = await tx.virtualKey.count({ where });
  if (count <= most) return;
  const reason = `${count} keys hang on it, and at most ${most} are deleted at once. Delete keys by \`/key/delete\` first. Nothing was deleted.`;
  throw new GatewayError('conflict', { facts: { reason } });
}

/** How many rows one statement names. */
const chunkSize = 500;

/** @returns the hashes of the keys that went */
export async function removeKeys(
  write: ManagementWrite,
  limits: LimitDefinitions,
  where: Prisma.VirtualKeyWhereInput,
  removal: Removal,
): Promise<readonly string[]> {
  const rows = await write.tx.virtualKey.findMany({ where, orderBy: { token: 'asc' } });
  for (let at = 0; at < rows.length; at += chunkSize) {
    await removeChunk(write, limits, rows.slice(at, at + chunkSize), removal);
  }
  return rows.map(({ token }) => token);
}

async function removeChunk(
  { tx, audit, changed }: ManagementWrite,
  limits: LimitDefinitions,
  rows: readonly VirtualKey[],
  { by, at }: Removal,
): Promise<void> {
  const tokens = rows.map(({ token }) => token);
  const states = await limits.read(
    tx,
    tokens.map((token) => ownerOf('key', token)),
  );
  await tx.deletedObject.createMany({
    data: rows.map((row) => ({
      kind: 'key',
      id: row.token,
      alias: row.keyAlias,
      data: { ...plain(row), spend_nanos: String(states.get(ownerOf('key', row.token))?.spentNanos ?? 0n) },
      deletedAt: at,
      deletedBy: by,
    })),
  });
  const replaced = await tx.replacedKey.findMany({ where: { currentToken: { in: tokens } } });
  await tx.replacedKey.deleteMany({ where: { currentToken: { in: tokens } } });
  await tx.jwtKeyMapping.deleteMany({ where: { token: { in: tokens } } });
  await tx.virtualKey.deleteMany({ where: { token: { in: tokens } } });
  await limits.remove(tx, [...states.keys()]);
  for (const row of rows) {
    const { token, keyAlias, keyName, userId, teamId } = row;
    const before = { key_name: keyName, key_alias: keyAlias, user_id: userId, team_id: teamId };
    audit({ action: 'key.delete', objectKind: 'key', objectId: token, before });
    changed(keyTopic, token);
  }
  for (const { token } of replaced) changed(keyTopic, token);
  for (const [owner, { own, budgetId, accounts }] of states) {
    if (budgetId !== null || accounts.length > 0 || Object.keys(own).length > 0) changed(limitsTopic, owner);
  }
}

/** A row as JSON, without what is null. */
function plain(row: VirtualKey): Prisma.InputJsonObject {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]: [string, unknown]) => [name, value instanceof Date ? value.toISOString() : value]),
  ) as Prisma.InputJsonObject;
}
