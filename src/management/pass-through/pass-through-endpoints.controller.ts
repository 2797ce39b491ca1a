/** The routes of stored pass-through endpoints. */
import { Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { actorOf } from '../writes/actor.js';
import {
  deletedQuerySchema,
  endpointBodySchema,
  endpointQuerySchema,
  shownEndpointsSchema,
  type EndpointBody,
  type EndpointQuery,
  type ShownEndpoints,
} from './pass-through.dto.js';
import { PassThroughEndpointsService } from './pass-through-endpoints.service.js';

@ManagementController('config/pass_through_endpoint')
export class PassThroughEndpointsController {
  constructor(private readonly endpoints: PassThroughEndpointsService) {}

  @Get()
  @Audience('admin_read')
  @Answers(shownEndpointsSchema)
  list(@CheckedQuery(endpointQuerySchema) { endpoint_id: id }: EndpointQuery): Promise<ShownEndpoints> {
    return this.endpoints.list(id);
  }

  @Post()
  @HttpCode(200)
  @Audience('management')
  @Answers(shownEndpointsSchema)
  add(@Req() request: FastifyRequest, @JsonBody(endpointBodySchema) body: EndpointBody): Promise<ShownEndpoints> {
    return this.endpoints.add(body, actorOf(request));
  }

  /** The whole of it: what is not said is as it is without. */
  @Post(':endpoint_id')
  @HttpCode(200)
  @Audience('management')
  @Answers(shownEndpointsSchema)
  change(
    @Req() request: FastifyRequest,
    @Param('endpoint_id') id: string,
    @JsonBody(endpointBodySchema) body: EndpointBody,
  ): Promise<ShownEndpoints> {
    return this.endpoints.change(id, body, actorOf(request));
  }

  @Delete()
  @Audience('management')
  @Answers(shownEndpointsSchema)
  delete(
    @Req() request: FastifyRequest,
    @CheckedQuery(deletedQuerySchema) { endpoint_id: id }: { endpoint_id: string },
  ): Promise<ShownEndpoints> {
    return this.endpoints.delete(id, actorOf(request));
  }
}
