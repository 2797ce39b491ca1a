/** Discounts and margins: exact on every price of a list, whatever its tiers. */
import { adjustPrices } from './adjust-prices.js';
import { compilePrices } from './compile-prices.js';
import { costNanos } from './cost.js';

const prices = {
  inputPerToken: '0.0000025',
  outputPerToken: '1e-5',
  tiers: [{ aboveTokens: 200_000, inputPerToken: '0.000005' }],
  serviceTiers: { flex: { inputPerToken: '0.00000125' } },
};
const costOf = (list: typeof prices, adjustment: object, usage: object = {}) =>
  costNanos({ promptTokens: 1_000, completionTokens: 100, ...usage }, compilePrices(adjustPrices(list, adjustment)));

it.each([
  ['nothing', {}, 3_500_000n],
  ['a discount of 5 %', { discount: '0.05' }, 3_325_000n],
  ['a margin of 10 %', { margin: '0.1' }, 3_850_000n],
  ['a margin on the discounted price', { discount: '0.05', margin: '0.1' }, 3_657_500n],
  ['an amount for each request', { perRequest: '0.001' }, 4_500_000n],
  ['all three', { discount: '0.05', margin: '0.1', perRequest: '0.001' }, 4_657_500n],
  ['a discount of everything', { discount: '1' }, 0n],
])('with %s', (_what, adjustment, nanos) => {
  expect(costOf(prices, adjustment)).toBe(nanos);
});

it('holds for long prompts and service tiers too', () => {
  const half = { discount: '0.5' };
  expect(costOf(prices, half, { promptTokens: 300_000 })).toBe(300_000n * 2_500n + 500_000n);
  expect(costOf(prices, half, { serviceTier: 'flex' })).toBe(625_000n + 500_000n);
});

it('loses nothing below a nano-dollar', () => {
  expect(
    costNanos(
      { promptTokens: 1_000, completionTokens: 0 },
      compilePrices(adjustPrices({ inputPerToken: '0.000000075' }, { discount: '0.001' })),
    ),
  ).toBe(74_925n);
});

it.each([{ discount: '1.5' }, { discount: 'half' }, { margin: '-1' }])('refuses %j', (adjustment) => {
  expect(() => compilePrices(adjustPrices(prices, adjustment))).toThrow();
});
