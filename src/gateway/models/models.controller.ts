/** GET /v1/models: what the caller's key may ask for, in OpenAI's words, or in Anthropic's for clients that name its version. */
import { Controller, Get, Headers, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { modelDenial } from '../../auth/model-access.js';
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

/** https://platform.claude.com/docs/en/api/models-list */
interface AnthropicModel {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  readonly created_at: string;
}

/** One page holds them all. */
interface AnthropicModels {
  readonly data: readonly AnthropicModel[];
  readonly has_more: false;
  readonly first_id: string | null;
  readonly last_id: string | null;
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
    @Headers('anthropic-version') anthropicVersion: unknown,
  ): { object: 'list'; data: readonly ModelObject[] } | AnthropicModels {
    const user = principalOf(request);
    const options = { user, withPatterns: withPatterns === 'true' };
    const names = namesFor(this.catalog.current().ofTeam(user.teamId).models(), options);
    if (anthropicVersion === undefined) return { object: 'list', data: names.map(modelObject) };
    const [first = null, last = null] = [names[0], names.at(-1)];
    return { data: names.map(anthropicModel), has_more: false, first_id: first, last_id: last };
  }

  /** Model names hold slashes: `openai/gpt-4o`. */
  @Get(['v1/models/*', 'models/*'])
  @Audience('llm_api')
  show(
    @Req() request: FastifyRequest,
    @Param('*') name: string,
    @Headers('anthropic-version') anthropicVersion: unknown,
  ): ModelObject | AnthropicModel {
    const user = principalOf(request);
    const found = this.catalog.current().ofTeam(user.teamId).find(name);
    if (found && modelDenial(user, name, found) === null)
      return anthropicVersion === undefined ? modelObject(name) : anthropicModel(name);
    const reason = `The model '${name}' does not exist or is not available for this API key.`;
    throw new GatewayError('object_not_found', { param: 'model', facts: { reason } });
  }
}

function anthropicModel(id: string): AnthropicModel {
  return { type: 'model', id, display_name: id, created_at: new Date(created * 1_000).toISOString() };
}

function modelObject(id: string): ModelObject {
  return { id, object: 'model', created, owned_by: 'openai' };
}
