/** Gives a key a new value: the old one ends at once, or goes on working for a grace period. */
import { Injectable } from '@nestjs/common';
import { keyHash } from '../../auth/key-hash.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Actor } from '../writes/actor.js';
import { forbiddenKey, mayRenewKey, mayUpdateKey } from './key-access.js';
import type { RegenerateKeyBody } from './key-bodies.dto.js';
import { KeyChanger } from './key-changer.service.js';
import { newKeyValue } from './key-issuer.service.js';
import { KeyRepository } from './key.repository.js';
import { KeyRules, keyTaken } from './key-rules.service.js';
import { shortNameOf, tokenOf } from './key-token.js';
import { keyView } from './key-view.js';
import { KeyWrites } from './key-writes.service.js';

export const regenerateRoute = '/key/regenerate';

@Injectable()
export class KeyRenewal {
  constructor(
    private readonly writes: KeyWrites,
    private readonly changer: KeyChanger,
    private readonly rules: KeyRules,
    private readonly keys: KeyRepository,
  ) {}

  /** The new key with its row: one of the two answers that ever hold a key itself. */
  async regenerate(body: RegenerateKeyBody, actor: Actor): Promise<Record<string, unknown>> {
    const { key: asked, new_key: given, grace_period: grace, new_master_key: _none, ...changes } = body;
    if (asked == null && actor.principal.isMaster) {
      const reason = 'Say which key: give `key`. The master key is changed where it is configured.';
      throw new GatewayError('invalid_request', { param: 'key', facts: { reason } });
    }
    this.rules.checkCustomKey(given, 'new_key');
    const value = given ?? newKeyValue();
    const token = keyHash(value);
    const validUntil = this.rules.graceUntil(grace);
    return this.writes.run(actor, async (write) => {
      const { tx, scope, forget, record } = write;
      const { state, ownership } = await this.changer.find(write, { key: asked ?? actor.keyHash });
      if (!mayRenewKey(scope, ownership, regenerateRoute)) throw forbiddenKey();
      const isChanged = Object.values(changes).some((field) => field !== undefined);
      if (isChanged && !mayUpdateKey(scope, ownership, '/key/update')) throw forbiddenKey();
      const old = state.row.token;
      if (token === old || (await tx.replacedKey.findUnique({ where: { token } }))) throw keyTaken('new_key');
      if (isChanged) await this.changer.apply(write, state, ownership, changes);
      for (const former of await this.keys.formerTokens(tx, [old])) forget(former);
      await this.keys.replace(tx, old, { token, keyName: shortNameOf(value), updatedBy: actor.name });
      const now = this.rules.now();
      // Written without a grace period too: what is still running under the old value belongs to the new one.
      const replaced = { currentToken: token, validUntil: validUntil ?? now, replacedAt: now };
      await tx.replacedKey.create({ data: { token: old, ...replaced } });
      forget(old);
      const after = (await this.keys.find(tx, token)) ?? state;
      const view = keyView(after, now.getTime());
      record({
        action: 'key.regenerate',
        token,
        before: { ...keyView(state, now.getTime()), token_id: old },
        after: view,
      });
      return { key: value, token, token_id: token, ...view };
    });
  }

  /** The key that a path names. */
  regenerateOne(key: string, body: RegenerateKeyBody, actor: Actor): Promise<Record<string, unknown>> {
    if (body.key != null && tokenOf(body.key) !== tokenOf(key)) {
      const reason = '`key` differs from the key in the path. Leave it out.';
      throw new GatewayError('invalid_request', { param: 'key', facts: { reason } });
    }
    return this.regenerate({ ...body, key }, actor);
  }
}
