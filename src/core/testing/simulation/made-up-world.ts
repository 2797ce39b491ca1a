/** A made-up world for the router's property test: groups, rules, fallbacks, upstreams with a mind of their own, and requests. */
import type { ErrorCode } from '../../errors/catalog.js';
import type { ByFailureClass } from '../../router/failure-class.js';
import type { RoutingStrategy } from '../../router/routing-rules.js';

export const groupNames = ['red', 'green', 'blue', 'grey'] as const;
export type GroupName = (typeof groupNames)[number];

/** What an upstream does with one attempt; times are milliseconds. */
export type Behaviour =
  /** The first part, or all of a whole answer, after `ms`; the rest of a stream after `restMs`. */
  | { readonly kind: 'answer'; readonly ms: number; readonly restMs: number }
  /** The client has got a part, then nothing more comes. */
  | { readonly kind: 'break'; readonly ms: number; readonly restMs: number; readonly code: ErrorCode }
  | {
      readonly kind: 'failure';
      readonly ms: number;
      readonly code: ErrorCode;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'silence' };

export interface MadeUpDeployment {
  /** Attempts take them by turns. */
  readonly behaviours: readonly Behaviour[];
  readonly weight: number | undefined;
  readonly rpm: number | undefined;
  readonly routing: {
    readonly order?: number;
    readonly maxParallelRequests?: number;
    readonly cooldownMs?: number;
    readonly allowedFails?: number;
  };
}

export interface MadeUpRules {
  readonly strategy: RoutingStrategy;
  readonly coolsDown: boolean;
  readonly cooldownMs: number;
  readonly allowedFails: number | undefined;
  readonly allowedFailsByClass: ByFailureClass;
  readonly retries: ByFailureClass;
  readonly enforcesLimits: boolean;
  readonly maxParallelRequests: number | undefined;
  readonly maxQueuedRequests: number;
}

export type TargetsByGroup = Readonly<Partial<Record<GroupName, readonly GroupName[]>>>;

export interface MadeUpFallbacks {
  readonly general: TargetsByGroup;
  readonly contextWindow: TargetsByGroup;
  readonly contentPolicy: TargetsByGroup;
  readonly defaults: readonly GroupName[];
  readonly most: number;
}

export interface MadeUpRequest {
  readonly group: GroupName;
  readonly atMs: number;
  readonly stream: boolean;
  readonly timeoutMs: number;
  /** The client hangs up so long after it has asked. */
  readonly leavesAfterMs: number | undefined;
  readonly maxRetries: number;
  readonly priority: number | undefined;
  readonly affinityKey: string | undefined;
  readonly mayUse: readonly GroupName[];
  /** As in the library, an attempt lasts until the first part of a stream; as in the gateway, until its end. */
  readonly endsWithFirstPart: boolean;
}

export interface World {
  readonly seed: number;
  readonly groups: Readonly<Record<GroupName, readonly MadeUpDeployment[]>>;
  readonly rules: MadeUpRules;
  readonly fallbacks: MadeUpFallbacks;
  readonly requests: readonly MadeUpRequest[];
}
