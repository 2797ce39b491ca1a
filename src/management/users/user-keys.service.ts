/** The keys of users that are made and deleted with them. */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { keyHash } from '../../auth/key-hash.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { keyTopic } from '../../database/change-topics.js';
import type { VirtualKey } from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { removeKeys } from '../deletions/remove-keys.js';
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
  async deleteAll(write: ManagementWrite, userId: string, by: string): Promise<void> {
    await removeKeys(write, this.limits, { userId }, { by, at: new Date(this.clock.now()) });
  }

  #expiry(duration: string | null): Date | null {
    if (duration === null) return null;
    const expiry = addDuration(new Date(this.clock.now()), duration);
    if (expiry) return expiry;
    const reason = '`duration` must be a whole number with a unit: 30s, 30m, 30h, 30d, 2w or 1mo.';
    throw new GatewayError('invalid_request', { param: 'duration', facts: { reason } });
  }
}
