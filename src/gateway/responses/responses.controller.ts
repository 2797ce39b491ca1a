/** POST /v1/responses: OpenAI's Responses API before every chat model. */
import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { readBody } from '../../http/read-body.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import { ResponseTurnsService } from './response-turns.service.js';
import { ResponsesWriter } from './responses-writer.js';

/** OpenAI's path, bare and below the prefix of Azure's clients. */
export const responsesPaths = ['v1/responses', 'responses', 'openai/v1/responses', 'openai/responses'];

@Controller()
export class ResponsesController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
    private readonly turns: ResponseTurnsService,
  ) {}

  @Post(responsesPaths)
  @Audience('llm_api')
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    const principal = principalOf(request);
    const writer = new ResponsesWriter(reply.raw);
    const read = await this.turns.open(bytes, principal, writer);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal, headers, clientAddress: ip, bytes };
    await this.pipeline.answer(asked, read, writer);
  }
}
