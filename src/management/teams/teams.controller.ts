/** The routes of teams. */
import { Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { PathIdentifier } from '../wire/path-identifier.js';
import { actorOf } from '../writes/actor.js';
import {
  availableTeamsAnswer,
  deletedTeamsAnswer,
  permissionsAnswer,
  teamAnswer,
  teamInfoAnswer,
  teamListAnswer,
  teamPageAnswer,
  teamUpdateAnswer,
} from './team-answers.js';
import { TeamCreation } from './team-creation.service.js';
import { TeamDeletion } from './team-deletion.service.js';
import { TeamReads } from './team-reads.service.js';
import {
  deleteTeamsSchema,
  newTeamSchema,
  patchTeamSchema,
  permissionsQuerySchema,
  permissionsUpdateSchema,
  teamIdSchema,
  teamInfoQuerySchema,
  teamListQuerySchema,
  teamModelsSchema,
  teamPageQuerySchema,
  updateTeamSchema,
  type NewTeamBody,
  type PatchTeamBody,
  type TeamListQuery,
  type TeamPageQuery,
  type UpdateTeamBody,
} from './team.dto.js';
import { TeamsService } from './teams.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class TeamsController {
  constructor(
    private readonly creation: TeamCreation,
    private readonly teams: TeamsService,
    private readonly deletion: TeamDeletion,
    private readonly reads: TeamReads,
  ) {}

  @Post('team/new')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newTeamSchema) body: NewTeamBody): Promise<object> {
    return this.creation.create(body, actorOf(request));
  }

  @Post('team/update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamUpdateAnswer)
  async update(@Req() request: FastifyRequest, @JsonBody(updateTeamSchema) body: UpdateTeamBody): Promise<object> {
    return { team_id: body.team_id, data: await this.teams.update(body.team_id, body, actorOf(request)) };
  }

  @Patch('team/:team_id')
  @Audience('scoped')
  @Answers(teamAnswer)
  patch(
    @Req() request: FastifyRequest,
    @Param('team_id', PathIdentifier) teamId: string,
    @JsonBody(patchTeamSchema) body: PatchTeamBody,
  ): Promise<object> {
    if (body.team_id != null && body.team_id !== teamId) {
      const reason = '`team_id` differs from the team in the path. Leave it out.';
      throw new GatewayError('invalid_request', { param: 'team_id', facts: { reason } });
    }
    return this.teams.update(teamId, body, actorOf(request));
  }

  @Post('team/delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(deletedTeamsAnswer)
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteTeamsSchema) body: z.output<typeof deleteTeamsSchema>,
  ): Promise<object> {
    return this.deletion.delete(body.team_ids, actorOf(request));
  }

  @Post('team/block')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  block(@Req() request: FastifyRequest, @JsonBody(teamIdSchema) body: z.output<typeof teamIdSchema>): Promise<object> {
    return this.teams.setBlocked(body.team_id, true, actorOf(request));
  }

  @Post('team/unblock')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  unblock(
    @Req() request: FastifyRequest,
    @JsonBody(teamIdSchema) body: z.output<typeof teamIdSchema>,
  ): Promise<object> {
    return this.teams.setBlocked(body.team_id, false, actorOf(request));
  }

  @Get('team/info')
  @Audience('scoped_read')
  @Answers(teamInfoAnswer)
  info(
    @Req() request: FastifyRequest,
    @CheckedQuery(teamInfoQuerySchema) query: z.output<typeof teamInfoQuerySchema>,
  ): Promise<object> {
    return this.reads.info(query.team_id, query.key_limit, principalOf(request));
  }

  @Get('team/list')
  @Audience('scoped_read')
  @Answers(teamListAnswer)
  list(@Req() request: FastifyRequest, @CheckedQuery(teamListQuerySchema) query: TeamListQuery): Promise<object[]> {
    return this.reads.list(query, principalOf(request));
  }

  @Get('v2/team/list')
  @Audience('scoped_read')
  @Answers(teamPageAnswer)
  page(@Req() request: FastifyRequest, @CheckedQuery(teamPageQuerySchema) query: TeamPageQuery): Promise<object> {
    return this.reads.page(query, principalOf(request));
  }

  @Get('team/available')
  @Audience('scoped_read')
  @Answers(availableTeamsAnswer)
  available(@Req() request: FastifyRequest): Promise<object[]> {
    return this.reads.available(principalOf(request));
  }

  @Post('team/model/add')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  addModels(
    @Req() request: FastifyRequest,
    @JsonBody(teamModelsSchema) body: z.output<typeof teamModelsSchema>,
  ): Promise<object> {
    return this.teams.addModels(body.team_id, body.models, actorOf(request));
  }

  @Post('team/model/delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  removeModels(
    @Req() request: FastifyRequest,
    @JsonBody(teamModelsSchema) body: z.output<typeof teamModelsSchema>,
  ): Promise<object> {
    return this.teams.removeModels(body.team_id, body.models, actorOf(request));
  }

  @Get('team/permissions_list')
  @Audience('scoped_read')
  @Answers(permissionsAnswer)
  permissions(
    @Req() request: FastifyRequest,
    @CheckedQuery(permissionsQuerySchema) query: z.output<typeof permissionsQuerySchema>,
  ): Promise<object> {
    return this.reads.permissions(query.team_id, principalOf(request));
  }

  @Post('team/permissions_update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  setPermissions(
    @Req() request: FastifyRequest,
    @JsonBody(permissionsUpdateSchema) body: z.output<typeof permissionsUpdateSchema>,
  ): Promise<object> {
    return this.teams.setPermissions(body.team_id, body.team_member_permissions, actorOf(request));
  }
}
