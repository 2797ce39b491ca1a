/** The circuit breaker: when it keeps requests away, for how long, who finds out that the deployment is back, and who does not. */
import fc from 'fast-check';
import { CircuitBreaker, type BreakerPass } from './circuit-breaker.js';

/** A breaker that has been opened at 0 by the failure of a request, for five seconds. */
function opened(leastMs = 0): CircuitBreaker {
  const breaker = new CircuitBreaker();
  breaker.fail(breaker.enter(0), 0, true, 5_000, leastMs);
  return breaker;
}

/** Sends a probe as soon as one may go, which fails at once. @returns how long the breaker is open then */
function failProbe(breaker: CircuitBreaker, now: number): number {
  const at = now + breaker.msUntilProbe(now);
  breaker.fail(breaker.enter(at), at, false, 5_000);
  return breaker.msUntilProbe(at);
}

describe('while closed', () => {
  it('everybody may go, and a failure that is not one too many changes nothing', () => {
    const breaker = new CircuitBreaker();
    breaker.fail(breaker.enter(0), 0, false, 5_000);
    expect([breaker.stateAt(0), breaker.admits(0), breaker.msUntilProbe(0)]).toEqual(['closed', true, 0]);
    expect(breaker.enter(1).probe).toBe(false);
  });

  it('one failure too many opens it for the time out', () => {
    const breaker = opened();
    expect([breaker.stateAt(0), breaker.admits(4_999), breaker.msUntilProbe(1_000)]).toEqual(['open', false, 4_000]);
    expect([breaker.stateAt(5_000), breaker.admits(5_000)]).toEqual(['half-open', true]);
  });

  it('what the provider asks for makes it longer, never shorter', () => {
    expect(opened(60_000).msUntilProbe(0)).toBe(60_000);
    expect(opened(1_000).msUntilProbe(0)).toBe(5_000);
  });
});

describe('while open', () => {
  it('a time out only ever gets longer', () => {
    const breaker = opened();
    breaker.open(1_000, 500);
    expect(breaker.msUntilProbe(0)).toBe(5_000);
    breaker.open(1_000, 9_000);
    expect(breaker.msUntilProbe(0)).toBe(10_000);
  });

  it('a request that goes all the same, as there is no other deployment, closes it by its answer', () => {
    const breaker = opened();
    const pass = breaker.enter(1_000);
    expect(pass.probe).toBe(false);
    breaker.succeed(pass);
    expect(breaker.stateAt(1_001)).toBe('closed');
  });

  it('and prolongs the time out by its failure', () => {
    const breaker = opened();
    breaker.fail(breaker.enter(1_000), 2_000, true, 5_000);
    expect(breaker.msUntilProbe(2_000)).toBe(5_000);
  });
});

describe('what was asked before it opened', () => {
  function withOneFromBefore(): { breaker: CircuitBreaker; before: BreakerPass } {
    const breaker = new CircuitBreaker();
    const before = breaker.enter(0);
    breaker.fail(breaker.enter(1), 10, true, 5_000);
    return { breaker, before };
  }

  it('does not close it by a late answer', () => {
    const { breaker, before } = withOneFromBefore();
    breaker.succeed(before);
    expect(breaker.stateAt(20)).toBe('open');
  });

  it('does not prolong the time out by a late failure', () => {
    const { breaker, before } = withOneFromBefore();
    breaker.fail(before, 4_000, true, 5_000);
    expect(breaker.msUntilProbe(10)).toBe(5_000);
  });

  it('does not open it again after it has closed', () => {
    const { breaker, before } = withOneFromBefore();
    breaker.succeed(breaker.enter(5_010));
    breaker.fail(before, 60_000, true, 5_000);
    expect(breaker.stateAt(60_000)).toBe('closed');
  });

  it('is heard where the provider asks for time', () => {
    const { breaker, before } = withOneFromBefore();
    breaker.fail(before, 4_000, true, 5_000, 30_000);
    expect(breaker.msUntilProbe(4_000)).toBe(30_000);
  });
});

describe('while half-open', () => {
  it('one request goes as the probe, and nobody beside it', () => {
    const breaker = opened();
    expect(breaker.enter(5_000).probe).toBe(true);
    expect(breaker.admits(5_001)).toBe(false);
    expect(breaker.enter(5_001).probe).toBe(false);
  });

  it('the probe’s answer closes it', () => {
    const breaker = opened();
    breaker.succeed(breaker.enter(5_000));
    expect([breaker.stateAt(5_100), breaker.admits(5_100)]).toEqual(['closed', true]);
  });

  it('a probe that ends without a verdict lets the next one go', () => {
    const breaker = opened();
    breaker.leave(breaker.enter(5_000));
    expect([breaker.stateAt(5_001), breaker.admits(5_001)]).toEqual(['half-open', true]);
  });

  it('a failed probe opens it again, each time for twice as long, up to half a minute', () => {
    const breaker = opened();
    let now = 0;
    const timesOut = Array.from({ length: 5 }, () => {
      now += breaker.msUntilProbe(now);
      return failProbe(breaker, now);
    });
    expect(timesOut).toEqual([10_000, 20_000, 30_000, 30_000, 30_000]);
  });

  it('a longer time out that the operator has set is not doubled, and not cut', () => {
    const breaker = new CircuitBreaker();
    breaker.fail(breaker.enter(0), 0, true, 60_000);
    breaker.fail(breaker.enter(60_000), 60_000, false, 60_000);
    expect(breaker.msUntilProbe(60_000)).toBe(60_000);
  });

  it('a probe without an answer for as long as the deployment was out lets another one go', () => {
    const breaker = opened();
    const silent = breaker.enter(5_000);
    expect([breaker.admits(9_999), breaker.admits(10_000)]).toEqual([false, true]);
    const next = breaker.enter(10_000);
    expect([next.probe, breaker.admits(10_001)]).toEqual([true, false]);
    breaker.succeed(next);
    breaker.fail(silent, 20_000, false, 5_000);
    expect(breaker.stateAt(20_000)).toBe('closed');
  });

  it('however short the time out was, such a probe is waited for a second', () => {
    const breaker = new CircuitBreaker();
    breaker.open(0, 10);
    breaker.enter(10);
    expect([breaker.admits(1_009), breaker.admits(1_010)]).toEqual([false, true]);
  });

  it('even where the provider has asked for an hour, such a probe is waited for half a minute', () => {
    const breaker = opened(3_600_000);
    breaker.enter(3_600_000);
    expect([breaker.admits(3_629_999), breaker.admits(3_630_000)]).toEqual([false, true]);
  });
});

describe('a deployment that fails again within a minute of being back', () => {
  /** Back by a request at 5 s. */
  function back(): CircuitBreaker {
    const breaker = opened();
    breaker.succeed(breaker.enter(5_000));
    return breaker;
  }

  it('is out for twice as long each time', () => {
    const breaker = back();
    breaker.fail(breaker.enter(8_000), 8_000, true, 5_000);
    expect(breaker.msUntilProbe(8_000)).toBe(10_000);
    breaker.succeed(breaker.enter(18_000));
    breaker.fail(breaker.enter(19_000), 19_000, true, 5_000);
    expect(breaker.msUntilProbe(19_000)).toBe(20_000);
  });

  it('is out for as long as its provider says, where that says it', () => {
    const breaker = back();
    breaker.fail(breaker.enter(8_000), 8_000, true, 5_000, 1_000);
    expect(breaker.msUntilProbe(8_000)).toBe(5_000);
  });

  it('starts anew after that minute', () => {
    const breaker = back();
    breaker.fail(breaker.enter(65_000), 65_000, true, 5_000);
    expect(breaker.msUntilProbe(65_000)).toBe(5_000);
  });
});

it('knows since when a deployment has been back', () => {
  const breaker = new CircuitBreaker();
  expect(breaker.backForMs(0)).toBe(Infinity);
  breaker.fail(breaker.enter(0), 0, true, 5_000);
  breaker.succeed(breaker.enter(5_000));
  expect(breaker.backForMs(7_000)).toBe(2_000);
});

it('never shortens a time out, whatever fails meanwhile, and lets one probe go at a time', () => {
  const step = fc.record({
    passesMs: fc.integer({ min: 0, max: 8_000 }),
    does: fc.constantFrom('enter', 'fail', 'leave', 'open'),
    trip: fc.boolean(),
    ms: fc.integer({ min: 0, max: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const breaker = new CircuitBreaker();
      const running: BreakerPass[] = [];
      let now = 0;
      for (const { passesMs, does, trip, ms } of steps) {
        const openUntil = now + breaker.msUntilProbe(now);
        now += passesMs;
        if (does === 'enter') {
          const isFirst = breaker.stateAt(now) === 'half-open' && breaker.admits(now);
          const pass = breaker.enter(now);
          expect(pass.probe).toBe(isFirst);
          if (pass.probe) expect(breaker.admits(now)).toBe(false);
          running.push(pass);
        } else if (does === 'open') breaker.open(now, ms);
        else {
          const pass = running.shift();
          if (pass && does === 'fail') breaker.fail(pass, now, trip, 5_000, ms);
          else if (pass) breaker.leave(pass);
        }
        if (openUntil > now) expect(now + breaker.msUntilProbe(now)).toBeGreaterThanOrEqual(openUntil);
      }
    }),
    { numRuns: 1_000 },
  );
});
