/** POST /v1/responses: OpenAI's Responses API before every chat model. */
import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { openAiErrorBody } from '../../core/dialects/openai-chat/format-error.js';
import { responsesErrorEvent } from '../../core/dialects/openai-responses/format-error.js';
import { readBody } from '../../http/read-body.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import { SseWriter } from '../sse-writer.js';
import { responses } from './dialogue-kinds.js';
import { readDialogue } from './dialogue-operation.js';

const responsesErrors = { body: openAiErrorBody, event: responsesErrorEvent };
const readResponses = readDialogue(responses);

@Controller()
export class ResponsesController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post(['v1/responses', 'responses'])
  @Audience('llm_api')
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    await this.pipeline.answer(asked, readResponses, new SseWriter(reply.raw, responsesErrors));
  }
}
