/** What `/model/info` says of a deployment: what was configured, and what is known of its model. */
import type { ConfiguredModel } from '../../catalog/deployment-factory.js';
import { withoutSecretParams } from '../../config/secret-params.js';
import { pricesOf } from '../../core/pricing/deployment-prices.js';
import type { Deployment, ModelPrices } from '../../core/spec/index.js';
import type { DescribedModel } from './model.dto.js';
import type { Members, OpenModel } from './model.repository.js';

/** Through whom the caller may use a model. */
export interface ModelAccessView {
  readonly teamIds: readonly string[];
  readonly direct: boolean;
}

/** @param row where it is a stored one */
export function describeServed(
  model: ConfiguredModel,
  row: OpenModel | undefined,
  access: ModelAccessView,
): DescribedModel {
  return {
    model_name: model.modelName,
    litellm_params: model.shownParams,
    model_info: {
      ...(model.deployment && factsOf(model.deployment)),
      ...withoutSecretParams(model.modelInfo),
      ...timesOf(row),
      id: model.id,
      db_model: model.isStored,
      blocked: false,
      ...accessOf(access),
    },
  };
}

/** One that is stored and not served: blocked, faulty, or its parameters cannot be opened. */
export function describeStored(model: OpenModel, access: ModelAccessView): DescribedModel {
  const { row, params, info } = model;
  return {
    model_name: row.modelName,
    litellm_params: withoutSecretParams(params ?? {}),
    model_info: {
      ...withoutSecretParams(info),
      ...timesOf(model),
      ...(params === null && { unreadable: true }),
      id: row.id,
      db_model: true,
      blocked: row.blocked,
      ...accessOf(access),
    },
  };
}

function accessOf({ teamIds, direct }: ModelAccessView): { access_via_team_ids: string[]; direct_access: boolean } {
  return { access_via_team_ids: [...teamIds], direct_access: direct };
}

function timesOf(model: OpenModel | undefined): Members {
  if (!model) return {};
  const { createdAt, createdBy, updatedAt, updatedBy } = model.row;
  return {
    created_at: createdAt.toISOString(),
    created_by: createdBy,
    updated_at: updatedAt.toISOString(),
    updated_by: updatedBy,
  };
}

/** USD for one token or one piece, as numbers; the names are those of the configuration. */
const shownPrices = {
  input_cost_per_token: 'inputPerToken',
  output_cost_per_token: 'outputPerToken',
  cache_read_input_token_cost: 'cacheReadPerToken',
  cache_creation_input_token_cost: 'cacheCreationPerToken',
  output_cost_per_reasoning_token: 'outputReasoningPerToken',
  output_cost_per_image: 'perImage',
  input_cost_per_second: 'perInputSecond',
  input_cost_per_character: 'perInputCharacter',
  input_cost_per_request: 'perRequest',
} as const satisfies Readonly<Record<string, keyof ModelPrices>>;

function factsOf(deployment: Deployment): Members {
  const { provider, model } = deployment;
  const { prices, facts } = pricesOf(deployment);
  const listed = Object.entries(shownPrices).map(([name, key]) => [name, prices?.[key]] as const);
  const capabilities = facts ? [...facts.capabilities] : [];
  return {
    key: model,
    litellm_provider: provider.id,
    mode: facts?.mode ?? null,
    max_input_tokens: facts?.maxInputTokens ?? null,
    max_output_tokens: facts?.maxOutputTokens ?? null,
    ...Object.fromEntries(listed.flatMap(([name, price]) => (price === undefined ? [] : [[name, Number(price)]]))),
    ...Object.fromEntries(capabilities.map((capability) => [`supports_${capability}`, true])),
  };
}
