/** POST /v1/completions: OpenAI's text completions before every chat model. */
import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { openAiErrorBody, openAiErrorEvent } from '../../core/dialects/openai-chat/format-error.js';
import { readBody } from '../../http/read-body.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import { SseWriter } from '../sse-writer.js';
import { completions } from './dialogue-kinds.js';
import { readDialogue } from './dialogue-operation.js';

const openAiErrors = { body: openAiErrorBody, event: openAiErrorEvent };

@Controller()
export class CompletionsController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post([
    'v1/completions',
    'completions',
    'engines/:model/completions',
    'openai/deployments/:model/completions',
    'v1/openai/deployments/:model/completions',
  ])
  @Audience('llm_api')
  async complete(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('model') model?: string,
  ): Promise<void> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    const read = readDialogue(completions, model === undefined ? undefined : { model });
    await this.pipeline.answer(asked, read, new SseWriter(reply.raw, openAiErrors));
  }
}
