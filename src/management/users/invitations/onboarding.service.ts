/** Lets whoever has an invitation's link set the password of its user: once, and before it expires. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import { userTopic } from '../../../database/change-topics.js';
import type { Invitation } from '../../../database/database-client.js';
import type { Actor } from '../../writes/actor.js';
import { ManagementWrites } from '../../writes/management-writes.service.js';
import { UserPasswords } from '../passwords/user-passwords.service.js';
import { UserRepository, type KnownUser } from '../user.repository.js';
import type { ClaimBody } from './invitation.dto.js';
import { InvitationRepository } from './invitation.repository.js';
import { invitationTokenHash } from './invitation-token.js';
import { OnboardingSessions } from './onboarding-sessions.js';

@Injectable()
export class OnboardingService {
  constructor(
    private readonly invitations: InvitationRepository,
    private readonly users: UserRepository,
    private readonly passwords: UserPasswords,
    private readonly writes: ManagementWrites,
    private readonly sessions: OnboardingSessions,
  ) {}

  /** @throws GatewayError `invalid_invitation`, the same for all that is wrong with it */
  async open(token: string): Promise<{ token: string; user_id: string; user_email: string | null }> {
    const { user, invitation } = await this.#valid(token);
    const session = this.sessions.open(invitation.tokenHash);
    return { token: session, user_id: user.id, user_email: user.row.email };
  }

  /** @param session what `open` gave, as a bearer token */
  async claim(
    body: ClaimBody,
    session: string,
    address: string,
  ): Promise<{ user_id: string; user_email: string | null }> {
    const { user, invitation } = await this.#valid(body.invitation_link);
    const isOpen = this.sessions.isOpen(invitation.tokenHash, session);
    if (!isOpen || user.id !== body.user_id) throw new GatewayError('invalid_invitation');
    const passwordHash = await this.passwords.hashFor(user.row, body.password);
    await this.writes.run(claimant(user, address), async ({ tx, audit, changed }) => {
      if (!(await this.invitations.accept(tx, invitation.id, user.id))) throw new GatewayError('invalid_invitation');
      await this.invitations.voidOthers(tx, user.id, user.id);
      await this.users.update(tx, user.id, { passwordHash }, user.id);
      audit({
        action: 'invitation.claim',
        objectKind: 'user',
        objectId: user.id,
        after: { password_changed: true, invitation_id: invitation.id },
      });
      changed(userTopic, user.id);
    });
    return { user_id: user.id, user_email: user.row.email };
  }

  async #valid(token: string): Promise<{ user: KnownUser; invitation: Invitation }> {
    const invitation = await this.invitations.findOpen(invitationTokenHash(token));
    const user = invitation && (await this.users.find(invitation.userId));
    if (!invitation || !user || user.row.blocked) throw new GatewayError('invalid_invitation');
    return { user, invitation };
  }
}

/** The link stands for a key: who has it is the user. */
function claimant({ id, role }: KnownUser, address: string): Actor {
  const principal = {
    role: role === 'internal_user_viewer' ? 'internal_user_viewer' : 'internal_user',
    keyHash: '',
    keyAlias: undefined,
    userId: id,
    teamId: undefined,
    models: [],
    tags: [],
  } as const;
  return { principal, name: id, role, keyHash: '', address };
}
