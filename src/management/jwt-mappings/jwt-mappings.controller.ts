/** The routes of mappings from claims of tokens to virtual keys. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { actorOf } from '../writes/actor.js';
import {
  deleteMappingSchema,
  mappingAnswer,
  mappingInfoQuerySchema,
  mappingListAnswer,
  mappingListQuerySchema,
  newMappingSchema,
  updateMappingSchema,
  type MappingAnswer,
  type MappingListQuery,
  type NewMappingBody,
  type UpdateMappingBody,
} from './jwt-mapping.dto.js';
import { JwtMappingsService } from './jwt-mappings.service.js';

@ManagementController('jwt/key/mapping')
export class JwtMappingsController {
  constructor(private readonly mappings: JwtMappingsService) {}

  @Post('new')
  @HttpCode(200)
  @Audience('management')
  @Answers(mappingAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newMappingSchema) body: NewMappingBody): Promise<MappingAnswer> {
    return this.mappings.create(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('management')
  @Answers(mappingAnswer)
  update(
    @Req() request: FastifyRequest,
    @JsonBody(updateMappingSchema) body: UpdateMappingBody,
  ): Promise<MappingAnswer> {
    return this.mappings.update(body, actorOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('management')
  @Answers(z.object({ status: z.string() }))
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteMappingSchema) { id }: z.output<typeof deleteMappingSchema>,
  ): Promise<object> {
    return this.mappings.delete(id, actorOf(request));
  }

  @Get('list')
  @Audience('admin_read')
  @Answers(mappingListAnswer)
  list(@CheckedQuery(mappingListQuerySchema) query: MappingListQuery): Promise<object> {
    return this.mappings.list(query);
  }

  @Get('info')
  @Audience('admin_read')
  @Answers(mappingAnswer)
  info(@CheckedQuery(mappingInfoQuerySchema) { id }: z.output<typeof mappingInfoQuerySchema>): Promise<MappingAnswer> {
    return this.mappings.info(id);
  }
}
