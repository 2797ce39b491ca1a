/** What other processes tell of deployments, put into the states of this one. */
import type { Clock, Random } from '../spec/clock.js';
import type { SharedRoutingState } from '../spec/shared-routing-state.js';
import type { DeploymentState } from './deployment-state.js';

export interface Sharing {
  readonly shared: SharedRoutingState;
  readonly clock: Clock;
  readonly random: Random;
}

/** Each process finds out by one request of its own whether a deployment is back: spread over this part of the time out. */
const spreadPart = 0.1;
const mostSpreadMs = 1_000;

/**
 * A deployment that is out elsewhere is out here, under the same rules: a time out only gets longer, and where all are out the
 * router still asks one. Who opened it asks it first, since the others add up to a tenth, at most a second; the first answer closes
 * it for all, and a failure makes it longer for all.
 */
export function heedOthers({ shared, clock, random }: Sharing, stateOf: (key: string) => DeploymentState): void {
  shared.listen({
    opened: (key, leftMs) => {
      const spreadMs = random() * Math.min(leftMs * spreadPart, mostSpreadMs);
      stateOf(key).breaker.open(clock.monotonic(), leftMs + spreadMs);
    },
    closed: (key) => stateOf(key).answeredElsewhere(clock.monotonic()),
    used: (key, requests, tokens, agoMs) => {
      const state = stateOf(key);
      const when = clock.monotonic() - agoMs;
      if (requests > 0) state.requests.addOthers(when, requests);
      if (tokens > 0) state.tokens.addOthers(when, tokens);
    },
  });
}
