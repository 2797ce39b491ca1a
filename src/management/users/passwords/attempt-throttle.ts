/** Slows down whoever guesses: after some failures from one address it has to wait. */
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CLOCK } from '../../../config/ports.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Clock } from '../../../core/spec/clock.js';

const mostFailures = 10;
const windowMs = 5 * 60_000;
/** Whoever has more addresses than this drives out only what is oldest. */
const maxAddresses = 10_000;

interface Failures {
  readonly count: number;
  /** Monotonic milliseconds. */
  readonly endsAt: number;
}

@Injectable()
export class AttemptThrottle {
  readonly #failures = new LRUCache<string, Failures>({ max: maxAddresses });

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** @throws GatewayError `too_many_attempts` with the time to wait, whether or not this attempt would be right */
  check(address: string): void {
    const failures = this.#current(address);
    if (!failures || failures.count < mostFailures) return;
    const retryAfterMs = Math.max(1, failures.endsAt - this.clock.monotonic());
    const seconds = Math.ceil(retryAfterMs / 1_000);
    throw new GatewayError('too_many_attempts', { retryAfterMs, facts: { seconds } });
  }

  failed(address: string): void {
    const known = this.#current(address);
    const count = (known?.count ?? 0) + 1;
    this.#failures.set(address, { count, endsAt: known?.endsAt ?? this.clock.monotonic() + windowMs });
  }

  #current(address: string): Failures | undefined {
    const known = this.#failures.get(address);
    return known && known.endsAt > this.clock.monotonic() ? known : undefined;
  }
}
