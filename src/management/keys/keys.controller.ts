/** The routes of virtual keys. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { CheckedQuery, JsonBody } from '../../http/json-body.js';
import {
  deleteKeysSchema,
  generateKeySchema,
  keyInfoQuerySchema,
  type DeleteKeysBody,
  type GenerateKeyBody,
  type KeyInfoQuery,
} from './key.dto.js';
import { KeysService } from './keys.service.js';

@ManagementController('key')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Post('generate')
  @HttpCode(200)
  @Audience('management')
  generate(@Req() request: FastifyRequest, @JsonBody(generateKeySchema) body: GenerateKeyBody): Promise<object> {
    return this.keys.generate(body, principalOf(request));
  }

  @Get('info')
  @Audience('own_info')
  info(@Req() request: FastifyRequest, @CheckedQuery(keyInfoQuerySchema) query: KeyInfoQuery): Promise<object> {
    return this.keys.info(query.key, principalOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('management')
  delete(@JsonBody(deleteKeysSchema) body: DeleteKeysBody): Promise<object> {
    return this.keys.delete(body);
  }
}
