/** The routes of a team's members. */
import { HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import { bulkMemberAddAnswer, memberAddAnswer, memberUpdateAnswer, teamAnswer } from './team-answers.js';
import { TeamMembersService } from './team-members.service.js';
import { TeamViews } from './team-views.service.js';
import {
  bulkMemberAddSchema,
  memberAddSchema,
  memberDeleteSchema,
  memberUpdateSchema,
  type BulkMemberAddBody,
  type MemberAddBody,
  type MemberDeleteBody,
  type MemberUpdateBody,
} from './team.dto.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('team')
export class TeamMembersController {
  constructor(
    private readonly members: TeamMembersService,
    private readonly views: TeamViews,
  ) {}

  @Post('member_add')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(memberAddAnswer)
  add(@Req() request: FastifyRequest, @JsonBody(memberAddSchema) body: MemberAddBody): Promise<object> {
    return this.members.add(body, actorOf(request), ({ write }, rows) => this.views.memberships(write.tx, rows));
  }

  @Post('bulk_member_add')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(bulkMemberAddAnswer)
  addMany(@Req() request: FastifyRequest, @JsonBody(bulkMemberAddSchema) body: BulkMemberAddBody): Promise<object> {
    return this.members.addMany(body, actorOf(request));
  }

  @Post('member_update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(memberUpdateAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(memberUpdateSchema) body: MemberUpdateBody): Promise<object> {
    return this.members.update(body, actorOf(request));
  }

  @Post('member_delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(teamAnswer)
  remove(@Req() request: FastifyRequest, @JsonBody(memberDeleteSchema) body: MemberDeleteBody): Promise<object> {
    return this.members.remove(body, actorOf(request));
  }
}
