/** What is publicly known of models: exact prices, limits and abilities, from the data file beside it. */
import { readFileSync } from 'node:fs';
import type { ModelPrices } from '../spec/deployment.js';

export type Capability =
  | 'audio_input'
  | 'audio_output'
  | 'function_calling'
  | 'parallel_function_calling'
  | 'pdf_input'
  | 'prompt_caching'
  | 'reasoning'
  | 'response_schema'
  | 'tool_choice'
  | 'vision'
  | 'web_search';

export interface ModelFacts {
  /** `chat`, `embedding`, `rerank`, ... */
  readonly mode: string;
  readonly maxInputTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly capabilities: ReadonlySet<Capability>;
  /** Undefined: the model is known, its price is not. */
  readonly prices: ModelPrices | undefined;
}

export interface PriceTableOrigin {
  readonly source: string;
  readonly licence: string;
  /** The day the data was taken: `2026-11-24`. */
  readonly date: string;
}

/** USD as exact decimal text, for one token or one piece; the names are those of scripts/refresh-prices.py. */
interface PriceRow {
  readonly in?: string;
  readonly out?: string;
  readonly read?: string;
  readonly write?: string;
  readonly write1h?: string;
  readonly reason?: string;
  readonly audioIn?: string;
  readonly audioOut?: string;
  readonly imgIn?: string;
  readonly imgOut?: string;
  readonly image?: string;
  readonly second?: string;
  readonly char?: string;
  readonly request?: string;
  readonly search?: string;
  readonly above?: Readonly<Record<string, PriceRow>>;
  readonly tier?: Readonly<Record<string, PriceRow>>;
}

interface ModelRow {
  readonly mode?: string;
  readonly maxIn?: number;
  readonly maxOut?: number;
  readonly can?: string;
  readonly price?: PriceRow;
}

interface PriceTable extends PriceTableOrigin {
  readonly models: Readonly<Record<string, Readonly<Record<string, ModelRow>>>>;
}

/** Ids by which LiteLLM's configurations name a part of a provider. */
const providerAliases: ReadonlyMap<string, string> = new Map([
  ['azure_text', 'azure'],
  ['bedrock_converse', 'bedrock'],
  ['cohere_chat', 'cohere'],
  ['text-completion-openai', 'openai'],
  ['text_completion_openai', 'openai'],
  ['vertex_ai_beta', 'vertex_ai'],
]);

/** Whose models LiteLLM lists without a provider, in the order in which such a name is looked for. */
const bareNameProviders = ['openai', 'anthropic', 'gemini', 'vertex_ai', 'bedrock', 'cohere', 'deepseek'];

/** Rows become facts when they are first asked for, and stay the same objects from then on. */
const madeFacts = new WeakMap<ModelRow, ModelFacts>();
let loaded: PriceTable | undefined;

/**
 * The facts of a provider's model, by the provider's own name of it; a fine-tuned `ft:gpt-4o-2024-08-06:org::id` has
 * those of its base. Names are matched as they are listed, dates included. The first call loads the table.
 *
 * @param model may carry the provider's prefix: `groq/llama-3.3-70b-versatile`.
 */
export function findModelFacts(provider: string, model: string): ModelFacts | undefined {
  const models = modelsOf(provider);
  if (models === undefined) return undefined;
  const bare = model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model;
  const names = provider === 'bedrock' ? [model, ...bedrockNames(bare)] : [model, bare, fineTuneBase(bare)];
  const row = names.map((name) => ownMember(models, name)).find((found) => found !== undefined);
  return row === undefined ? undefined : factsOf(row);
}

/** The facts under the name that an operator gave as `base_model`: `azure/gpt-4o`, or `gpt-4o` alone. */
export function findBaseModelFacts(provider: string, baseModel: string): ModelFacts | undefined {
  const own = findModelFacts(provider, baseModel);
  if (own !== undefined) return own;
  const slash = baseModel.indexOf('/');
  if (slash > 0) {
    const named = findModelFacts(baseModel.slice(0, slash), baseModel.slice(slash + 1));
    if (named !== undefined) return named;
  }
  const owner = findProviderOfBareModel(baseModel);
  return owner === undefined ? undefined : findModelFacts(owner, baseModel);
}

/** Whose model `gpt-4o` or `claude-sonnet-4-5` is, for the names that LiteLLM takes without a provider. */
export function findProviderOfBareModel(model: string): string | undefined {
  return bareNameProviders.find((provider) => findModelFacts(provider, model) !== undefined);
}

/** The chat models that are listed for a provider, by its own names of them. */
export function chatModelsOf(provider: string): readonly string[] {
  const models = modelsOf(provider) ?? {};
  return Object.keys(models).filter((name) => (models[name]?.mode ?? 'chat') === 'chat');
}

/** Where the table comes from, and how old it is. */
export function priceTableOrigin(): PriceTableOrigin {
  const { source, licence, date } = load();
  return { source, licence, date };
}

/** Loads the table now, so that no request waits for it. */
export function warmPriceTable(): void {
  load();
}

/** Some providers are listed with hyphens in their names, where an id has underscores. */
function modelsOf(provider: string): PriceTable['models'][string] | undefined {
  const { models } = load();
  const id = providerAliases.get(provider) ?? provider;
  return ownMember(models, id) ?? ownMember(models, id.replaceAll('_', '-'));
}

function load(): PriceTable {
  // The file is ours and is checked by the tests of this folder.
  loaded ??= JSON.parse(readFileSync(new URL('./price-table.json', import.meta.url), 'utf8')) as PriceTable;
  return loaded;
}

/** Names come from requests: `constructor` is no model. */
function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

const bedrockRoute = /^(?:bedrock|converse|converse_like|invoke)\//;
const bedrockRegion = /^[a-z]{2}(?:-[a-z]+)+-\d\//;
const bedrockGeography = /^(?:us-gov|us|eu|apac|jp|au|ca|sa|me|af|in|mx|il|uk|kr|amer|global)\./;
const bedrockResource = /^arn:[^/]*\/(?=[^/]+$)/;

/** Names that a model on Bedrock may be listed by, the most special first: with region, with geography, without either. */
function bedrockNames(model: string): readonly string[] {
  let name = model;
  while (bedrockRoute.test(name)) name = name.replace(bedrockRoute, '');
  const plain = name.replace(bedrockRegion, '').replace(bedrockResource, '');
  return [name, plain, plain.replace(bedrockGeography, '')];
}

/** https://platform.openai.com/docs/guides/fine-tuning: `ft:<base>:<organization>:<suffix>:<id>` */
function fineTuneBase(model: string): string {
  return model.startsWith('ft:') ? model.split(':', 2).join(':') : model;
}

function factsOf(row: ModelRow): ModelFacts {
  const known = madeFacts.get(row);
  if (known !== undefined) return known;
  const facts: ModelFacts = {
    mode: row.mode ?? 'chat',
    maxInputTokens: row.maxIn,
    maxOutputTokens: row.maxOut,
    capabilities: new Set((row.can?.split(' ') ?? []) as Capability[]),
    prices: row.price === undefined ? undefined : pricesOf(row.price),
  };
  madeFacts.set(row, facts);
  return facts;
}

function pricesOf(row: PriceRow): ModelPrices {
  const { tier } = row;
  if (tier === undefined) return tieredPricesOf(row);
  const serviceTiers = Object.fromEntries(Object.entries(tier).map(([name, own]) => [name, tieredPricesOf(own)]));
  return { ...tieredPricesOf(row), serviceTiers };
}

function tieredPricesOf(row: PriceRow): Omit<ModelPrices, 'serviceTiers'> {
  const { above } = row;
  if (above === undefined) return plainPricesOf(row);
  const tiers = Object.entries(above)
    .map(([tokens, own]) => ({ aboveTokens: Number(tokens), ...plainPricesOf(own) }))
    .sort((a, b) => a.aboveTokens - b.aboveTokens);
  return { ...plainPricesOf(row), tiers };
}

function plainPricesOf(row: PriceRow): Omit<ModelPrices, 'tiers' | 'serviceTiers'> {
  return {
    ...(row.in !== undefined && { inputPerToken: row.in }),
    ...(row.out !== undefined && { outputPerToken: row.out }),
    ...(row.read !== undefined && { cacheReadPerToken: row.read }),
    ...(row.write !== undefined && { cacheCreationPerToken: row.write }),
    ...(row.write1h !== undefined && { cacheCreation1hPerToken: row.write1h }),
    ...(row.reason !== undefined && { outputReasoningPerToken: row.reason }),
    ...(row.audioIn !== undefined && { inputAudioPerToken: row.audioIn }),
    ...(row.audioOut !== undefined && { outputAudioPerToken: row.audioOut }),
    ...(row.imgIn !== undefined && { inputImagePerToken: row.imgIn }),
    ...(row.imgOut !== undefined && { outputImagePerToken: row.imgOut }),
    ...(row.image !== undefined && { perImage: row.image }),
    ...(row.second !== undefined && { perInputSecond: row.second }),
    ...(row.char !== undefined && { perInputCharacter: row.char }),
    ...(row.request !== undefined && { perRequest: row.request }),
    ...(row.search !== undefined && { perWebSearch: row.search }),
  };
}
