/** What requests will cost, or have cost: by the same prices that the ledger is written with. */
import { Injectable } from '@nestjs/common';
import { modelDenial } from '../../auth/model-access.js';
import type { Principal } from '../../auth/principal.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { compilePrices } from '../../core/pricing/compile-prices.js';
import { costNanos } from '../../core/pricing/cost.js';
import { pricesOf } from '../../core/pricing/deployment-prices.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { ChatMessage } from '../../core/schema/openai/chat.js';
import type { Deployment, ModelPrices, Usage } from '../../core/spec/index.js';
import { countPromptTokens } from '../../core/tokens/count-tokens.lazy.js';
import type { CalculateBody, EstimateBody } from './cost.dto.js';

/** Characters that are counted one by one; the rest is estimated. */
const MOST_COUNTED = 1_000_000;

/** Nano-dollars of one request, in LiteLLM's parts. */
interface CostParts {
  readonly cost: bigint;
  readonly input_cost: bigint;
  readonly output_cost: bigint;
  readonly margin_cost: bigint;
  readonly cache_read_cost: bigint;
  readonly cache_creation_cost: bigint;
  readonly reasoning_cost: bigint;
}

interface Priced {
  readonly deployment: Deployment;
  readonly prices: ModelPrices;
  /** Before the operator's discount or margin. */
  readonly listed: ModelPrices;
}

@Injectable()
export class CostService {
  constructor(private readonly catalog: CatalogService) {}

  /** @throws GatewayError `object_not_found` for a model that the caller may not use, or that has no price */
  estimate(body: EstimateBody, principal: Principal): Record<string, unknown> {
    const priced = this.#priced(body.model, principal);
    const parts = partsOf(usageOf(body), priced);
    const { num_requests_per_day: perDay = null, num_requests_per_month: perMonth = null } = body;
    const { prices } = priced;
    return {
      ...body,
      num_requests_per_day: perDay,
      num_requests_per_month: perMonth,
      ...shown(parts, 1, (part) => `${part}_per_request`),
      ...shown(parts, perDay, (part) => `daily_${part}`),
      ...shown(parts, perMonth, (part) => `monthly_${part}`),
      input_cost_per_token: rate(prices.inputPerToken),
      output_cost_per_token: rate(prices.outputPerToken),
      cache_read_input_token_cost: rate(prices.cacheReadPerToken),
      cache_creation_input_token_cost: rate(prices.cacheCreationPerToken),
      output_cost_per_reasoning_token: rate(prices.outputReasoningPerToken),
      provider: priced.deployment.provider.id,
    };
  }

  /**
   * What an answer has cost, or what a prompt would cost before it is sent.
   *
   * @throws GatewayError `invalid_request` where the body has neither; `object_not_found` as for an estimate
   */
  async calculate(body: CalculateBody, principal: Principal): Promise<{ cost: number }> {
    const { model, messages, completion_response: answer } = body;
    if (typeof model === 'string') {
      if (!messages) throw invalid('messages', 'must be given with `model`.');
      const priced = this.#priced(model, principal);
      const prompt = { messages: messages as unknown as ChatMessage[] };
      const counted = await countPromptTokens(priced.deployment.model, prompt, { mostLength: MOST_COUNTED });
      return { cost: costOf({ promptTokens: counted.tokens, completionTokens: 0 }, priced.prices) };
    }
    if (!answer) throw invalid('model', 'or `completion_response` must be given.');
    const { usage } = answer;
    const cachedTokens = usage.prompt_tokens_details?.cached_tokens ?? undefined;
    const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens ?? undefined;
    const asCounted: Usage = {
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
      ...(cachedTokens !== undefined && { cachedTokens }),
      ...(reasoningTokens !== undefined && { reasoningTokens }),
    };
    return { cost: costOf(asCounted, this.#priced(answer.model, principal).prices) };
  }

  /** By the first deployment that has a price. */
  #priced(model: string, principal: Principal): Priced {
    const found = this.catalog.current().ofTeam(principal.teamId).find(model);
    if (found && modelDenial(principal, model, found) === null) {
      for (const deployment of found.deployments) {
        const { prices, unadjusted } = pricesOf(deployment);
        if (prices) return { deployment, prices, listed: unadjusted ?? prices };
      }
    }
    const reason = `The cost of the model '${model.slice(0, 200)}' is not known: it does not exist, is not available for this API key, or has no price.`;
    throw new GatewayError('object_not_found', { param: 'model', facts: { reason } });
  }
}

function usageOf(body: EstimateBody): Usage {
  return {
    promptTokens: body.input_tokens,
    completionTokens: body.output_tokens,
    cachedTokens: body.cache_read_input_tokens,
    cacheCreationTokens: body.cache_creation_input_tokens,
    reasoningTokens: body.reasoning_tokens,
  };
}

/** Each part is what the request costs more with it than without it; together they are the cost, to the nano-dollar. */
function partsOf(usage: Usage, { prices, listed }: Priced): CostParts {
  const before = (less: Partial<Usage>): bigint => costNanos({ ...usage, ...less }, compilePrices(listed));
  const cost = costNanos(usage, compilePrices(prices));
  const all = before({});
  const { promptTokens, completionTokens, cachedTokens = 0, cacheCreationTokens = 0, reasoningTokens = 0 } = usage;
  const noOutput = { completionTokens: 0, reasoningTokens: 0 };
  const input = before(noOutput);
  const withoutCached = before({ ...noOutput, promptTokens: promptTokens - cachedTokens, cachedTokens: 0 });
  const withoutCreated = before({
    ...noOutput,
    promptTokens: promptTokens - cacheCreationTokens,
    cacheCreationTokens: 0,
  });
  const withoutReasoning = before({ completionTokens: completionTokens - reasoningTokens, reasoningTokens: 0 });
  return {
    cost,
    input_cost: input,
    output_cost: all - input,
    margin_cost: cost - all,
    cache_read_cost: input - withoutCached,
    cache_creation_cost: input - withoutCreated,
    reasoning_cost: all - withoutReasoning,
  };
}

function shown(
  parts: CostParts,
  times: number | null,
  nameOf: (part: string) => string,
): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(parts).map(([part, nanos]: [string, bigint]) => [
      nameOf(part),
      times === null ? null : usdFromNanos(nanos * BigInt(times)),
    ]),
  );
}

function costOf(usage: Usage, prices: ModelPrices): number {
  return usdFromNanos(costNanos(usage, compilePrices(prices)));
}

function rate(decimal: string | undefined): number | null {
  return decimal === undefined ? null : Number(decimal);
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
