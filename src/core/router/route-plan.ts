/** What the router is told of one request: where it may go, under which rules, and whether it still waits. */
import type { Deployment } from '../spec/deployment.js';
import type { AttemptNotes } from './deployment-state.js';
import type { RequestFacts } from './pre-call-checks.js';
import type { RoutingRules } from './routing-rules.js';

export interface RoutePlan {
  readonly modelGroup: string;
  /** The deployments that may serve the request. */
  readonly deployments: readonly Deployment[];
  /** Attempts besides the first, over all deployments together. */
  readonly maxRetries: number;
  /** The least wait before an attempt on a deployment that has just failed, milliseconds. */
  readonly retryAfterMs: number;
  readonly rules: RoutingRules;
  readonly stream: boolean;
  /** Another group stands in: nobody is asked who is known to be out. */
  readonly hasFallback?: boolean;
  /** Requests with the same key go to the same deployment where they can. */
  readonly affinityKey?: string | undefined;
  /** Among those that wait for a free place: 0 goes first. */
  readonly priority?: number | undefined;
  readonly facts?: () => RequestFacts;
}

/** The request that is being routed, as far as the router must know it. */
export interface RoutedRequest {
  /** The client has got a part of the answer, or has gone: no further attempt. */
  readonly final: boolean;
  /** Resolves after `ms`, earlier where the request is over or is woken. */
  sleep(ms: number): Promise<void>;
  /** Ends a sleep. */
  wake(): void;
  /** False for deployments that cannot go on where the client's stream has broken off; undefined where all may. */
  readonly mayTake?: ((deployment: Deployment) => boolean) | undefined;
}

/** Makes one attempt, and says in `notes` what it was like. @throws GatewayError */
export type Attempt = (deployment: Deployment, notes: AttemptNotes) => Promise<void>;
