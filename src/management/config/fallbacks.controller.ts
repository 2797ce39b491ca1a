/** The routes of one model's fallbacks. Model names hold slashes. */
import { Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  deletedFallbackSchema,
  fallbackQuerySchema,
  fallbackSchema,
  newFallbackSchema,
  writtenFallbackSchema,
  type DeletedFallback,
  type FallbackQuery,
  type NewFallbackBody,
  type ShownFallback,
  type WrittenFallback,
} from './config.dto.js';
import { FallbacksService } from './fallbacks.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('fallback')
export class FallbacksController {
  constructor(private readonly fallbacks: FallbacksService) {}

  @Post()
  @HttpCode(200)
  @Audience('management')
  @Answers(writtenFallbackSchema)
  set(@Req() request: FastifyRequest, @JsonBody(newFallbackSchema) body: NewFallbackBody): Promise<WrittenFallback> {
    return this.fallbacks.set(body, actorOf(request));
  }

  @Get('*')
  @Audience('admin_read')
  @Answers(fallbackSchema)
  get(
    @Param('*') model: string,
    @CheckedQuery(fallbackQuerySchema) { fallback_type: type }: FallbackQuery,
  ): ShownFallback {
    return this.fallbacks.get(model, type);
  }

  @Delete('*')
  @Audience('management')
  @Answers(deletedFallbackSchema)
  delete(
    @Req() request: FastifyRequest,
    @Param('*') model: string,
    @CheckedQuery(fallbackQuerySchema) { fallback_type: type }: FallbackQuery,
  ): Promise<DeletedFallback> {
    return this.fallbacks.delete(model, type, actorOf(request));
  }
}
