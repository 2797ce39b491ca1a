/** Exact decimal numbers, as far as money needs them: read from text, brought to one scale, rounded once. */
import { GatewayError } from '../errors/gateway-error.js';

/** `digits` x 10^-`scale`, never negative; `scale` may be negative. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const decimalText = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads `0.0000025`, `2.5e-6` or `3`, without passing through a binary floating-point number.
 *
 * @throws GatewayError `internal` for anything else, negative numbers included.
 */
export function parseDecimal(text: string): Decimal {
  const match = decimalText.exec(text);
  if (match === null) throw new GatewayError('internal', { detail: `not an exact decimal number: ${text}` });
  const [, whole = '', fraction = '', exponent = '0'] = match;
  let digits = BigInt(whole + fraction);
  let scale = fraction.length - Number(exponent);
  // Trailing zeros would only make the common scale larger than it need be.
  while (digits !== 0n && digits % 10n === 0n) {
    digits /= 10n;
    scale -= 1;
  }
  return { digits, scale: digits === 0n ? 0 : scale };
}

/** The whole number of 10^-`scale`; `scale` is not smaller than the number's own. */
export function digitsAtScale(decimal: Decimal, scale: number): bigint {
  return decimal.digits * 10n ** BigInt(scale - decimal.scale);
}

/** `dividend / divisor` to the nearest whole number, halves upwards; neither is negative. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return (dividend % divisor) * 2n >= divisor ? quotient + 1n : quotient;
}
