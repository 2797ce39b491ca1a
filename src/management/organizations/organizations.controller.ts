/** The routes of organizations and their members. */
import { Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  deletedOrganizationsAnswer,
  deleteOrganizationsSchema,
  newOrganizationSchema,
  organizationAnswer,
  organizationInfoQuerySchema,
  organizationListAnswer,
  organizationListQuerySchema,
  organizationMemberAddAnswer,
  organizationMemberAddSchema,
  organizationMemberAnswer,
  organizationMemberDeleteSchema,
  organizationMemberUpdateSchema,
  organizationWithMembersAnswer,
  updateOrganizationSchema,
  type NewOrganizationBody,
  type OrganizationListQuery,
  type OrganizationMemberAddBody,
  type OrganizationMemberDeleteBody,
  type OrganizationMemberUpdateBody,
  type UpdateOrganizationBody,
} from './organization.dto.js';
import { OrganizationDeletion } from './organization-deletion.service.js';
import { OrganizationMembersService } from './organization-members.service.js';
import { OrganizationsService } from './organizations.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('organization')
export class OrganizationsController {
  constructor(
    private readonly organizations: OrganizationsService,
    private readonly members: OrganizationMembersService,
    private readonly deletion: OrganizationDeletion,
  ) {}

  @Post('new')
  @HttpCode(200)
  @Audience('management')
  @Answers(organizationAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newOrganizationSchema) body: NewOrganizationBody): Promise<object> {
    return this.organizations.create(body, actorOf(request));
  }

  @Patch('update')
  @Audience('scoped')
  @Answers(organizationAnswer)
  update(
    @Req() request: FastifyRequest,
    @JsonBody(updateOrganizationSchema) body: UpdateOrganizationBody,
  ): Promise<object> {
    return this.organizations.update(body, actorOf(request));
  }

  @Delete('delete')
  @Audience('management')
  @Answers(deletedOrganizationsAnswer)
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteOrganizationsSchema) body: z.output<typeof deleteOrganizationsSchema>,
  ): Promise<object[]> {
    return this.deletion.delete(body.organization_ids, actorOf(request));
  }

  @Get('info')
  @Audience('scoped_read')
  @Answers(organizationWithMembersAnswer)
  info(
    @Req() request: FastifyRequest,
    @CheckedQuery(organizationInfoQuerySchema) query: z.output<typeof organizationInfoQuerySchema>,
  ): Promise<object> {
    return this.organizations.info(query.organization_id, principalOf(request));
  }

  @Get('list')
  @Audience('scoped_read')
  @Answers(organizationListAnswer)
  list(
    @Req() request: FastifyRequest,
    @CheckedQuery(organizationListQuerySchema) query: OrganizationListQuery,
  ): Promise<object[]> {
    return this.organizations.list(query, principalOf(request));
  }

  @Post('member_add')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(organizationMemberAddAnswer)
  addMember(
    @Req() request: FastifyRequest,
    @JsonBody(organizationMemberAddSchema) body: OrganizationMemberAddBody,
  ): Promise<object> {
    return this.members.add(body, actorOf(request));
  }

  @Patch('member_update')
  @Audience('scoped')
  @Answers(organizationMemberAnswer)
  updateMember(
    @Req() request: FastifyRequest,
    @JsonBody(organizationMemberUpdateSchema) body: OrganizationMemberUpdateBody,
  ): Promise<object> {
    return this.members.update(body, actorOf(request));
  }

  @Delete('member_delete')
  @Audience('scoped')
  @Answers(organizationMemberAnswer)
  removeMember(
    @Req() request: FastifyRequest,
    @JsonBody(organizationMemberDeleteSchema) body: OrganizationMemberDeleteBody,
  ): Promise<object> {
    return this.members.remove(body, actorOf(request));
  }
}
