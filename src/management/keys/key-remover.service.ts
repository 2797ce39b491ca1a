/** Deletes virtual keys; what they were is kept for whoever looks for them. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Prisma } from '../../database/database-client.js';
import type { Actor } from '../writes/actor.js';
import { mayRenewKey } from './key-access.js';
import type { DeleteKeysBody } from './key-bodies.dto.js';
import { KeyOwners } from './key-owners.service.js';
import { deletedKeyKind, KeyRepository } from './key.repository.js';
import { KeyRules } from './key-rules.service.js';
import { tokenOf } from './key-token.js';
import { keyView } from './key-view.js';
import { KeyWrites } from './key-writes.service.js';

const deleteRoute = '/key/delete';

@Injectable()
export class KeyRemover {
  constructor(
    private readonly writes: KeyWrites,
    private readonly owners: KeyOwners,
    private readonly rules: KeyRules,
    private readonly keys: KeyRepository,
  ) {}

  /** All of them or none: a list with a key that does not exist, or is not the caller's to delete, changes nothing. */
  async delete(body: DeleteKeysBody, actor: Actor): Promise<{ deleted_keys: readonly string[] }> {
    const named = body.keys ?? [];
    const aliases = body.key_aliases ?? [];
    const tokens = [...new Set(named.map(tokenOf))];
    await this.writes.run(actor, async ({ tx, scope, forget, record }) => {
      const byToken = await this.keys.findMany(tx, { token: { in: tokens } });
      const byAlias = await this.keys.findMany(tx, { keyAlias: { in: aliases } });
      const found = new Map([...byToken, ...byAlias].map((state) => [state.row.token, state]));
      const states = [...found.values()];
      const ownerships = await this.owners.ownershipsOf(
        tx,
        states.map(({ row }) => row),
      );
      const isMissing =
        byToken.length < tokens.length || aliases.some((alias) => !byAlias.some(({ row }) => row.keyAlias === alias));
      const isForeign = states.some(({ row }) => !mayRenewKey(scope, ownerships.get(row.token) ?? {}, deleteRoute));
      if (isMissing || isForeign) throw notThese(scope, body);
      const all = [...found.keys()];
      for (const former of await this.keys.formerTokens(tx, all)) forget(former);
      await this.keys.delete(tx, all);
      const deletedAt = this.rules.now();
      for (const state of states) {
        const { token, keyAlias } = state.row;
        const data = keyView(state, deletedAt.getTime());
        const kept = { kind: deletedKeyKind, id: token, alias: keyAlias, deletedAt, deletedBy: actor.name };
        await tx.deletedObject.create({ data: { ...kept, data: data as Prisma.InputJsonObject } });
        record({ action: 'key.delete', token, before: data });
      }
    });
    return { deleted_keys: [...named, ...aliases] };
  }
}

function notThese({ everything }: AccessScope, body: DeleteKeysBody): GatewayError {
  const param = body.keys ? 'keys' : 'key_aliases';
  if (everything === 'none') {
    const reason = 'You are not allowed to delete some of these keys. Nothing was deleted.';
    return new GatewayError('forbidden', { param, facts: { reason } });
  }
  return new GatewayError('object_not_found', {
    param,
    facts: { reason: 'Some of the given keys do not exist. Nothing was deleted.' },
  });
}
