/** What the lines of a batch add up to, by model, at the prices of batches. */
import { madeUpDeployment, madeUpProvider } from '../../core/testing/deployments.js';
import type { Deployment, Usage } from '../../core/spec/index.js';
import { BatchCost } from './batch-cost.js';

const openai = madeUpProvider({ id: 'openai' });
const deployment = (model: string, more: Partial<Deployment> = {}): Deployment =>
  madeUpDeployment({ provider: openai, model, ...more });

const mini = deployment('gpt-4o-mini');
const costOf = (of: Deployment, promptTokens = 0) => new BatchCost(() => of, promptTokens);
const line = (usage: Usage | undefined, model?: string) => ({ model, succeeded: true, usage });
const usage = { promptTokens: 1000, completionTokens: 500 };

it('adds up usage and cost of the lines that succeeded, each rounded by itself', () => {
  const cost = costOf(mini);
  cost.add(line(usage), 100);
  cost.add(line({ promptTokens: 1, completionTokens: 0 }), 100);
  cost.add({ model: undefined, succeeded: false, usage: undefined }, 100);
  // 0.075 and 0.30 USD a million; a token alone is 75 nano-dollars.
  expect(cost.bill()).toMatchObject({
    spendNanos: 225_075n,
    usage: { promptTokens: 1001, completionTokens: 500, serviceTier: 'batch' },
    estimated: false,
    lines: 3,
    failedLines: 1,
    attempts: [{ model: 'gpt-4o-mini', provider: 'openai', status: 'success', costNanos: 225_075n }],
  });
});

it('keeps models apart, at the price of each', () => {
  const big = deployment('gpt-4o', { id: 'deployment-2' });
  const cost = new BatchCost((model) => (model === 'gpt-4o' ? big : mini), 0);
  cost.add(line(usage, 'gpt-4o-mini'), 1);
  cost.add(line(usage, 'gpt-4o'), 1);
  const { attempts, spendNanos, usage: total } = cost.bill();
  expect(attempts.map(({ model, costNanos }) => [model, costNanos])).toEqual([
    ['gpt-4o-mini', 225_000n],
    ['gpt-4o', 3_750_000n],
  ]);
  expect([spendNanos, total?.promptTokens]).toEqual([3_975_000n, 2000]);
});

it.each([
  [
    'half of the others where none of batches are known',
    { prices: { inputPerToken: '0.000002', outputPerToken: '0' } },
    1_000_000n,
  ],
  [
    'the operator’s own of batches',
    {
      prices: {
        inputPerToken: '0.000002',
        outputPerToken: '0',
        serviceTiers: { batch: { inputPerToken: '0.0000003', outputPerToken: '0' } },
      },
    },
    300_000n,
  ],
  [
    'with a discount',
    { prices: { inputPerToken: '0.000002', outputPerToken: '0' }, priceAdjustment: { discount: '0.5' } },
    500_000n,
  ],
])('prices are %s', (_what, more, nanos) => {
  const cost = costOf(deployment('own', more));
  cost.add(line(usage), 1);
  expect(cost.bill().spendNanos).toBe(nanos);
});

it('says of a model without a price that it has none', () => {
  const cost = costOf(deployment('nobody-knows'));
  cost.add(line(usage), 1);
  expect(cost.bill().attempts[0]).toMatchObject({ costNanos: 0n, unpriced: true, usage: { promptTokens: 1000 } });
});

it('estimates what a line does not tell, and says so', () => {
  const cost = costOf(mini, 40);
  cost.add(line(undefined), 400);
  expect(cost.bill()).toMatchObject({ estimated: true, usage: { promptTokens: 40, completionTokens: 100 } });
});

it('takes the total of a batch for an estimate', () => {
  const cost = costOf(mini);
  cost.addTotal(usage);
  expect(cost.bill()).toMatchObject({ estimated: true, spendNanos: 225_000n });
});

it('is nothing where nothing was answered', () => {
  expect(costOf(mini).bill()).toEqual({
    attempts: [],
    spendNanos: 0n,
    usage: undefined,
    estimated: false,
    lines: 0,
    failedLines: 0,
  });
});
