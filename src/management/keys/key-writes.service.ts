/** The transactions in which keys change: with the caller's access scope, their audit entries, and the caches told of each key. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { keyTopic, limitsTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { TransactionClient } from '../../database/database-client.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import { keyOwner } from './key.repository.js';
import { keyTaken } from './key-rules.service.js';

export interface KeyRecord {
  /** Such as `key.update`. */
  readonly action: string;
  readonly token: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface KeyWrite {
  /** For what else is changed with a key. */
  readonly change: ManagementWrite;
  readonly tx: TransactionClient;
  readonly actor: Actor;
  /** What the caller may see and change. */
  readonly scope: AccessScope;
  /** A key is other than it was: the audit log and all caches hear of it, and its limits. */
  readonly record: (record: KeyRecord) => void;
  /** A value that led to a key leads there no longer, or to another one; what was counted under it is void. */
  readonly forget: (token: string) => void;
}

@Injectable()
export class KeyWrites {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
  ) {}

  /**
   * @param work does nothing but database work: it runs again where it lost against other writers
   * @throws what `work` throws, with nothing changed; `conflict` for a key or an alias that exists already
   */
  async run<T>(actor: Actor, work: (write: KeyWrite) => Promise<T>): Promise<T> {
    const scope = await this.scopes.of(actor.principal);
    try {
      return await this.writes.run(actor, (change) => {
        const forget = (token: string): void => {
          change.changed(limitsTopic, keyOwner(token));
          change.changed(keyTopic, token);
        };
        const record = ({ action, token, before, after }: KeyRecord): void => {
          change.audit({ action, objectKind: 'key', objectId: token, before, after });
          forget(token);
        };
        return work({ change, tx: change.tx, actor, scope, record, forget });
      });
    } catch (error) {
      throw isUniqueViolation(error) ? keyTaken('key_alias', error) : error;
    }
  }
}
