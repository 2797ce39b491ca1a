/** Between USD as people and APIs write it and integer nano-dollars as the ledger keeps it. */
import { digitsAtScale, divideHalfUp, parseDecimal } from './decimal.js';

const nanoDigits = 9;
const nanosPerUsd = 10n ** BigInt(nanoDigits);
const largestExact = BigInt(Number.MAX_SAFE_INTEGER);

/** The double nearest to the exact amount: for answers that show USD, never for further sums. */
export function usdFromNanos(nanos: bigint): number {
  // Both are exact: one division rounds once.
  if (nanos <= largestExact && nanos >= -largestExact) return Number(nanos) / Number(nanosPerUsd);
  const isNegative = nanos < 0n;
  const amount = isNegative ? -nanos : nanos;
  // Through text, because a division of doubles would round twice for amounts over 2^53 nano-dollars.
  const usd = Number(`${amount / nanosPerUsd}.${String(amount % nanosPerUsd).padStart(nanoDigits, '0')}`);
  return isNegative ? -usd : usd;
}

/**
 * Nano-dollars of an amount that is not negative; rounded half-up where it is finer.
 *
 * @param usd a decimal string, or a number, which stands for its shortest decimal text (0.1 is a tenth).
 * @throws GatewayError `internal` for what is no finite amount of at least zero.
 */
export function nanosFromUsd(usd: number | string): bigint {
  const decimal = parseDecimal(String(usd));
  if (decimal.scale <= nanoDigits) return digitsAtScale(decimal, nanoDigits);
  return divideHalfUp(decimal.digits, 10n ** BigInt(decimal.scale - nanoDigits));
}
