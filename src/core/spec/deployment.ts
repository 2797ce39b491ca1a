/** One configured way to reach one model: what a `model_list` entry becomes. */
import type { Credentials, Endpoint } from './outbound.js';
import { plainParameters, type ParameterPolicy } from './parameters.js';
import type { ProviderDefinition } from './provider.js';

/** Who vouches for an address: the operator's file, or a database row or request (then the egress policy applies). */
export type EgressProfile = 'operator' | 'restricted';

/** Exact prices of a model. Each is a decimal string in USD (for one token, or one piece), so that nothing is rounded before the sum. */
export interface ModelPrices {
  readonly inputPerToken?: string;
  readonly outputPerToken?: string;
  readonly cacheReadPerToken?: string;
  readonly cacheCreationPerToken?: string;
  readonly cacheCreation1hPerToken?: string;
  readonly outputReasoningPerToken?: string;
  readonly inputAudioPerToken?: string;
  readonly outputAudioPerToken?: string;
  readonly inputImagePerToken?: string;
  readonly outputImagePerToken?: string;
  /** For one picture that was made. */
  readonly perImage?: string;
  /** For one second of sound that was read; billed where the provider reports no tokens of it. */
  readonly perInputSecond?: string;
  /** For one character that was spoken or read; billed where the provider reports no tokens of it. */
  readonly perInputCharacter?: string;
  /** For one request, or for each of its search units where the provider counts those. */
  readonly perRequest?: string;
  readonly perWebSearch?: string;
  /** Prices that hold for the whole request once the prompt is longer than `aboveTokens`; ascending. */
  readonly tiers?: readonly ({ readonly aboveTokens: number } & Omit<ModelPrices, 'tiers' | 'serviceTiers'>)[];
  /** Prices by the tier that the provider says it billed: `flex`, `priority`, `batch`. */
  readonly serviceTiers?: Readonly<Record<string, Omit<ModelPrices, 'serviceTiers'>>>;
}

/** What the operator pays less, or charges more, than the listed prices: exact decimals. */
export interface PriceAdjustment {
  /** Part of the price that is not paid, from 0 to 1: `0.05` for 5 %. */
  readonly discount?: string;
  /** Part of the discounted price that is added: `0.1` for 10 %. */
  readonly margin?: string;
  /** Added to each request, USD. */
  readonly perRequest?: string;
}

/** How the router treats a deployment beside its siblings. */
export interface DeploymentRouting {
  /** Lower ones go first; the next is used where no deployment of the lower ones can be. */
  readonly order?: number;
  readonly tags?: readonly string[];
  /** `eu`, `us`, or as the provider names it. */
  readonly region?: string;
  readonly maxParallelRequests?: number;
  /** The first time out after it has failed. */
  readonly cooldownMs?: number;
  /** Failures a minute that are put up with. */
  readonly allowedFails?: number;
  /** The same by kind of failure: `RateLimit`, `Timeout`, ... */
  readonly allowedFailsByClass?: Readonly<Partial<Record<string, number>>>;
  /** The longest prompt, in place of what the price table says. */
  readonly maxInputTokens?: number;
}

/** What one deployment may spend. */
export interface DeploymentBudget {
  /** Nano-dollars. */
  readonly maxNanos: bigint;
  /** Such as `30d`; null: it is never reset. */
  readonly duration: string | null;
}

export interface Deployment {
  /** Stable over restarts: `model_info.id`, or a hash of the entry. */
  readonly id: string;
  /** The public name (`model_name`); a pattern where it holds `*`. */
  readonly modelGroup: string;
  readonly provider: ProviderDefinition;
  /** The provider's name of the model; `*` stands for what the client's name has there. */
  readonly model: string;
  readonly endpoint: Endpoint;
  readonly egress: EgressProfile;
  readonly credentials: Credentials;
  readonly parameters: ParameterPolicy;
  /** Request parameters that the client's body overrides (`temperature` in `litellm_params`, ...). */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Body fields that a client may set although they are addresses or credentials (`configurable_clientside_auth_params`). */
  readonly clientSettable: readonly string[];
  /** Whole request, milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Until the first byte of a stream, and between its chunks, milliseconds. */
  readonly streamTimeoutMs: number | undefined;
  /** Until the first token of a stream, milliseconds. */
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly budget?: DeploymentBudget;
  readonly weight: number | undefined;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly routing?: DeploymentRouting;
  readonly maxRetries: number | undefined;
  /** Answered by the gateway itself (`mock_response`). */
  readonly mockResponse: string | undefined;
  /** Overrides of the price table (`input_cost_per_token`, ... in `litellm_params` or `model_info`). */
  readonly prices: ModelPrices | undefined;
  /** Applied to the prices above or the listed ones (`cost_discount_config`, `cost_margin_config`). */
  readonly priceAdjustment?: PriceAdjustment;
  /** The name under which the price table knows the model, where it differs (`base_model`). */
  readonly baseModel: string | undefined;
  /** Everything else of `model_info`, as configured, for `/model/info`. */
  readonly modelInfo: Readonly<Record<string, unknown>>;
}

/** What a deployment is where nothing is set but where it is and how it is signed in to. */
export const plainDeployment = {
  parameters: plainParameters,
  defaults: {},
  clientSettable: [],
  timeoutMs: undefined,
  streamTimeoutMs: undefined,
  weight: undefined,
  rpm: undefined,
  tpm: undefined,
  maxRetries: undefined,
  mockResponse: undefined,
  prices: undefined,
  baseModel: undefined,
  modelInfo: {},
} as const satisfies Partial<Deployment>;
