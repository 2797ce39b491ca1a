/** Applies what an operator pays less, or charges more, to a whole list of prices, exactly. */
import type { ModelPrices, PriceAdjustment } from '../spec/deployment.js';
import { parseDecimal, type Decimal } from './decimal.js';

const one: Decimal = { digits: 1n, scale: 0 };

/**
 * Every price times (1 - discount) times (1 + margin), and the fixed amount on top of each request. Prices stay exact
 * decimals, so that a sum of adjusted prices is the adjusted sum.
 *
 * @throws GatewayError `internal` for an adjustment that is no decimal number, or a discount above 1
 */
export function adjustPrices(prices: ModelPrices, adjustment: PriceAdjustment): ModelPrices {
  const { discount = '0', margin = '0', perRequest } = adjustment;
  const factor = times(minus(one, parseDecimal(discount)), plus(one, parseDecimal(margin)));
  const adjusted = scalePrices(prices, factor) as ModelPrices;
  if (perRequest === undefined) return adjusted;
  const total = plus(parseDecimal(adjusted.perRequest ?? '0'), parseDecimal(perRequest));
  return { ...adjusted, perRequest: toText(total) };
}

function scalePrices(value: unknown, factor: Decimal): unknown {
  if (typeof value === 'string') return toText(times(parseDecimal(value), factor));
  if (Array.isArray(value)) return value.map((item: unknown) => scalePrices(item, factor));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, scalePrices(inner, factor)]));
}

function times(left: Decimal, right: Decimal): Decimal {
  return { digits: left.digits * right.digits, scale: left.scale + right.scale };
}

function plus(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { digits: atScale(left, scale) + atScale(right, scale), scale };
}

function minus(left: Decimal, right: Decimal): Decimal {
  return plus(left, { digits: -right.digits, scale: right.scale });
}

function atScale({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale);
}

/** A negative number becomes a text that is refused where it is compiled. */
function toText({ digits, scale }: Decimal): string {
  return `${digits}e${-scale}`;
}
