/** Google's API before every model: models/{model}:generateContent and what belongs to it. */
import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience, KeyInQuery } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { geminiErrorBody, geminiErrorEvent } from '../../core/dialects/gemini/format-error.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { readBody } from '../../http/read-body.js';
import { readGeminiCount } from '../counting/count-kinds.js';
import { readGeminiBatchEmbedding, readGeminiEmbedding } from '../endpoints/gemini-embedding.js';
import { JsonArrayWriter } from '../json-array-writer.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import type { ReadOperation } from '../operation.js';
import { SseWriter } from '../sse-writer.js';
import { generateContent } from './dialogue-kinds.js';
import { readDialogue } from './dialogue-operation.js';

const geminiErrors = { body: geminiErrorBody, event: geminiErrorEvent };

/** What each method of a model reads, by its name in the path. */
const methods: Readonly<Record<string, (model: string) => ReadOperation>> = {
  generateContent: (model) => readDialogue(generateContent, { model }),
  streamGenerateContent: (model) => readDialogue(generateContent, { model, stream: true }),
  countTokens: readGeminiCount,
  embedContent: readGeminiEmbedding,
  batchEmbedContents: readGeminiBatchEmbedding,
};

@Controller()
export class GeminiController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
  ) {}

  @Post(['v1beta/models/*', 'v1/models/*', 'models/*'])
  @Audience('llm_api')
  @KeyInQuery()
  async call(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { model, read } = readTarget(request);
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    reply.hijack();
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    const { alt } = request.query as { alt?: unknown };
    const Writer = alt === 'sse' ? SseWriter : JsonArrayWriter;
    await this.pipeline.answer(asked, read(model), new Writer(reply.raw, geminiErrors));
  }
}

/** The last colon divides the method from the model, whose name may hold colons and slashes of its own. */
function readTarget({ params, method }: FastifyRequest): { model: string; read: (model: string) => ReadOperation } {
  const path = Object.values(params as Record<string, string>)[0] ?? '';
  const colon = path.lastIndexOf(':');
  const name = path.slice(colon + 1);
  const read = colon > 0 && Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (read) return { model: path.slice(0, colon), read };
  throw new GatewayError('not_found', { facts: { method, route: `models/${path}`.slice(0, 200) } });
}
