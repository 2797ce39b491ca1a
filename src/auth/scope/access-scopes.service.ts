/** Reads from the database what a caller of the management API may see and change; each request anew, so that no change is missed. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { DatabaseService } from '../../database/database.service.js';
import type { Principal } from '../principal.js';
import type { AccessScope, TeamMembership } from './access-scope.js';

/** What members of every team may do, whatever else it gives them. */
export const defaultMemberPermissions: readonly string[] = ['/key/info', '/key/health'];

/** Nobody is to wait for long. */
const longestLookUpMs = 2_000;

@Injectable()
export class AccessScopes {
  constructor(private readonly database: DatabaseService) {}

  /** @throws GatewayError `database_unavailable`; 503 for whatever else keeps it from being known */
  async of(principal: Principal): Promise<AccessScope> {
    try {
      return await this.read(principal);
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw new GatewayError('authentication_unavailable', { retryAfterMs: 1_000, cause: error });
    }
  }

  private async read(principal: Principal): Promise<AccessScope> {
    const { role, userId } = principal;
    const everything = role === 'proxy_admin' ? 'write' : role === 'proxy_admin_viewer' ? 'read' : 'none';
    const fixed = { principal, everything, userId } as const;
    if (everything !== 'none' || userId === undefined) {
      return { ...fixed, teams: new Map(), administeredOrganizations: new Set(), organizations: new Set() };
    }
    const { ofTeams, ofOrganizations } = await this.database.run(
      async (client) => ({
        ofTeams: await client.teamMember.findMany({
          where: { userId },
          include: { team: { select: { organizationId: true, memberPermissions: true } } },
        }),
        ofOrganizations: await client.organizationMember.findMany({ where: { userId } }),
      }),
      longestLookUpMs,
    );
    const teams = new Map<string, TeamMembership>();
    for (const { teamId, role: inTeam, team } of ofTeams) {
      const given = team.memberPermissions as readonly string[] | null;
      const permissions = given ? [...defaultMemberPermissions, ...given] : defaultMemberPermissions;
      teams.set(teamId, {
        role: inTeam === 'admin' ? 'admin' : 'user',
        organizationId: team.organizationId,
        permissions,
      });
    }
    const administered = ofOrganizations.filter((member) => member.role === 'org_admin');
    return {
      ...fixed,
      teams,
      administeredOrganizations: new Set(administered.map(({ organizationId }) => organizationId)),
      organizations: new Set(ofOrganizations.map(({ organizationId }) => organizationId)),
    };
  }
}
