/** The routes of tags. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import { TagReads } from './tag-reads.service.js';
import {
  deleteTagSchema,
  newTagSchema,
  tagAnswer,
  tagChangeAnswer,
  tagInfoSchema,
  tagListQuerySchema,
  tagsByNameAnswer,
  updateTagSchema,
  type NewTagBody,
  type TagListQuery,
  type UpdateTagBody,
} from './tag.dto.js';
import { TagsService } from './tags.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('tag')
export class TagsController {
  constructor(
    private readonly tags: TagsService,
    private readonly reads: TagReads,
  ) {}

  @Post('new')
  @HttpCode(200)
  @Audience('management')
  @Answers(tagChangeAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newTagSchema) body: NewTagBody): Promise<object> {
    return this.tags.create(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('management')
  @Answers(tagChangeAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(updateTagSchema) body: UpdateTagBody): Promise<object> {
    return this.tags.update(body, actorOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('management')
  @Answers(z.object({ message: z.string() }))
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteTagSchema) { name }: z.output<typeof deleteTagSchema>,
  ): Promise<object> {
    return this.tags.delete(name, actorOf(request));
  }

  @Post('info')
  @HttpCode(200)
  @Audience('admin_read')
  @Answers(tagsByNameAnswer)
  info(@JsonBody(tagInfoSchema) { names }: z.output<typeof tagInfoSchema>): Promise<object> {
    return this.reads.info(names);
  }

  @Get('list')
  @Audience('admin_read')
  @Answers(z.array(tagAnswer))
  list(@CheckedQuery(tagListQuerySchema) query: TagListQuery): Promise<readonly object[]> {
    return this.reads.list(query);
  }
}
