/** What an operator says about routing: the settings that hold for every model group. */
import type { ByFailureClass } from './failure-class.js';

export const routingStrategies = [
  'simple-shuffle',
  'least-busy',
  'latency-based-routing',
  'usage-based-routing',
  'usage-based-routing-v2',
  'cost-based-routing',
  'power-of-two-choices',
] as const;
export type RoutingStrategy = (typeof routingStrategies)[number];

export interface CooldownRules {
  readonly disabled: boolean;
  /** The first time out of a deployment that sets none itself. */
  readonly cooldownMs: number;
  /** Failures a minute that are put up with; undefined for the built-in rule. */
  readonly allowedFails: number | undefined;
  readonly allowedFailsByClass: ByFailureClass;
}

/** Which deployments are left out before one is chosen. */
export interface PreCallChecks {
  /** Those whose context window is too short, that are elsewhere, or that lack a parameter of the request. */
  readonly fitness: boolean;
  /** Those that have had their `rpm` or `tpm` in the last minute. */
  readonly rateLimits: boolean;
  /** Those that the last background health check found not to answer. */
  readonly health: boolean;
}

export interface RoutingRules {
  readonly strategy: RoutingStrategy;
  /** How far a deployment's latency may be above the lowest, as a part of it, and still be chosen. */
  readonly latencyBuffer: number;
  readonly latencyTtlMs: number;
  readonly cooldown: CooldownRules;
  /** Retries by kind of failure, in place of the request's number. */
  readonly retries: ByFailureClass;
  readonly groupRetries: Readonly<Record<string, ByFailureClass>>;
  readonly checks: PreCallChecks;
  /** Requests at once on a deployment that sets no `max_parallel_requests` itself. */
  readonly maxParallelRequests: number | undefined;
  /** Requests that may wait for a free place on one deployment. */
  readonly maxQueuedRequests: number;
  /** How slow a stream may be before its first token while another deployment could be asked; undefined for any. */
  readonly slowStreams?: SlowStreamRules | undefined;
  /** A stream that breaks off in the middle of a plain text is continued by another deployment. */
  readonly continuesStreams?: boolean;
}

/** The first token is due after `graceMs` and the time in which the prompt is read at this rate. */
export interface SlowStreamRules {
  readonly graceMs: number;
  readonly promptTokensPerSecond: number;
}

export const plainRules: RoutingRules = {
  strategy: 'simple-shuffle',
  latencyBuffer: 0,
  latencyTtlMs: 3_600_000,
  cooldown: { disabled: false, cooldownMs: 5_000, allowedFails: undefined, allowedFailsByClass: {} },
  retries: {},
  groupRetries: {},
  checks: { fitness: false, rateLimits: false, health: false },
  maxParallelRequests: undefined,
  maxQueuedRequests: 100,
};
