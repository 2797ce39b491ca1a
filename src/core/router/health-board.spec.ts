import { FakeClock } from '../testing/fake-clock.js';
import { HealthBoard } from './health-board.js';

function board() {
  const clock = new FakeClock();
  return { clock, board: new HealthBoard(clock) };
}

describe('the board of health checks', () => {
  it('believes of what nobody has checked that it is healthy', () => {
    expect(board().board.isHealthy('a')).toBe(true);
  });

  it('tells what the last round has found, and of nothing else', () => {
    const { board: it } = board();
    it.replace(new Map([['a', false], ['b', true]]), 1_000); // prettier-ignore
    expect(['a', 'b', 'c'].map((id) => it.isHealthy(id))).toEqual([false, true, true]);
    it.replace(new Map([['b', false]]), 1_000);
    expect(['a', 'b'].map((id) => it.isHealthy(id))).toEqual([true, false]);
  });

  it('does not hold against a deployment what was found long ago', () => {
    const { board: it, clock } = board();
    it.replace(new Map([['a', false]]), 1_000);
    clock.advance(1_000);
    expect(it.isHealthy('a')).toBe(false);
    clock.advance(1);
    expect(it.isHealthy('a')).toBe(true);
  });

  it('forgets everything where checks are switched off', () => {
    const { board: it } = board();
    it.replace(new Map([['a', false]]), 1_000);
    it.clear();
    expect(it.isHealthy('a')).toBe(true);
  });
});
