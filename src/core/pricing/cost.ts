/** What one answer costs, exactly, in nano-dollars; and what a request may cost, before it is sent. */
import type { Usage } from '../spec/usage.js';
import { estimateTokens } from '../tokens/estimate-tokens.js';
import type { CompiledPrices, PromptTier, PromptTiers, Rates } from './compile-prices.js';
import { divideHalfUp } from './decimal.js';

/** A usage cut into parts that are billed at one rate each and overlap nowhere. */
type Quantities = Rates<number>;

/**
 * The cost of a usage: an exact sum, rounded half-up once.
 *
 * A prompt longer than a tier's threshold moves the whole request to that tier's prices. Details never add up to more
 * than the totals they are part of: what a provider reports beyond is not billed.
 */
export function costNanos(reported: Usage, prices: CompiledPrices): bigint {
  const usage = reported.billed ? { ...reported, ...reported.billed } : reported;
  const tiers = tiersFor(usage.serviceTier, prices);
  const quantities = quantitiesOf(usage);
  const tier = tierFor(usage.promptTokens, tiers);
  const pieces = piecesOf(quantities);
  // Every partial sum is a whole number below 2^53, hence exact in doubles.
  if (pieces * tier.largest <= Number.MAX_SAFE_INTEGER) return roundUnits(sum(quantities, tier.rates), prices);
  return divideHalfUp(exactSum(quantities, tier.exactRates), prices.exactUnitsPerNano);
}

export interface RequestSize {
  readonly bodyBytes: number;
  /** How many answers were asked for (`n`). */
  readonly answers?: number | null | undefined;
  /** `max_completion_tokens` or `max_tokens`. */
  readonly maxTokens?: number | null | undefined;
  /** The most that the model can answer. */
  readonly modelMaxTokens?: number | undefined;
  /** What is assumed for each answer where the request sets no limit (`default_reserve_output_tokens`). */
  readonly defaultOutputTokens: number;
  /** The tier that the request asks for. */
  readonly serviceTier?: string | null | undefined;
}

/** What to reserve for a request before it is sent: from its size alone, without a tokenizer. */
export function estimateNanos(size: RequestSize, prices: CompiledPrices): bigint {
  const modelMax = size.modelMaxTokens ?? Infinity;
  const perAnswer = Math.min(size.maxTokens ?? size.defaultOutputTokens, modelMax);
  return costNanos(
    {
      promptTokens: estimateTokens(size.bodyBytes),
      completionTokens: Math.max(1, count(size.answers ?? 1)) * count(perAnswer),
      ...(typeof size.serviceTier === 'string' && { serviceTier: size.serviceTier }),
    },
    prices,
  );
}

function tiersFor(serviceTier: string | undefined, prices: CompiledPrices): PromptTiers {
  return (serviceTier === undefined ? undefined : prices.byServiceTier.get(serviceTier)) ?? prices.standard;
}

function tierFor(promptTokens: number, tiers: PromptTiers): PromptTier {
  let reached = tiers[0];
  for (const tier of tiers) {
    if (promptTokens > tier.aboveTokens) reached = tier;
  }
  return reached;
}

function quantitiesOf(usage: Usage): Quantities {
  let input = count(usage.promptTokens);
  const cacheRead = Math.min(count(usage.cachedTokens), input);
  input -= cacheRead;
  const cacheCreation = Math.min(count(usage.cacheCreationTokens), input);
  input -= cacheCreation;
  const cacheCreation1h = Math.min(count(usage.cacheCreation1hTokens), input);
  input -= cacheCreation1h;
  const inputAudio = Math.min(count(usage.audioPromptTokens), input);
  input -= inputAudio;

  const inputImage = Math.min(count(usage.imagePromptTokens), input);
  input -= inputImage;
  // What is billed by the token is not billed by its length as well.
  const byLength = input + inputAudio === 0;

  let output = count(usage.completionTokens);
  const outputReasoning = Math.min(count(usage.reasoningTokens), output);
  output -= outputReasoning;
  const outputAudio = Math.min(count(usage.audioCompletionTokens), output);
  output -= outputAudio;
  const outputImage = Math.min(count(usage.imageCompletionTokens), output);
  output -= outputImage;

  return {
    input,
    cacheRead,
    cacheCreation,
    cacheCreation1h,
    inputAudio,
    output,
    outputReasoning,
    outputAudio,
    inputImage,
    outputImage,
    perImage: outputImage > 0 ? 0 : count(usage.images),
    perInputMs: byLength ? count((usage.inputSeconds ?? 0) * 1_000) : 0,
    perInputCharacter: byLength ? count(usage.inputCharacters) : 0,
    perRequest: usage.searchUnits === undefined ? 1 : count(usage.searchUnits),
    perWebSearch: count(usage.webSearchRequests),
  };
}

function piecesOf(quantities: Quantities): number {
  const { input, cacheRead, cacheCreation, cacheCreation1h, inputAudio, inputImage } = quantities;
  const { output, outputReasoning, outputAudio, outputImage } = quantities;
  const { perImage, perInputMs, perInputCharacter, perRequest, perWebSearch } = quantities;
  const tokensIn = input + cacheRead + cacheCreation + cacheCreation1h + inputAudio + inputImage;
  const tokensOut = output + outputReasoning + outputAudio + outputImage;
  return tokensIn + tokensOut + perImage + perInputMs + perInputCharacter + perRequest + perWebSearch;
}

/** Counts come from providers' answers: whatever is no whole number of at least zero must not break the ledger. */
function count(reported: number | undefined): number {
  return reported !== undefined && reported > 0 ? Math.min(Math.trunc(reported), Number.MAX_SAFE_INTEGER) : 0;
}

function sum(quantities: Quantities, rates: Rates<number>): number {
  return (
    quantities.input * rates.input +
    quantities.cacheRead * rates.cacheRead +
    quantities.cacheCreation * rates.cacheCreation +
    quantities.cacheCreation1h * rates.cacheCreation1h +
    quantities.inputAudio * rates.inputAudio +
    quantities.output * rates.output +
    quantities.outputReasoning * rates.outputReasoning +
    quantities.outputAudio * rates.outputAudio +
    quantities.inputImage * rates.inputImage +
    quantities.outputImage * rates.outputImage +
    quantities.perImage * rates.perImage +
    quantities.perInputMs * rates.perInputMs +
    quantities.perInputCharacter * rates.perInputCharacter +
    quantities.perRequest * rates.perRequest +
    quantities.perWebSearch * rates.perWebSearch
  );
}

function exactSum(quantities: Quantities, rates: Rates<bigint>): bigint {
  const names = Object.keys(rates) as (keyof Quantities)[];
  return names.reduce((total, name) => total + BigInt(quantities[name]) * rates[name], 0n);
}

/** `%` is exact in doubles, and so is a division without remainder. */
function roundUnits(units: number, { unitsPerNano }: CompiledPrices): bigint {
  const remainder = units % unitsPerNano;
  const nanos = (units - remainder) / unitsPerNano;
  return BigInt(remainder * 2 >= unitsPerNano ? nanos + 1 : nanos);
}
