/** The routes of the cache of answers. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { actorOf } from '../writes/actor.js';
import {
  cacheSettingsSchema,
  deletedSchema,
  deleteKeysSchema,
  flushedSchema,
  pingSchema,
  redisInfoSchema,
  type Deleted,
  type DeleteKeysBody,
  type Flushed,
  type Ping,
  type RedisInfo,
  type ShownCacheSettings,
} from './cache.dto.js';
import { CacheService } from './cache.service.js';

@ManagementController('cache')
export class CacheController {
  constructor(private readonly cache: CacheService) {}

  @Get('ping')
  @Audience('admin_read')
  @Answers(pingSchema)
  ping(): Promise<Ping> {
    return this.cache.ping();
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('management')
  @Answers(deletedSchema)
  delete(@JsonBody(deleteKeysSchema) { keys }: DeleteKeysBody): Promise<Deleted> {
    return this.cache.delete(keys);
  }

  @Post('flushall')
  @HttpCode(200)
  @Audience('management')
  @Answers(flushedSchema)
  flush(@Req() request: FastifyRequest): Promise<Flushed> {
    return this.cache.flush(actorOf(request));
  }

  @Get('redis/info')
  @Audience('admin_read')
  @Answers(redisInfoSchema)
  redisInfo(): Promise<RedisInfo> {
    return this.cache.redisInfo();
  }

  @Get('settings')
  @Audience('admin_read')
  @Answers(cacheSettingsSchema)
  settings(): ShownCacheSettings {
    return this.cache.shown();
  }
}
