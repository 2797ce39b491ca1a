/** Decimal numbers as text, so that a price is never rounded to a double. */

const decimalPattern = /^\+?(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i;

/** Prices further from 1 than this are mistakes, and would only make endless strings. */
const maxExponent = 40;

/**
 * The same number without exponent, sign or needless zeros: `2.5e-06` becomes `0.0000025`. Null where it is no decimal
 * number of 0 or more.
 */
export function toExactDecimal(value: string | number): string | null {
  const match = decimalPattern.exec(String(value).trim().replaceAll('_', ''));
  if (match === null) return null;
  const [, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (whole + fraction === '' || Math.abs(exponent) > maxExponent) return null;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const split = Math.max(point, 1);
  const integer = padded.slice(0, split).replace(/^0+(?=\d)/, '');
  const rest = padded.slice(split).replace(/0+$/, '');
  return rest === '' ? integer : `${integer}.${rest}`;
}
