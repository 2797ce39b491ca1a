/** The keys of users that are made and deleted with them. */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { keyHash } from '../../auth/key-hash.js';
import { keyTopic } from '../../auth/virtual-key.repository.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import type { Prisma, VirtualKey } from '../../database/database-client.js';
import { LimitDefinitions, limitsTopic } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { addDuration } from '../keys/duration.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { keySummaryView } from './user-answers.js';

/** 256 bits: no guess, and no need for a slow hash. */
const keyBytes = 32;

export interface NewUserKey {
  readonly userId: string;
  readonly alias: string | null;
  readonly duration: string | null;
  readonly models: readonly string[];
  readonly teamId: string | null;
  readonly organizationId: string | null;
}

@Injectable()
export class UserKeys {
  constructor(
    private readonly limits: LimitDefinitions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A key without limits of its own: those of its user hold. The key itself is in the answer and nowhere else. */
  async create(write: ManagementWrite, wanted: NewUserKey, by: string): Promise<{ key: string; row: VirtualKey }> {
    const { userId, alias, duration, models, teamId, organizationId } = wanted;
    const key = `sk-${randomBytes(keyBytes).toString('base64url')}`;
    const token = keyHash(key);
    const row = await write.tx.virtualKey.create({
      data: {
        token,
        keyName: `sk-...${key.slice(-4)}`,
        keyAlias: alias,
        models: [...models],
        expires: this.#expiry(duration),
        metadata: {},
        userId,
        teamId,
        organizationId,
        createdBy: by,
        updatedBy: by,
      },
    });
    write.audit({ action: 'key.generate', objectKind: 'key', objectId: token, after: keySummaryView(row) });
    write.changed(keyTopic, token);
    return { key, row };
  }

  /** Every key of a user, and what stands for it elsewhere. */
  async deleteAll({ tx, audit, changed }: ManagementWrite, userId: string, by: string): Promise<void> {
    const keys = await tx.virtualKey.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } });
    if (keys.length === 0) return;
    const tokens = keys.map(({ token }) => token);
    const replaced = await tx.replacedKey.findMany({ where: { currentToken: { in: tokens } } });
    await tx.replacedKey.deleteMany({ where: { currentToken: { in: tokens } } });
    await tx.jwtKeyMapping.deleteMany({ where: { token: { in: tokens } } });
    await tx.virtualKey.deleteMany({ where: { token: { in: tokens } } });
    const owners = tokens.map((token) => ownerOf('key', token));
    await this.limits.remove(tx, owners);
    await tx.deletedObject.createMany({
      data: keys.map((row) => ({
        kind: 'key',
        id: row.token,
        alias: row.keyAlias,
        data: asJson(row),
        deletedAt: new Date(this.clock.now()),
        deletedBy: by,
      })),
    });
    for (const row of keys) {
      audit({ action: 'key.delete', objectKind: 'key', objectId: row.token, before: keySummaryView(row) });
      changed(keyTopic, row.token);
    }
    for (const { token } of replaced) changed(keyTopic, token);
    for (const owner of owners) changed(limitsTopic, owner);
  }

  #expiry(duration: string | null): Date | null {
    if (duration === null) return null;
    const expiry = addDuration(new Date(this.clock.now()), duration);
    if (expiry) return expiry;
    const reason = '`duration` must be a whole number with a unit: 30s, 30m, 30h, 30d, 2w or 1mo.';
    throw new GatewayError('invalid_request', { param: 'duration', facts: { reason } });
  }
}

/** A row as JSON keeps it: dates as text. */
export function asJson(row: object): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(row)) as Prisma.InputJsonObject;
}
