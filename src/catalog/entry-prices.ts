/** Turns the price keys of a `model_list` entry into the prices of a deployment. */
import type { ModelPrices } from '../core/spec/deployment.js';

type Tier = NonNullable<ModelPrices['tiers']>[number];
type PlainPrice = Exclude<keyof ModelPrices, 'tiers' | 'serviceTiers'>;
type MutablePrices = { -readonly [Name in PlainPrice]?: string };

const priceNames: Readonly<Record<string, PlainPrice>> = {
  input_cost_per_token: 'inputPerToken',
  output_cost_per_token: 'outputPerToken',
  cache_read_input_token_cost: 'cacheReadPerToken',
  cache_creation_input_token_cost: 'cacheCreationPerToken',
  cache_creation_input_token_cost_above_1hr: 'cacheCreation1hPerToken',
  output_cost_per_reasoning_token: 'outputReasoningPerToken',
  input_cost_per_audio_token: 'inputAudioPerToken',
  output_cost_per_audio_token: 'outputAudioPerToken',
  input_cost_per_image_token: 'inputImagePerToken',
  output_cost_per_image_token: 'outputImagePerToken',
  output_cost_per_image: 'perImage',
  input_cost_per_second: 'perInputSecond',
  input_cost_per_character: 'perInputCharacter',
  input_cost_per_request: 'perRequest',
  input_cost_per_query: 'perRequest',
};

/** What the price table's keys call a service tier, and what answers call it. */
const serviceTierNames: Readonly<Record<string, string>> = { batches: 'batch', flex: 'flex', priority: 'priority' };

const priceKey = /^(?<base>.+?)(?:_above_(?<above>\d+)k_tokens)?(?:_(?<tier>batches|flex|priority))?$/;

interface Layer {
  readonly plain: MutablePrices;
  readonly tiers: Map<number, MutablePrices>;
}

export interface EntryPrices {
  /** Undefined where the entry names no price. */
  readonly prices: ModelPrices | undefined;
  /** Keys that look like prices but stand for nothing that is billed here. */
  readonly unused: readonly string[];
}

/** @param entries exact decimals by wire name */
export function toModelPrices(entries: Readonly<Record<string, unknown>>): EntryPrices {
  const standard = newLayer();
  const services = new Map<string, Layer>();
  const unused: string[] = [];
  for (const [key, value] of Object.entries(entries)) {
    if (key === 'search_context_cost_per_query') {
      const search = mediumSearchPrice(value);
      if (search === undefined) unused.push(key);
      else standard.plain.perWebSearch = search;
      continue;
    }
    const { base = '', above, tier } = priceKey.exec(key)?.groups ?? {};
    const name = Object.hasOwn(priceNames, base) ? priceNames[base] : undefined;
    if (name === undefined || typeof value !== 'string') {
      unused.push(key);
      continue;
    }
    const layer = tier === undefined ? standard : getOrMake(services, serviceTierNames[tier] ?? tier, newLayer);
    const target: MutablePrices =
      above === undefined ? layer.plain : getOrMake(layer.tiers, Number(above) * 1000, () => ({}));
    target[name] = value;
  }
  const serviceTiers = Object.fromEntries([...services].map(([name, layer]) => [name, toPrices(layer)]));
  const prices = { ...toPrices(standard), ...(services.size > 0 ? { serviceTiers } : {}) };
  return { prices: Object.keys(prices).length > 0 ? prices : undefined, unused };
}

function toPrices({ plain, tiers }: Layer): Omit<ModelPrices, 'serviceTiers'> {
  if (tiers.size === 0) return plain;
  const ascending = [...tiers].sort(([left], [right]) => left - right);
  return { ...plain, tiers: ascending.map(([aboveTokens, prices]): Tier => ({ aboveTokens, ...prices })) };
}

/** The table prices a search by the size of its context; providers' default is the medium one. */
function mediumSearchPrice(value: unknown): string | undefined {
  const medium: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'search_context_size_medium') : value;
  return typeof medium === 'string' ? medium : undefined;
}

function newLayer(): Layer {
  return { plain: {}, tiers: new Map() };
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
