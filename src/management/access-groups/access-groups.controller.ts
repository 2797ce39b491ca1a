/** The routes of access groups by id, under both of the names that LiteLLM has for them. */
import { Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, AnswersNothing, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { PathIdentifier } from '../wire/path-identifier.js';
import { actorOf } from '../writes/actor.js';
import {
  groupAnswer,
  groupListAnswer,
  groupListQuerySchema,
  newGroupSchema,
  updateGroupSchema,
  type GroupListQuery,
  type NewGroupBody,
  type UpdateGroupBody,
} from './access-group.dto.js';
import { AccessGroupsService } from './access-groups.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController(['v1/access_group', 'v1/unified_access_group'])
export class AccessGroupsController {
  constructor(private readonly groups: AccessGroupsService) {}

  @Post()
  @HttpCode(201)
  @Audience('management')
  @Answers(groupAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newGroupSchema) body: NewGroupBody): Promise<object> {
    return this.groups.create(body, actorOf(request));
  }

  @Get()
  @Audience('admin_read')
  @Answers(groupListAnswer)
  list(@CheckedQuery(groupListQuerySchema) query: GroupListQuery): Promise<object[]> {
    return this.groups.list(query);
  }

  @Get(':access_group_id')
  @Audience('admin_read')
  @Answers(groupAnswer)
  get(@Param('access_group_id', PathIdentifier) id: string): Promise<object> {
    return this.groups.get({ id });
  }

  @Put(':access_group_id')
  @Audience('management')
  @Answers(groupAnswer)
  update(
    @Req() request: FastifyRequest,
    @Param('access_group_id', PathIdentifier) id: string,
    @JsonBody(updateGroupSchema) body: UpdateGroupBody,
  ): Promise<object> {
    return this.groups.update({ id }, body, actorOf(request));
  }

  @Delete(':access_group_id')
  @HttpCode(204)
  @Audience('management')
  @AnswersNothing()
  async delete(@Req() request: FastifyRequest, @Param('access_group_id', PathIdentifier) id: string): Promise<void> {
    await this.groups.delete({ id }, actorOf(request));
  }
}
