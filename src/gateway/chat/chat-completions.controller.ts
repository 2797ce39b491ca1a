/** POST /v1/chat/completions: hands the request to the pipeline as soon as its body is read. */
import { Controller, Param, Post, Req, Res } from '@nestjs/common';
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

/** Azure's clients, and those of OpenAI's first API, name the model in the path. */
const pathsWithModel = ['', 'v1/']
  .map((base) => `${base}openai/deployments/:model/chat/completions`)
  .concat('engines/:model/chat/completions');

@Controller()
export class ChatCompletionsController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post(['v1/chat/completions', 'chat/completions', ...pathsWithModel])
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
    const read = model === undefined ? readChat : readDialogue(chatCompletions, { model });
    await this.pipeline.answer(asked, read, new SseWriter(reply.raw, openAiErrors));
  }
}
