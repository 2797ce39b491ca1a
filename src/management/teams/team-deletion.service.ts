/** Deletes teams with their keys and memberships; users and projects stay, and what was deleted is kept to be looked at. */
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import { checkFewKeys } from '../deletions/remove-keys.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import type { Actor } from '../writes/actor.js';
import { administers, noAccessToTeam, standingIn, teamNotFound } from './team-rules.js';
import { TeamRemoval } from './team-removal.service.js';
import { TeamRepository } from './team.repository.js';
import type { TeamWithMembers } from './stored-team.js';

@Injectable()
export class TeamDeletion {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly teams: TeamRepository,
    private readonly removal: TeamRemoval,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All of them or none. */
  async delete(teamIds: readonly string[], actor: Actor): Promise<{ deleted_teams: string[]; deleted_keys: number }> {
    const ids = [...new Set(teamIds)];
    const scope = await this.scopes.of(actor.principal);
    const at = new Date(this.clock.now());
    return this.writes.run(actor, async (write) => {
      // A write comes first: members and keys that are being added wait, and find the team gone.
      await write.tx.team.updateMany({ where: { id: { in: ids } }, data: { updatedBy: actor.name } });
      const found = await this.teams.findAll(write.tx, ids);
      checkMayDelete(scope, ids, found);
      await checkFewKeys(write, { teamId: { in: ids } });
      let keys = 0;
      for (const team of found) keys += await this.removal.remove(write, team, { by: actor.name, at });
      return { deleted_teams: ids, deleted_keys: keys };
    });
  }
}

/** @throws GatewayError for the first team that is missing or closed to the caller; members of a team do not delete it */
function checkMayDelete(scope: AccessScope, ids: readonly string[], found: readonly TeamWithMembers[]): void {
  for (const id of ids) {
    const team = found.find((row) => row.id === id);
    if (!team) throw teamNotFound(scope, id);
    if (!administers(standingIn(scope, team))) throw noAccessToTeam(id);
  }
}
