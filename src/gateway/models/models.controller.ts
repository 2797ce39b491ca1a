/** GET /v1/models: what the caller's key may ask for. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { mayUseModel } from '../../auth/model-access.js';
import { principalOf } from '../../auth/principal-of.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { namesFor } from './listed-models.js';

interface ModelObject {
  readonly id: string;
  readonly object: 'model';
  /** Epoch seconds; the same for every model, as LiteLLM has it. */
  readonly created: number;
  readonly owned_by: string;
}

/** OpenAI's clients need a number here; configured models have no date of their own. */
const created = 1_677_610_602;

@Controller()
export class ModelsController {
  constructor(private readonly catalog: CatalogService) {}

  @Get(['v1/models', 'models'])
  @Audience('llm_api')
  list(
    @Req() request: FastifyRequest,
    @Query('return_wildcard_routes') withPatterns: unknown,
  ): { object: 'list'; data: readonly ModelObject[] } {
    const options = { allowed: principalOf(request).models, withPatterns: withPatterns === 'true' };
    return { object: 'list', data: namesFor(this.catalog.current().models(), options).map(modelObject) };
  }

  /** Model names hold slashes: `openai/gpt-4o`. */
  @Get(['v1/models/*', 'models/*'])
  @Audience('llm_api')
  show(@Req() request: FastifyRequest, @Param('*') name: string): ModelObject {
    const { models } = principalOf(request);
    if (mayUseModel(models, name) && this.catalog.current().find(name)) return modelObject(name);
    const reason = `The model '${name}' does not exist or is not available for this API key.`;
    throw new GatewayError('object_not_found', { param: 'model', facts: { reason } });
  }
}

function modelObject(id: string): ModelObject {
  return { id, object: 'model', created, owned_by: 'openai' };
}
