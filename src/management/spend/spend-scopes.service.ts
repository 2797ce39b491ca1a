/** Reads from the database what of the ledger a caller may see. */
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { DatabaseService } from '../../database/database.service.js';
import type { SpendScope } from './spend-scope.js';

@Injectable()
export class SpendScopes {
  constructor(
    private readonly scopes: AccessScopes,
    private readonly database: DatabaseService,
  ) {}

  /** @throws GatewayError `database_unavailable` */
  async of(principal: Principal): Promise<SpendScope> {
    const scope = await this.scopes.of(principal);
    const organizationIds = [...scope.administeredOrganizations];
    const administered = [...scope.teams].filter(([, { role }]) => role === 'admin').map(([teamId]) => teamId);
    const ofOrganizations = await this.#teamsOf(organizationIds);
    return {
      everything: scope.everything !== 'none',
      userId: scope.userId,
      keyHash: principal.keyHash,
      teamIds: [...new Set([...administered, ...ofOrganizations])],
      organizationIds,
    };
  }

  async #teamsOf(organizationIds: readonly string[]): Promise<string[]> {
    if (organizationIds.length === 0) return [];
    const where = { organizationId: { in: [...organizationIds] } };
    const teams = await this.database.run((client) => client.team.findMany({ where, select: { id: true } }));
    return teams.map(({ id }) => id);
  }
}
