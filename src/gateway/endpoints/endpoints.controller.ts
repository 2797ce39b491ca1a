/** The endpoints of OpenAI and Cohere that answer in one piece: each hands its request to the pipeline. */
import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { openAiErrorBody, openAiErrorEvent } from '../../core/dialects/openai-chat/format-error.js';
import { readBody } from '../../http/read-body.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import type { ReadOperation } from '../operation.js';
import { SseWriter } from '../sse-writer.js';
import { readEmbeddings, readImageGeneration, readModeration, readRerank, readSpeech } from './endpoint-kinds.js';
import { pathsOf } from './endpoint-paths.js';

const openAiErrors = { body: openAiErrorBody, event: openAiErrorEvent };

@Controller()
export class EndpointsController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post([...pathsOf('embeddings'), 'engines/:model/embeddings'])
  @Audience('llm_api')
  embed(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string): Promise<void> {
    return this.answer(request, reply, readEmbeddings(model));
  }

  @Post(['v1/rerank', 'v2/rerank', 'rerank'])
  @Audience('llm_api')
  rerank(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply, readRerank());
  }

  @Post(pathsOf('images/generations'))
  @Audience('llm_api')
  generateImages(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('model') model?: string,
  ): Promise<void> {
    return this.answer(request, reply, readImageGeneration(model));
  }

  @Post(['v1/moderations', 'moderations'])
  @Audience('llm_api')
  moderate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply, readModeration());
  }

  @Post(pathsOf('audio/speech'))
  @Audience('llm_api')
  speak(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string): Promise<void> {
    return this.answer(request, reply, readSpeech(model));
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, read: ReadOperation): Promise<void> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    await this.pipeline.answer(asked, read, new SseWriter(reply.raw, openAiErrors));
  }
}
