/** Teams in the management API. */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { TeamCallbacks } from './team-callbacks.service.js';
import { TeamCallbacksController } from './team-callbacks.controller.js';
import { TeamCreation } from './team-creation.service.js';
import { TeamDeletion } from './team-deletion.service.js';
import { TeamLimits } from './team-limits.service.js';
import { TeamMembersController } from './team-members.controller.js';
import { TeamMembersService } from './team-members.service.js';
import { TeamMembership } from './team-membership.service.js';
import { TeamReads } from './team-reads.service.js';
import { TeamRemoval } from './team-removal.service.js';
import { TEAM_POLICY, type ReadTeamPolicy } from './team-policy.js';
import { TeamViews } from './team-views.service.js';
import { TeamWrites } from './team-writes.service.js';
import { TeamRepository } from './team.repository.js';
import { TeamsController } from './teams.controller.js';
import { TeamsService } from './teams.service.js';

@Module({})
export class TeamsModule {
  static registerAsync(policy: Pick<FactoryProvider<ReadTeamPolicy>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: TeamsModule,
      // Organizations and projects show and remove teams too.
      global: true,
      controllers: [TeamsController, TeamMembersController, TeamCallbacksController],
      providers: [
        { provide: TEAM_POLICY, inject: [], ...policy },
        TeamRepository,
        TeamViews,
        TeamWrites,
        TeamLimits,
        TeamMembership,
        TeamCreation,
        TeamsService,
        TeamMembersService,
        TeamRemoval,
        TeamDeletion,
        TeamReads,
        TeamCallbacks,
      ],
      exports: [TeamCreation, TeamMembership, TeamRemoval, TeamViews, TeamWrites],
    };
  }
}
