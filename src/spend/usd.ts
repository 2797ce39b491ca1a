/** Money between nano-dollars, which are exact, and the USD numbers of the API. */

const NANOS_PER_USD_DIGITS = 9;
const DECIMAL = /^(\d{1,12})(?:\.(\d{1,30}))?(?:e([+-]?\d{1,2}))?$/i;

/** The double nearest to the exact amount: parsed as a decimal, so no division adds an error of its own. */
export function nanosToUsd(nanos: bigint): number {
  return Number(`${nanos}e-9`);
}

/** Nano-dollars of a decimal string in USD, rounded as asked; null for what is none. */
export function parseUsd(text: string, rounding: 'up' | 'down'): bigint | null {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = BigInt(whole + fraction);
  const shift = NANOS_PER_USD_DIGITS + Number(exponent) - fraction.length;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  const rest = digits % divisor;
  return digits / divisor + (rest > 0n && rounding === 'up' ? 1n : 0n);
}
