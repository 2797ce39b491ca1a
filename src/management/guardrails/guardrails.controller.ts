/** The routes of stored guardrails, and of those that the configuration file has. */
import { Delete, Get, HttpCode, Param, Patch, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { actorOf } from '../writes/actor.js';
import {
  deletedGuardrailSchema,
  guardrailSchema,
  guardrailsSchema,
  patchGuardrailSchema,
  wholeGuardrailSchema,
  type DeletedGuardrail,
  type PatchGuardrailBody,
  type ShownGuardrail,
  type ShownGuardrails,
  type WholeGuardrailBody,
} from './guardrail.dto.js';
import { GuardrailsService } from './guardrails.service.js';

@ManagementController()
export class GuardrailsController {
  constructor(private readonly guardrails: GuardrailsService) {}

  /** Whoever has a key sees what there is to ask for. */
  @Get(['guardrails/list', 'v2/guardrails/list'])
  @Audience('llm_api')
  @Answers(guardrailsSchema)
  list(@Req() request: FastifyRequest): Promise<ShownGuardrails> {
    return this.guardrails.list(principalOf(request));
  }

  @Post('guardrails')
  @HttpCode(200)
  @Audience('management')
  @Answers(guardrailSchema)
  add(
    @Req() request: FastifyRequest,
    @JsonBody(wholeGuardrailSchema) body: WholeGuardrailBody,
  ): Promise<ShownGuardrail> {
    return this.guardrails.add(body, actorOf(request));
  }

  @Get(['guardrails/:guardrail_id', 'guardrails/:guardrail_id/info'])
  @Audience('admin_read')
  @Answers(guardrailSchema)
  get(@Param('guardrail_id') id: string): Promise<ShownGuardrail> {
    return this.guardrails.get(id);
  }

  @Put('guardrails/:guardrail_id')
  @Audience('management')
  @Answers(guardrailSchema)
  replace(
    @Req() request: FastifyRequest,
    @Param('guardrail_id') id: string,
    @JsonBody(wholeGuardrailSchema) body: WholeGuardrailBody,
  ): Promise<ShownGuardrail> {
    return this.guardrails.replace(id, body, actorOf(request));
  }

  @Patch('guardrails/:guardrail_id')
  @Audience('management')
  @Answers(guardrailSchema)
  patch(
    @Req() request: FastifyRequest,
    @Param('guardrail_id') id: string,
    @JsonBody(patchGuardrailSchema) body: PatchGuardrailBody,
  ): Promise<ShownGuardrail> {
    return this.guardrails.patch(id, body, actorOf(request));
  }

  @Delete('guardrails/:guardrail_id')
  @Audience('management')
  @Answers(deletedGuardrailSchema)
  delete(@Req() request: FastifyRequest, @Param('guardrail_id') id: string): Promise<DeletedGuardrail> {
    return this.guardrails.delete(id, actorOf(request));
  }
}
