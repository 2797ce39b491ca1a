/** The routes of projects. */
import { Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  deleteProjectsSchema,
  newProjectSchema,
  projectAnswer,
  projectInfoQuerySchema,
  projectListAnswer,
  projectListQuerySchema,
  updateProjectSchema,
  type NewProjectBody,
  type ProjectListQuery,
  type UpdateProjectBody,
} from './project.dto.js';
import { ProjectsService } from './projects.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('project')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @Post('new')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(projectAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newProjectSchema) body: NewProjectBody): Promise<object> {
    return this.projects.create(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(projectAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(updateProjectSchema) body: UpdateProjectBody): Promise<object> {
    return this.projects.update(body, actorOf(request));
  }

  @Delete('delete')
  @Audience('management')
  @Answers(projectListAnswer)
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteProjectsSchema) body: z.output<typeof deleteProjectsSchema>,
  ): Promise<object[]> {
    return this.projects.delete(body.project_ids, actorOf(request));
  }

  @Get('info')
  @Audience('scoped_read')
  @Answers(projectAnswer)
  info(
    @Req() request: FastifyRequest,
    @CheckedQuery(projectInfoQuerySchema) query: z.output<typeof projectInfoQuerySchema>,
  ): Promise<object> {
    return this.projects.info(query.project_id, principalOf(request));
  }

  @Get('list')
  @Audience('scoped_read')
  @Answers(projectListAnswer)
  list(
    @Req() request: FastifyRequest,
    @CheckedQuery(projectListQuerySchema) query: ProjectListQuery,
  ): Promise<object[]> {
    return this.projects.list(query, principalOf(request));
  }
}
