/** The limits of projects: written, and held below those of their team. */
import { Injectable } from '@nestjs/common';
import { limitsTopic } from '../../database/change-topics.js';
import type { Project, Team } from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { checkWithin } from '../ceilings/ceilings.js';
import { isEmptyPatch, limitPatchOf, type LimitBody } from '../limit-fields/limit-fields.js';
import { modelsOf } from '../teams/stored-team.js';
import { checkBudgetExists } from '../teams/team-limits.service.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';

/** Projects have no temporary increases. */
const noIncrease = (): Date => new Date(0);

@Injectable()
export class ProjectLimits {
  constructor(private readonly limits: LimitDefinitions) {}

  /**
   * @param isPlaced it is new in its team, so that all that it has must fit
   * @throws GatewayError `invalid_request` for more than the team has
   */
  async write(
    { tx, changed }: ManagementWrite,
    project: Project,
    team: Team | null,
    { models, ...body }: LimitBody & { readonly models?: unknown },
    isPlaced: boolean,
  ): Promise<void> {
    const owner = ownerOf('project', project.id);
    const patch = limitPatchOf(body, noIncrease);
    if (!isEmptyPatch(patch)) {
      await checkBudgetExists(tx, patch.budgetId);
      await this.limits.write(tx, owner, patch);
      changed(limitsTopic, owner);
    }
    if (!team) return;
    const teamOwner = ownerOf('team', team.id);
    const states = await this.limits.read(tx, [owner, teamOwner]);
    const ceiling = { of: 'the team', models: modelsOf(team), limits: states.get(teamOwner)?.effective ?? {} };
    checkWithin(
      {
        models: isPlaced || models !== undefined ? modelsOf(project) : undefined,
        limits: isPlaced || !isEmptyPatch(patch) ? (states.get(owner)?.effective ?? {}) : undefined,
      },
      ceiling,
    );
  }

  async remove({ tx, changed }: ManagementWrite, projectId: string): Promise<void> {
    const owner = ownerOf('project', projectId);
    await this.limits.remove(tx, [owner]);
    changed(limitsTopic, owner);
  }
}
