import type { LlmExchange } from './llm-exchange.js';
import { RunningExchanges } from './running-exchanges.js';

const named = (name: string): LlmExchange => ({ name }) as unknown as LlmExchange;

describe('the running exchanges', () => {
  it('are those that were added and not removed, however often slots are used again', () => {
    const running = new RunningExchanges();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(named) as [LlmExchange, LlmExchange, LlmExchange, LlmExchange];
    const slotOfA = running.add(a);
    running.add(b);
    running.remove(slotOfA);
    running.add(c);
    running.add(d);
    expect(running.size).toBe(3);
    expect(new Set(running)).toEqual(new Set([b, c, d]));
  });

  it('take no more room than were running at once', () => {
    const running = new RunningExchanges();
    for (let round = 0; round < 1_000; round += 1) running.remove(running.add(named('a')));
    expect([running.size, running.add(named('b'))]).toEqual([0, 0]);
  });
});
