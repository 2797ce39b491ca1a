/** LiteLLM's utilities: what a request would cost in tokens, what a model takes, what would be sent to its provider. */
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { CLOCK } from '../../config/ports.js';
import { openAiErrorBody, openAiErrorEvent } from '../../core/dialects/openai-chat/format-error.js';
import { invalidMember } from '../../core/dialects/model-request.js';
import { readJsonBody } from '../../core/dialects/json-body.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/index.js';
import { checkedBy } from '../../http/json-body.js';
import { readBody } from '../../http/read-body.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { readTokenCounter } from '../counting/token-counter.js';
import { LlmPipelineService } from '../llm-pipeline.service.js';
import { callTypes, findCallType } from '../own-requests.js';
import { SoloExchange } from '../solo-exchange.js';
import { SseWriter } from '../sse-writer.js';
import { allowedModel, allowedModels } from './allowed-models.js';
import { supportedParams } from './model-facts.js';
import { inAll, modelGroupInfo, type ModelGroupInfo } from './model-group-info.js';
import { showRequest, type ShownRequest } from './shown-request.js';

const openAiErrors = { body: openAiErrorBody, event: openAiErrorEvent };

const transformSchema = z.object({
  call_type: z.string('expected the name of a call, such as "completion"'),
  request_body: z.record(z.string(), z.unknown(), 'expected the body of the request'),
});

@Controller()
export class InspectionController {
  constructor(
    private readonly pipeline: LlmPipelineService,
    private readonly settings: SettingsService,
    private readonly catalog: CatalogService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('utils/token_counter')
  @Audience('llm_api')
  async countTokens(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('call_endpoint') callsEndpoint: unknown,
  ): Promise<void> {
    const bytes = await this.bodyOf(request);
    const { headers, ip, routeOptions } = request;
    const asked = { route: routeOptions.url ?? '', principal: principalOf(request), headers, clientAddress: ip, bytes };
    reply.hijack();
    const read = readTokenCounter(/^(true|1)$/i.test(String(callsEndpoint)));
    await this.pipeline.answer(asked, read, new SseWriter(reply.raw, openAiErrors));
  }

  /** What every deployment of the model takes. */
  @Get('utils/supported_openai_params')
  @Audience('llm_api')
  supportedParams(
    @Req() request: FastifyRequest,
    @Query('model') model: unknown,
  ): { supported_openai_params: readonly string[] } {
    if (typeof model !== 'string' || model === '') throw invalidMember('model', 'the name of a model', model);
    const { deployments } = this.allowed(request, model);
    return { supported_openai_params: inAll(deployments.map((deployment) => supportedParams(deployment))) };
  }

  @Post('utils/transform_request')
  @Audience('llm_api')
  @HttpCode(200)
  async transform(@Req() request: FastifyRequest): Promise<ShownRequest> {
    const { value, reservedMembers } = readJsonBody(await this.bodyOf(request));
    const { call_type: name, request_body: body } = checkedBy(transformSchema, value);
    const read = findCallType(name);
    if (!read) {
      const reason = `\`call_type\`: there is no ${name.slice(0, 100)} here. There are ${callTypes.join(', ')}.`;
      throw new GatewayError('invalid_request', { param: 'call_type', facts: { reason } });
    }
    const operation = read(Buffer.from(JSON.stringify(body)), {});
    const [reserved] = [...reservedMembers, ...operation.reservedMembers];
    if (reserved !== undefined)
      throw new GatewayError('clientside_credentials', { param: reserved, facts: { param: reserved } });
    const [deployment] = this.allowed(request, operation.model).deployments;
    if (!deployment) throw new GatewayError('no_deployment', { facts: { model: operation.model } });
    const principal = principalOf(request);
    const catalog = this.catalog.current().ofTeam(principal.teamId);
    const asked = { requestId: 'transform_request', principal, clientAddress: '', operation };
    const exchange = new SoloExchange({ ...asked, catalog }, this.clock);
    return showRequest(exchange, deployment);
  }

  @Get('model_group/info')
  @Audience('llm_api')
  modelGroups(
    @Req() request: FastifyRequest,
    @Query('model_group') name: unknown,
  ): { data: readonly ModelGroupInfo[] } {
    const principal = principalOf(request);
    const groups = allowedModels(this.catalog.current().ofTeam(principal.teamId), principal);
    if (name === undefined) return { data: groups.map(modelGroupInfo) };
    if (typeof name !== 'string') throw invalidMember('model_group', 'the name of a model group', name);
    const group = groups.find(({ id }) => id === name);
    if (group) return { data: [modelGroupInfo(group)] };
    const reason = `The model group '${name.slice(0, 200)}' does not exist or is not available for this API key.`;
    throw new GatewayError('object_not_found', { param: 'model_group', facts: { reason } });
  }

  private allowed(request: FastifyRequest, model: string): ReturnType<typeof allowedModel> {
    const { url = '' } = request.routeOptions;
    const principal = principalOf(request);
    return allowedModel(this.catalog.current().ofTeam(principal.teamId), principal, model, url);
  }

  private bodyOf({ raw }: FastifyRequest): Promise<Buffer> {
    return readBody(raw, this.settings.general.maxRequestBytes);
  }
}
