/** Makes the users, teams and keys that tokens name, by the same rules and with the same audit log as the routes of management. */
import { Injectable } from '@nestjs/common';
import type { IdentityRegistrar } from '../../auth/authenticators/external/identity-registrar.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { JwtMappingRepository } from '../jwt-mappings/jwt-mapping.repository.js';
import { KeyIssuer } from '../keys/key-issuer.service.js';
import { masterUserId } from '../members/member-users.js';
import { TeamCreation } from '../teams/team-creation.service.js';
import { NewUsers } from '../users/new-users.service.js';
import { tokenActor } from './token-actor.js';
import { TokenUserSync, type TokenUser } from './token-user-sync.service.js';

type Given<Method extends keyof IdentityRegistrar> = Parameters<IdentityRegistrar[Method]>[0];

@Injectable()
export class TokenRegistrar implements IdentityRegistrar {
  constructor(
    private readonly users: NewUsers,
    private readonly teams: TeamCreation,
    private readonly keys: KeyIssuer,
    private readonly mappings: JwtMappingRepository,
    private readonly sync: TokenUserSync,
  ) {}

  async createUser({ id, email, role }: Given<'createUser'>): Promise<void> {
    // Nobody becomes whoever has the master key.
    if (id === masterUserId) return;
    const body = { user_id: id, user_email: email, user_role: role, auto_create_key: false };
    await unlessThere(this.users.create(body, tokenActor));
  }

  async createTeam({ id }: Given<'createTeam'>): Promise<void> {
    await unlessThere(this.teams.create({ team_id: id }, tokenActor));
  }

  syncUser(user: TokenUser): Promise<void> {
    return this.sync.sync(user);
  }

  async registerKey(claim: Given<'registerKey'>): Promise<string> {
    const { issuer, name, value, userId, teamId, allowedRoutes } = claim;
    const body = {
      user_id: userId,
      team_id: teamId,
      allowed_routes: [...allowedRoutes],
      metadata: { auto_registered: true },
    };
    try {
      return await this.keys.register(body, tokenActor, async (change, token) => {
        const mapping = { issuer, claimName: name, claimValue: value, token, description: null };
        await this.mappings.create(change, mapping, tokenActor.name);
      });
    } catch (error) {
      const made = await this.mappings.findToken(issuer, name, value);
      if (made === null) throw error;
      return made;
    }
  }
}

/** Where another process was quicker, there is what was to be made. */
async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'conflict') throw error;
  }
}
