/** Joins the prices that an operator configured with those of the price table. */
import type { ModelPrices } from '../spec/deployment.js';

const inputPrices = [
  'inputPerToken',
  'cacheReadPerToken',
  'cacheCreationPerToken',
  'cacheCreation1hPerToken',
  'inputAudioPerToken',
  'inputImagePerToken',
] as const satisfies readonly (keyof ModelPrices)[];

const outputPrices = [
  'outputPerToken',
  'outputReasoningPerToken',
  'outputAudioPerToken',
  'outputImagePerToken',
] as const satisfies readonly (keyof ModelPrices)[];

/**
 * The configured prices over the listed ones. A configured input or output price replaces its whole side of the list:
 * whoever has an own price for a token has one for a cached token too, and it is the input price until they say another.
 * Listed prices by prompt length or service tier hold only where neither side is replaced.
 *
 * Undefined where there are none at all: the model is unpriced, which is not the same as free.
 */
export function effectivePrices(
  listed: ModelPrices | undefined,
  configured: ModelPrices | undefined,
): ModelPrices | undefined {
  if (configured === undefined) return listed;
  if (listed === undefined) return configured;
  const kept: Record<string, unknown> = { ...listed };
  if (configured.inputPerToken !== undefined) for (const name of inputPrices) delete kept[name];
  if (configured.outputPerToken !== undefined) for (const name of outputPrices) delete kept[name];
  if (configured.inputPerToken !== undefined || configured.outputPerToken !== undefined) {
    delete kept.tiers;
    delete kept.serviceTiers;
  }
  return { ...kept, ...configured };
}
