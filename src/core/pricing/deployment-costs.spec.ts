/** Prices of deployments: the operator's before the table's, and no price is not a price of zero. */
import { providerRegistry } from '../providers/registry.js';
import type { Deployment } from '../spec/index.js';
import { madeUpDeployment } from '../testing/deployments.js';
import { costOf, costsOf, isUnpriced } from './deployment-costs.js';

const usage = { promptTokens: 1_000, completionTokens: 100 };

function openAi(model: string, given: Partial<Deployment> = {}): Deployment {
  const provider = providerRegistry.find('openai');
  if (!provider) throw new Error('There is no provider openai.');
  return madeUpDeployment({ provider, model, ...given });
}

it('come from the table', () => {
  // gpt-4o: 2.50 USD and 10 USD for a million tokens.
  expect(costOf(openAi('gpt-4o'), usage)).toBe(3_500_000n);
  expect(costsOf(openAi('gpt-4o')).maxOutputTokens).toBeGreaterThan(0);
});

it('come from the operator where he has set them, member by member', () => {
  expect(costOf(openAi('gpt-4o', { prices: { inputPerToken: '0.000001' } }), usage)).toBe(2_000_000n);
  expect(costOf(openAi('gpt-4o', { prices: { inputPerToken: '0', outputPerToken: '0' } }), usage)).toBe(0n);
  expect(costOf(openAi('own-model', { prices: { outputPerToken: '0.00000001' } }), usage)).toBe(1_000n);
});

it('come from the base model where the name is the operator’s own', () => {
  expect(costOf(openAi('my-deployment', { baseModel: 'gpt-4o' }), usage)).toBe(3_500_000n);
});

it('are undefined for a model that nobody has priced, so that it is told apart from a free one', () => {
  const unpriced = openAi('no-such-model');
  expect([costsOf(unpriced).prices, costOf(unpriced, usage)]).toEqual([undefined, 0n]);
  expect(costsOf(openAi('x', { prices: { inputPerToken: '0', outputPerToken: '0' } })).prices).toBeDefined();
});

it('are looked up once for a deployment', () => {
  const deployment = openAi('gpt-4o');
  expect(costsOf(deployment)).toBe(costsOf(deployment));
});

it('make nothing of an answer without usage', () => {
  expect(costOf(openAi('gpt-4o'), undefined)).toBe(0n);
});

it('are less the operator’s discount, more his margin', () => {
  const priceAdjustment = { discount: '0.1', margin: '0.5', perRequest: '0.01' };
  expect(costOf(openAi('gpt-4o', { priceAdjustment }), usage)).toBe(14_725_000n);
  expect(costOf(openAi('own-model', { priceAdjustment }), usage)).toBe(0n);
});

describe('what the provider itself reports', () => {
  const reported = { ...usage, reportedUsd: '0.0001' };

  it('counts where nobody has listed a price, discount and margin included', () => {
    const priceAdjustment = { discount: '0.1', margin: '0.5' };
    expect(costOf(openAi('own-model'), reported)).toBe(100_000n);
    expect(costOf(openAi('own-model', { priceAdjustment }), reported)).toBe(135_000n);
    expect([isUnpriced(openAi('own-model'), reported), isUnpriced(openAi('own-model'), usage)]).toEqual([false, true]);
  });

  it('gives way to a price that is listed', () => {
    expect(costOf(openAi('gpt-4o'), reported)).toBe(3_500_000n);
    expect(isUnpriced(openAi('gpt-4o'), usage)).toBe(false);
  });
});
