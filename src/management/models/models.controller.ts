/** The routes that add, change and delete models. */
import { HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  blockModelSchema,
  deleteModelSchema,
  messageSchema,
  newModelSchema,
  patchModelSchema,
  storedModelSchema,
  updateModelSchema,
  type BlockModelBody,
  type DeleteModelBody,
  type NewModelBody,
  type PatchModelBody,
  type StoredModel,
  type UpdateModelBody,
} from './model.dto.js';
import { ModelsService } from './models.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('model')
export class ModelsManagementController {
  constructor(private readonly models: ModelsService) {}

  @Post('new')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(storedModelSchema)
  add(@Req() request: FastifyRequest, @JsonBody(newModelSchema) body: NewModelBody): Promise<StoredModel> {
    return this.models.add(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(storedModelSchema)
  update(
    @Req() request: FastifyRequest,
    @JsonBody(updateModelSchema) { id, ...patch }: UpdateModelBody,
  ): Promise<StoredModel> {
    const named = patch.model_info?.['id'] ?? id;
    if (typeof named !== 'string' || named === '')
      throw new GatewayError('invalid_request', {
        param: 'model_info.id',
        facts: { reason: '`model_info.id`: expected the id of the model that is to change' },
      });
    return this.models.update(named, patch, actorOf(request));
  }

  @Patch(':id/update')
  @Audience('scoped')
  @Answers(storedModelSchema)
  patch(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @JsonBody(patchModelSchema) body: PatchModelBody,
  ): Promise<StoredModel> {
    return this.models.update(id, body, actorOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(messageSchema)
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteModelSchema) { id }: DeleteModelBody,
  ): Promise<{ message: string }> {
    return this.models.delete(id, actorOf(request));
  }

  @Post('block')
  @HttpCode(200)
  @Audience('management')
  @Answers(storedModelSchema)
  block(
    @Req() request: FastifyRequest,
    @JsonBody(blockModelSchema) { model_id: id }: BlockModelBody,
  ): Promise<StoredModel> {
    return this.models.block(id, true, actorOf(request));
  }

  @Post('unblock')
  @HttpCode(200)
  @Audience('management')
  @Answers(storedModelSchema)
  unblock(
    @Req() request: FastifyRequest,
    @JsonBody(blockModelSchema) { model_id: id }: BlockModelBody,
  ): Promise<StoredModel> {
    return this.models.block(id, false, actorOf(request));
  }
}
