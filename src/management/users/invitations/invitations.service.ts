/** Makes, shows and withdraws invitations: links by which users set their password. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../auth/principal.js';
import type { AccessScope } from '../../../auth/scope/access-scope.js';
import { AccessScopes } from '../../../auth/scope/access-scopes.service.js';
import { CLOCK } from '../../../config/ports.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Clock } from '../../../core/spec/clock.js';
import type { Invitation, TransactionClient } from '../../../database/database-client.js';
import type { Actor } from '../../writes/actor.js';
import { ManagementWrites } from '../../writes/management-writes.service.js';
import { foreignUser, forbidden, mayManageUser, maySeeUser } from '../user-rules.js';
import { UserRepository } from '../user.repository.js';
import { invitationView, type InvitationAnswer, type NewInvitation } from './invitation.dto.js';
import { InvitationRepository } from './invitation.repository.js';
import { invitationTokenHash, newInvitationToken } from './invitation-token.js';

const validMs = 7 * 86_400_000;

@Injectable()
export class InvitationsService {
  constructor(
    private readonly invitations: InvitationRepository,
    private readonly users: UserRepository,
    private readonly scopes: AccessScopes,
    private readonly writes: ManagementWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whoever has the link is the user: only those may make one who may manage that user. */
  async create(userId: string, actor: Actor): Promise<NewInvitation> {
    const scope = await this.scopes.of(actor.principal);
    const token = newInvitationToken();
    return this.writes.run(actor, async ({ tx, audit }) => {
      const user = await this.users.find(userId, tx);
      if (scope.everything !== 'write' && (!user || !mayManageUser(scope, user))) throw foreignUser();
      if (!user) throw missing('user_id', `User not found, passed user_id=${userId}. Make it by /user/new.`);
      const expiresAt = new Date(this.clock.now() + validMs);
      const data = { id: randomUUID(), userId, tokenHash: invitationTokenHash(token), expiresAt };
      const view = invitationView(await this.invitations.create(tx, data, actor.name));
      audit({ action: 'invitation.create', objectKind: 'invitation', objectId: view.id, after: view });
      return { ...view, token };
    });
  }

  async info(id: string, principal: Principal): Promise<InvitationAnswer> {
    const scope = await this.scopes.of(principal);
    const row = await this.invitations.find(id);
    if (scope.everything === 'none') {
      const user = row && (await this.users.find(row.userId));
      if (!user || !maySeeUser(scope, user)) throw foreignInvitation();
    }
    if (!row) throw missingInvitation();
    return invitationView(row);
  }

  /** Marked as used: the link opens nothing any more. */
  async accept(id: string, actor: Actor): Promise<InvitationAnswer> {
    const scope = await this.scopes.of(actor.principal);
    return this.writes.run(actor, async ({ tx, audit }) => {
      const row = await this.#manageable(tx, id, scope);
      await this.invitations.accept(tx, id, actor.name);
      const after = invitationView((await this.invitations.find(id, tx)) ?? row);
      audit({
        action: 'invitation.update',
        objectKind: 'invitation',
        objectId: id,
        before: invitationView(row),
        after,
      });
      return after;
    });
  }

  async delete(id: string, actor: Actor): Promise<InvitationAnswer> {
    const scope = await this.scopes.of(actor.principal);
    return this.writes.run(actor, async ({ tx, audit }) => {
      const before = invitationView(await this.#manageable(tx, id, scope));
      await this.invitations.delete(tx, id);
      audit({ action: 'invitation.delete', objectKind: 'invitation', objectId: id, before });
      return before;
    });
  }

  async #manageable(tx: TransactionClient, id: string, scope: AccessScope): Promise<Invitation> {
    const row = await this.invitations.find(id, tx);
    if (scope.everything !== 'write') {
      const user = row && (await this.users.find(row.userId, tx));
      if (!user || !mayManageUser(scope, user)) throw foreignInvitation();
    }
    if (!row) throw missingInvitation();
    return row;
  }
}

function missing(param: string, reason: string): GatewayError {
  return new GatewayError('object_not_found', { param, facts: { reason } });
}

function missingInvitation(): GatewayError {
  return missing('invitation_id', 'Invitation id does not exist in the database.');
}

function foreignInvitation(): GatewayError {
  return forbidden('You are not allowed to access this invitation, or there is none with this id.', 'invitation_id');
}
