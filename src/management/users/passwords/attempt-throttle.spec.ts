/** Who guesses is slowed down (S-25): by address, for a while, whatever the next attempt would be. */
import { GatewayError } from '../../../core/errors/gateway-error.js';
import { AttemptThrottle } from './attempt-throttle.js';

function throttle() {
  let nowMs = 0;
  const made = new AttemptThrottle({ now: () => 0, monotonic: () => nowMs });
  const refusal = (address: string): GatewayError | null => {
    try {
      made.check(address);
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  };
  return { made, refusal, pass: (ms: number) => (nowMs += ms) };
}

it('lets ten failures be, and then nobody from there for the rest of five minutes', () => {
  const { made, refusal, pass } = throttle();
  for (let failure = 0; failure < 10; failure += 1) {
    expect(refusal('192.0.2.1')).toBeNull();
    made.failed('192.0.2.1');
  }
  pass(60_000);
  expect(refusal('192.0.2.1')).toMatchObject({ code: 'too_many_attempts', status: 429, retryAfterMs: 240_000 });
  expect(refusal('192.0.2.2')).toBeNull();
  pass(240_000);
  expect(refusal('192.0.2.1')).toBeNull();
});

it('counts anew once the time is over', () => {
  const { made, refusal, pass } = throttle();
  for (let failure = 0; failure < 9; failure += 1) made.failed('192.0.2.1');
  pass(300_001);
  made.failed('192.0.2.1');
  expect(refusal('192.0.2.1')).toBeNull();
});
