import { withCountedAnswer } from './count-answer.js';
import type { Settlement } from './journal-record.js';

const attempt = {
  deploymentId: 'd',
  provider: 'openai',
  model: 'gpt-4o',
  apiBase: 'https://x',
  status: 'failure' as const,
};

function cutOff(more: Partial<Settlement>): Settlement {
  const usage = { promptTokens: 10, completionTokens: 2 };
  return {
    status: 'failure',
    endedAtMs: 1,
    stream: true,
    attempts: [
      { ...attempt, costNanos: 5n },
      { ...attempt, costNanos: 12n, usage },
    ],
    spendNanos: 17n,
    usage,
    usageEstimated: true,
    ...more,
  };
}

describe('an answer that was cut off', () => {
  it('is charged for the tokens of what had been sent, and earlier attempts stay as they were', async () => {
    const prices = { inputPerToken: '0.000000001', outputPerToken: '0.000000002' };
    const counted = await withCountedAnswer(cutOff({ uncounted: { text: 'Hello world, this is a test.', prices } }));
    expect(counted.usage).toEqual({ promptTokens: 10, completionTokens: 8 });
    expect(counted.attempts.map(({ costNanos }) => costNanos)).toEqual([5n, 26n]);
    expect(counted.spendNanos).toBe(31n);
    expect(counted).not.toHaveProperty('uncounted');
  });

  it('costs nothing where its model has no price', async () => {
    const counted = await withCountedAnswer(cutOff({ uncounted: { text: 'Hello' } }));
    expect(counted.spendNanos).toBe(5n);
  });

  it('stays as it is where nothing is to be counted', async () => {
    const settlement = cutOff({});
    expect(await withCountedAnswer(settlement)).toBe(settlement);
  });
});
