/** POST /v1/chat/completions: hands the request to the pipeline as soon as its body is read. */
import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { openAiErrorBody, openAiErrorEvent } from '../../core/dialects/openai-chat/format-error.js';
import { readBody } from '../../http/read-body.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import { SseWriter } from '../sse-writer.js';
import { chatCompletions } from './dialogue-kinds.js';
import { readDialogue } from './dialogue-operation.js';

const openAiErrors = { body: openAiErrorBody, event: openAiErrorEvent };
const readChat = readDialogue(chatCompletions);

@Controller()
export class ChatCompletionsController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post(['v1/chat/completions', 'chat/completions'])
  @Audience('llm_api')
  async complete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    await this.pipeline.answer(asked, readChat, new SseWriter(reply.raw, openAiErrors));
  }
}
