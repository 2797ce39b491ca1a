/** Sets users' passwords: what the policy asks of them, and how one's own is changed. */
import { Injectable } from '@nestjs/common';
import { SettingsService } from '../../../config/settings.service.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import { userTopic } from '../../../database/change-topics.js';
import type { User } from '../../../database/database-client.js';
import type { Actor } from '../../writes/actor.js';
import { ManagementWrites } from '../../writes/management-writes.service.js';
import type { ChangePasswordBody } from '../user.dto.js';
import { UserRepository } from '../user.repository.js';
import { AttemptThrottle } from './attempt-throttle.js';
import { hashPassword, verifyPassword } from './password-hash.js';
import { checkPassword } from './password-policy.js';

@Injectable()
export class UserPasswords {
  constructor(
    private readonly users: UserRepository,
    private readonly writes: ManagementWrites,
    private readonly throttle: AttemptThrottle,
    private readonly settings: SettingsService,
  ) {}

  /** @throws GatewayError `invalid_request` for one that the policy does not take */
  hashFor(user: Pick<User, 'id' | 'email'>, password: string): Promise<string> {
    checkPassword(password, this.settings.current().identity.passwords, [user.id, user.email]);
    return hashPassword(password);
  }

  /** Whoever has a key of the user has to know the password as well. */
  async change(body: ChangePasswordBody, actor: Actor): Promise<{ user_id: string; message: string }> {
    const { userId } = actor.principal;
    const user = userId === undefined ? null : await this.users.find(userId);
    if (!user) throw invalid('current_password', 'This key belongs to no user, so there is no password to change.');
    const who = `user ${user.id}`;
    this.throttle.check(who);
    this.throttle.check(actor.address);
    if (!(await verifyPassword(user.row.passwordHash, body.current_password))) {
      this.throttle.failed(who);
      this.throttle.failed(actor.address);
      throw invalid('current_password', 'The current password is not right. Without one, ask for an invitation.');
    }
    if (body.new_password === body.current_password)
      throw invalid('new_password', 'The new password must differ from the current one.');
    const passwordHash = await this.hashFor(user.row, body.new_password);
    await this.writes.run(actor, async ({ tx, audit, changed }) => {
      await this.users.update(tx, user.id, { passwordHash }, actor.name);
      audit({ action: 'user.password', objectKind: 'user', objectId: user.id, after: { password_changed: true } });
      changed(userTopic, user.id);
    });
    return { user_id: user.id, message: 'Password updated successfully.' };
  }
}

function invalid(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
