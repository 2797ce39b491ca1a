/** The port by which the routers of several processes tell each other which deployments are out, and how much each was asked. */

/**
 * A deployment goes by a name that is the same in every process. Spans of time are durations, never instants: clocks of different
 * machines do not agree. Nothing here waits, fails or throws, so that no request depends on whether anybody listens.
 */
export interface SharedRoutingState {
  /** It is out for `forMs` from now on; `reason` is the kind of failure. */
  opened(deployment: string, forMs: number, reason: string): void;
  /** It has answered again. */
  closed(deployment: string): void;
  /** It was asked so many times more, and has used so many tokens more. */
  used(deployment: string, requests: number, tokens: number): void;
  /** Hands over what other processes tell, and what they had told before. */
  listen(listener: SharedRoutingListener): void;
}

export interface SharedRoutingListener {
  opened(deployment: string, leftMs: number): void;
  closed(deployment: string): void;
  /** What the other processes have used, `agoMs` milliseconds ago. */
  used(deployment: string, requests: number, tokens: number, agoMs: number): void;
}
