/** The endpoints of OpenAI that take files: transcription, translation, changes to pictures. */
import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { openAiErrorBody, openAiErrorEvent } from '../../core/dialects/openai-chat/format-error.js';
import { takesForms } from '../../http/body-parsing.js';
import { readForm, type FormBody } from '../../http/form-body.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import type { ReadOperation } from '../operation.js';
import { SseWriter } from '../sse-writer.js';
import { readImageEdit, readTranscription, readTranslation } from './endpoint-kinds.js';
import { pathsOf } from './endpoint-paths.js';

const openAiErrors = { body: openAiErrorBody, event: openAiErrorEvent };
/** Everything is in the form; a fallback may add members to this. */
const noMembers = Buffer.from('{}');

type ReadForm = (form: FormBody, pathModel?: string) => ReadOperation;

@Controller()
export class UploadsController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post(pathsOf('audio/transcriptions'))
  @RouteConfig(takesForms)
  @Audience('llm_api')
  transcribe(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('model') model?: string,
  ): Promise<void> {
    return this.answer(request, reply, readTranscription, model);
  }

  @Post(pathsOf('audio/translations'))
  @RouteConfig(takesForms)
  @Audience('llm_api')
  translate(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('model') model?: string): Promise<void> {
    return this.answer(request, reply, readTranslation, model);
  }

  @Post(pathsOf('images/edits'))
  @RouteConfig(takesForms)
  @Audience('llm_api')
  editImages(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('model') model?: string,
  ): Promise<void> {
    return this.answer(request, reply, readImageEdit, model);
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    read: ReadForm,
    model: string | undefined,
  ): Promise<void> {
    const form = await readForm(request.raw, this.settings.general.maxRequestBytes);
    try {
      reply.hijack();
      const { headers, ip, routeOptions } = request;
      const principal = principalOf(request);
      const asked = { route: routeOptions.url ?? '', principal, headers, clientAddress: ip, bytes: noMembers };
      await this.pipeline.answer(asked, read(form, model), new SseWriter(reply.raw, openAiErrors));
    } finally {
      await form.close();
    }
  }
}
