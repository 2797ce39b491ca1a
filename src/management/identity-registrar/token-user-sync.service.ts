/** Makes a user's role and memberships what a token says of them; what is so already is not written. */
import { Inject, Injectable } from '@nestjs/common';
import type { IdentityRegistrar } from '../../auth/authenticators/external/identity-registrar.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { TeamMembership } from '../teams/team-membership.service.js';
import { TeamWrites, type TeamChange } from '../teams/team-writes.service.js';
import { UserChanges } from '../users/user-changes.service.js';
import { UserRepository } from '../users/user.repository.js';
import { tokenActor } from './token-actor.js';

export type TokenUser = Parameters<IdentityRegistrar['syncUser']>[0];

interface Differences {
  readonly role: TokenUser['role'];
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

@Injectable()
export class TokenUserSync {
  constructor(
    private readonly users: UserRepository,
    private readonly changes: UserChanges,
    private readonly teams: TeamWrites,
    private readonly membership: TeamMembership,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async sync(given: TokenUser): Promise<void> {
    const differences = await this.#differences(given);
    try {
      await this.#apply(given.id, differences);
    } catch (error) {
      // Another process may have done the same meanwhile.
      if (!(error instanceof GatewayError) || !isNothing(await this.#differences(given))) throw error;
    }
  }

  async #differences({ id, role, teamIds }: TokenUser): Promise<Differences> {
    const user = await this.users.find(id);
    if (!user) return { role: undefined, joined: [], left: [] };
    const held = user.teams.map((team) => team.id);
    const isOther = role !== undefined && role !== user.role;
    return { role: isOther ? role : undefined, ...(await this.#memberships(held, teamIds ?? held)) };
  }

  async #memberships(
    held: readonly string[],
    wanted: readonly string[],
  ): Promise<Pick<Differences, 'joined' | 'left'>> {
    const named = wanted.filter((team) => !held.includes(team));
    return {
      joined: named.length === 0 ? [] : await this.users.existingTeams(named),
      left: held.filter((team) => !wanted.includes(team)),
    };
  }

  async #apply(id: string, { role, joined, left }: Differences): Promise<void> {
    if (role !== undefined) {
      const body = { user_id: id, user_role: role };
      await this.changes.update(id, { body, passwordHash: undefined }, tokenActor);
    }
    for (const team of joined) await this.#change('team.member_add', team, (change) => this.#join(change, id));
    for (const team of left) await this.#change('team.member_delete', team, (change) => this.#leave(change, id));
  }

  #change(action: string, teamId: string, work: (change: TeamChange) => Promise<void>): Promise<unknown> {
    return this.teams.change(tokenActor, action, teamId, work);
  }

  async #join(change: TeamChange, userId: string): Promise<void> {
    const added = await this.membership.add(change, [{ user_id: userId, role: 'user' }], { limits: {} });
    if (added.length === 0) throw overtaken();
  }

  async #leave(change: TeamChange, userId: string): Promise<void> {
    if (!change.team.members.some((member) => member.userId === userId)) throw overtaken();
    const removal = { by: tokenActor.name, at: new Date(this.clock.now()) };
    await this.membership.remove(change, userId, removal);
  }
}

function isNothing({ role, joined, left }: Differences): boolean {
  return role === undefined && joined.length === 0 && left.length === 0;
}

/** Rolled back: nothing is written, nor told of, that was so already. */
function overtaken(): GatewayError {
  const reason = 'Somebody else has changed the members of the team meanwhile.';
  return new GatewayError('conflict', { facts: { reason } });
}
