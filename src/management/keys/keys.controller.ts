/** The routes that make, change and end virtual keys. */
import { HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import * as answers from './key-answers.dto.js';
import {
  bulkUpdateKeysSchema,
  deleteKeysSchema,
  generateKeySchema,
  oneKeySchema,
  regenerateKeySchema,
  resetSpendSchema,
  updateKeySchema,
  type BulkUpdateKeysBody,
  type DeleteKeysBody,
  type GenerateKeyBody,
  type OneKeyBody,
  type RegenerateKeyBody,
  type ResetSpendBody,
  type UpdateKeyBody,
} from './key-bodies.dto.js';
import { KeyChanger } from './key-changer.service.js';
import { KeyIssuer } from './key-issuer.service.js';
import { KeyRemover } from './key-remover.service.js';
import { KeyRenewal } from './key-renewal.service.js';

@ManagementController('key')
export class KeysController {
  constructor(
    private readonly issuer: KeyIssuer,
    private readonly changer: KeyChanger,
    private readonly renewal: KeyRenewal,
    private readonly remover: KeyRemover,
  ) {}

  @Post('generate')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.newKeyAnswer)
  generate(@Req() request: FastifyRequest, @JsonBody(generateKeySchema) body: GenerateKeyBody): Promise<object> {
    return this.issuer.generate(body, actorOf(request));
  }

  @Post('service-account/generate')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.newKeyAnswer)
  generateForService(
    @Req() request: FastifyRequest,
    @JsonBody(generateKeySchema) body: GenerateKeyBody,
  ): Promise<object> {
    return this.issuer.generateForService(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.updatedKeyAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(updateKeySchema) body: UpdateKeyBody): Promise<object> {
    return this.changer.update(body, actorOf(request));
  }

  @Post('bulk_update')
  @HttpCode(200)
  @Audience('management')
  @Answers(answers.bulkUpdateAnswer)
  updateMany(
    @Req() request: FastifyRequest,
    @JsonBody(bulkUpdateKeysSchema) body: BulkUpdateKeysBody,
  ): Promise<object> {
    return this.changer.updateMany(body, actorOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.deletedKeysAnswer)
  delete(@Req() request: FastifyRequest, @JsonBody(deleteKeysSchema) body: DeleteKeysBody): Promise<object> {
    return this.remover.delete(body, actorOf(request));
  }

  @Post('block')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.keyRowAnswer)
  block(@Req() request: FastifyRequest, @JsonBody(oneKeySchema) { key }: OneKeyBody): Promise<object> {
    return this.changer.setBlocked(key, true, actorOf(request));
  }

  @Post('unblock')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.keyRowAnswer)
  unblock(@Req() request: FastifyRequest, @JsonBody(oneKeySchema) { key }: OneKeyBody): Promise<object> {
    return this.changer.setBlocked(key, false, actorOf(request));
  }

  @Post('regenerate')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.newKeyAnswer)
  regenerate(@Req() request: FastifyRequest, @JsonBody(regenerateKeySchema) body: RegenerateKeyBody): Promise<object> {
    return this.renewal.regenerate(body, actorOf(request));
  }

  @Post(':key/regenerate')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.newKeyAnswer)
  regenerateOne(
    @Req() request: FastifyRequest,
    @Param('key') key: string,
    @JsonBody(regenerateKeySchema) body: RegenerateKeyBody,
  ): Promise<object> {
    return this.renewal.regenerateOne(key, body, actorOf(request));
  }

  @Post(':key/reset_spend')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(answers.resetSpendAnswer)
  resetSpend(
    @Req() request: FastifyRequest,
    @Param('key') key: string,
    @JsonBody(resetSpendSchema) { reset_to: resetTo }: ResetSpendBody,
  ): Promise<object> {
    return this.changer.resetSpend(key, resetTo, actorOf(request));
  }
}
