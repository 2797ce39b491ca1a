/** LiteLLM's `ModelGroupInfo`: what a model group can do and costs, over all of its deployments. */
import type { ListedModel } from '../../catalog/catalog-snapshot.js';
import type { Capability } from '../../core/pricing/price-table.js';
import type { Deployment } from '../../core/spec/index.js';
import { costsOf } from '../../core/pricing/deployment-costs.js';
import { factsOf, modeOf, supportedParams } from './model-facts.js';

export interface ModelGroupInfo {
  readonly model_group: string;
  readonly providers: readonly string[];
  readonly mode: string | null;
  /** The largest of its deployments, as LiteLLM has it. */
  readonly max_input_tokens: number | null;
  readonly max_output_tokens: number | null;
  /** USD; the dearest of its deployments. */
  readonly input_cost_per_token: number | null;
  readonly output_cost_per_token: number | null;
  /** Those of all deployments together. */
  readonly tpm: number | null;
  readonly rpm: number | null;
  readonly supports_vision: boolean;
  readonly supports_function_calling: boolean;
  readonly supports_parallel_function_calling: boolean;
  readonly supports_reasoning: boolean;
  readonly supports_web_search: boolean;
  readonly supported_openai_params: readonly string[];
}

export function modelGroupInfo({ id, deployments }: Pick<ListedModel, 'id' | 'deployments'>): ModelGroupInfo {
  const can = (capability: Capability): boolean =>
    deployments.some(
      (deployment) => isSaid(deployment, capability) ?? factsOf(deployment)?.capabilities.has(capability),
    );
  const prices = deployments.map((deployment) => costsOf(deployment).listed);
  return {
    model_group: id,
    providers: [...new Set(deployments.map(({ provider }) => provider.id))],
    mode: deployments[0] ? modeOf(deployments[0]) : null,
    max_input_tokens: most(
      deployments.map((each) => numberIn(each, 'max_input_tokens') ?? factsOf(each)?.maxInputTokens),
    ),
    max_output_tokens: most(
      deployments.map(
        (each) => numberIn(each, 'max_output_tokens') ?? numberIn(each, 'max_tokens') ?? factsOf(each)?.maxOutputTokens,
      ),
    ),
    input_cost_per_token: most(prices.map((each) => asNumber(each?.inputPerToken))),
    output_cost_per_token: most(prices.map((each) => asNumber(each?.outputPerToken))),
    tpm: sum(deployments.map(({ tpm }) => tpm)),
    rpm: sum(deployments.map(({ rpm }) => rpm)),
    supports_vision: can('vision'),
    supports_function_calling: can('function_calling'),
    supports_parallel_function_calling: can('parallel_function_calling'),
    supports_reasoning: can('reasoning'),
    supports_web_search: can('web_search'),
    supported_openai_params: inAll(deployments.map((each) => supportedParams(each))),
  };
}

/** What each of the lists has: whichever deployment a request meets, it takes these. */
export function inAll(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  return first.filter((name) => others.every((list) => list.includes(name)));
}

/** `model_info.supports_vision` and its like. */
function isSaid({ modelInfo }: Deployment, capability: Capability): boolean | undefined {
  const said = modelInfo[`supports_${capability}`];
  return typeof said === 'boolean' ? said : undefined;
}

function numberIn({ modelInfo }: Deployment, name: string): number | undefined {
  const value = modelInfo[name];
  return typeof value === 'number' ? value : undefined;
}

function asNumber(price: string | undefined): number | undefined {
  return price === undefined ? undefined : Number(price);
}

function most(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}

function sum(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
