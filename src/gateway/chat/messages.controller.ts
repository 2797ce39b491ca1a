/** POST /v1/messages and its count_tokens: Anthropic's Messages API before every chat model. */
import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { anthropicErrorBody, anthropicErrorEvent } from '../../core/dialects/anthropic-messages/format-error.js';
import { readBody } from '../../http/read-body.js';
import { readMessagesCount } from '../counting/count-kinds.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import type { ReadOperation } from '../operation.js';
import { SseWriter } from '../sse-writer.js';
import { messages } from './dialogue-kinds.js';
import { readDialogue } from './dialogue-operation.js';

const anthropicErrors = { body: anthropicErrorBody, event: anthropicErrorEvent };
const readMessages = readDialogue(messages);

@Controller()
export class MessagesController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post(['v1/messages', 'messages'])
  @Audience('llm_api')
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply, readMessages);
  }

  @Post(['v1/messages/count_tokens', 'messages/count_tokens'])
  @Audience('llm_api')
  countTokens(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply, readMessagesCount);
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, read: ReadOperation): Promise<void> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    await this.pipeline.answer(asked, read, new SseWriter(reply.raw, anthropicErrors));
  }
}
