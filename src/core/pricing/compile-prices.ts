/** Turns a model's decimal prices into whole-number rates at one scale, so that a cost is a sum of exact products. */
import type { ModelPrices } from '../spec/deployment.js';
import { digitsAtScale, parseDecimal, type Decimal } from './decimal.js';

type PriceName = Exclude<keyof ModelPrices, 'tiers' | 'serviceTiers'>;
type PlainPrices = Pick<ModelPrices, PriceName>;
type TieredPrices = Omit<ModelPrices, 'serviceTiers'>;

/** What a request can be billed for, each with its rate. */
export interface Rates<N> {
  readonly input: N;
  readonly cacheRead: N;
  readonly cacheCreation: N;
  readonly cacheCreation1h: N;
  readonly inputAudio: N;
  readonly output: N;
  readonly outputReasoning: N;
  readonly outputAudio: N;
  readonly inputImage: N;
  readonly outputImage: N;
  readonly perImage: N;
  readonly perInputMs: N;
  readonly perInputCharacter: N;
  readonly perRequest: N;
  readonly perWebSearch: N;
}

/** The rates of a prompt longer than `aboveTokens`. */
export interface PromptTier {
  readonly aboveTokens: number;
  /** In units of 10^-scale USD; exact only where `largest` is a safe integer. */
  readonly rates: Rates<number>;
  readonly exactRates: Rates<bigint>;
  /** No rate is larger. */
  readonly largest: number;
}

/** Ascending by length; the first holds for every prompt. */
export type PromptTiers = readonly [PromptTier, ...PromptTier[]];

export interface CompiledPrices {
  readonly standard: PromptTiers;
  readonly byServiceTier: ReadonlyMap<string, PromptTiers>;
  /** Units of the rates in one nano-dollar: a power of ten, at least 1. */
  readonly unitsPerNano: number;
  readonly exactUnitsPerNano: bigint;
}

const nanoDigits = 9;
/** Every prompt, an empty one too, is longer than this. */
const everyPrompt = -1;
const free: Decimal = { digits: 0n, scale: 0 };
const compiled = new WeakMap<ModelPrices, CompiledPrices>();

/**
 * Compiles once per prices object; later calls with the same object are a look-up.
 *
 * @throws GatewayError `internal` whose detail names a price that is no decimal number of at least zero.
 */
export function compilePrices(prices: ModelPrices): CompiledPrices {
  const known = compiled.get(prices);
  if (known !== undefined) return known;

  const standard = resolveTiers(prices, undefined);
  const services = Object.entries(prices.serviceTiers ?? {}).map(
    ([name, own]) => [name, resolveTiers(prices, own)] as const,
  );
  const scales = [standard, ...services.map(([, tiers]) => tiers)].flat().flatMap(({ rates }) => scalesOf(rates));
  const scale = Math.max(nanoDigits, ...scales);
  const made: CompiledPrices = {
    standard: toScale(standard, scale),
    byServiceTier: new Map(services.map(([name, tiers]) => [name, toScale(tiers, scale)])),
    unitsPerNano: 10 ** (scale - nanoDigits),
    exactUnitsPerNano: 10n ** BigInt(scale - nanoDigits),
  };
  compiled.set(prices, made);
  return made;
}

interface ResolvedTier {
  readonly aboveTokens: number;
  readonly rates: Rates<Decimal>;
}

/** Where a service tier names no price of its own, the standard price for the same prompt length holds. */
function resolveTiers(standard: TieredPrices, service: TieredPrices | undefined): ResolvedTier[] {
  const lengths = new Set([everyPrompt, ...tierLengths(standard), ...tierLengths(service)]);
  return [...lengths]
    .sort((a, b) => a - b)
    .map((aboveTokens) => ({
      aboveTokens,
      rates: resolveRates([tierAt(service, aboveTokens), tierAt(standard, aboveTokens), service ?? {}, standard]),
    }));
}

function tierLengths(prices: TieredPrices | undefined): number[] {
  return (prices?.tiers ?? []).map((tier) => tier.aboveTokens);
}

function tierAt(prices: TieredPrices | undefined, aboveTokens: number): PlainPrices {
  const reached = (prices?.tiers ?? []).filter((tier) => tier.aboveTokens <= aboveTokens);
  return reached.reduce<PlainPrices>((merged, tier) => ({ ...merged, ...tier }), {});
}

/** The first layer that names a price gives it. */
function resolveRates(layers: readonly PlainPrices[]): Rates<Decimal> {
  const find = (name: PriceName): Decimal | undefined => {
    const text = layers.find((layer) => layer[name] !== undefined)?.[name];
    return text === undefined ? undefined : parseDecimal(text);
  };
  const input = find('inputPerToken') ?? free;
  const output = find('outputPerToken') ?? free;
  const cacheCreation = find('cacheCreationPerToken') ?? input;
  return {
    input,
    cacheRead: find('cacheReadPerToken') ?? input,
    cacheCreation,
    cacheCreation1h: find('cacheCreation1hPerToken') ?? cacheCreation,
    inputAudio: find('inputAudioPerToken') ?? input,
    output,
    outputReasoning: find('outputReasoningPerToken') ?? output,
    outputAudio: find('outputAudioPerToken') ?? output,
    inputImage: find('inputImagePerToken') ?? input,
    outputImage: find('outputImagePerToken') ?? output,
    perImage: find('perImage') ?? free,
    perInputMs: perThousand(find('perInputSecond') ?? free),
    perInputCharacter: find('perInputCharacter') ?? free,
    perRequest: find('perRequest') ?? free,
    perWebSearch: find('perWebSearch') ?? free,
  };
}

/** Seconds come with fractions; whole milliseconds keep the sum exact. */
function perThousand({ digits, scale }: Decimal): Decimal {
  return digits === 0n ? free : { digits, scale: scale + 3 };
}

function scalesOf(rates: Rates<Decimal>): number[] {
  return Object.values<Decimal>({ ...rates }).map((rate) => rate.scale);
}

function toScale(tiers: readonly ResolvedTier[], scale: number): PromptTiers {
  const scaled = tiers.map(({ aboveTokens, rates }) => {
    const exactRates = mapRates(rates, (rate) => digitsAtScale(rate, scale));
    const inDoubles = mapRates(exactRates, Number);
    return { aboveTokens, exactRates, rates: inDoubles, largest: Math.max(...Object.values<number>({ ...inDoubles })) };
  });
  // The tier of every prompt is always there.
  return scaled as [PromptTier, ...PromptTier[]];
}

function mapRates<A, B>(rates: Rates<A>, change: (rate: A) => B): Rates<B> {
  return {
    input: change(rates.input),
    cacheRead: change(rates.cacheRead),
    cacheCreation: change(rates.cacheCreation),
    cacheCreation1h: change(rates.cacheCreation1h),
    inputAudio: change(rates.inputAudio),
    output: change(rates.output),
    outputReasoning: change(rates.outputReasoning),
    outputAudio: change(rates.outputAudio),
    inputImage: change(rates.inputImage),
    outputImage: change(rates.outputImage),
    perImage: change(rates.perImage),
    perInputMs: change(rates.perInputMs),
    perInputCharacter: change(rates.perInputCharacter),
    perRequest: change(rates.perRequest),
    perWebSearch: change(rates.perWebSearch),
  };
}
