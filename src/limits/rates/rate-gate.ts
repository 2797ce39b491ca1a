/** The gate of rates: requests and tokens a minute, tokens a day, requests at once, of everybody whom a request is on behalf of. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock, RateClaim, RateReading, RateResult, RateStore } from '../../core/spec/index.js';
import type { AdmissionOutcome, AdmissionRequest, Gate, Grant, HeaderSink } from '../admission.js';
import type { StoredLimits } from '../definitions/owner-limits.js';
import { GroupsByCaller, type OwnerGroup } from '../owner-group.js';
import { RatePlan, SubjectGroup } from './rate-plan.js';
import type { RateRule } from './rate-rules.js';

/** One for each owner of a group, in their order. */
type GroupLimits = readonly (StoredLimits | undefined)[];

/** Knows what owners are limited to. */
export interface OwnerLimitsSource {
  /** At once where all are known; the same array as long as nothing has changed. */
  limitsOf(group: OwnerGroup): GroupLimits | Promise<GroupLimits>;
}

export interface RateGateOptions {
  readonly source: OwnerLimitsSource;
  readonly local: RateStore;
  /** Shared with other processes, where there is such a store. */
  readonly shared: RateStore | undefined;
  readonly clock: Clock;
  /** `general_settings.fail_closed_rate_limit_enforcement`: without the shared store nothing is admitted. */
  readonly failsClosed: () => boolean;
}

/** For requests that nothing limits. */
const unlimited: Grant = { settle: () => undefined };
/** Limits that are `dynamic` hold so long after a provider has refused a request for the model by its own limit. */
const pressureMs = 60_000;

export class RateGate implements Gate {
  /** When a provider last limited each model. */
  private readonly limitedAt = new Map<string, number>();
  private readonly groups = new GroupsByCaller((request) => SubjectGroup.of(request));
  /** By what a group is limited to, and the model. */
  private readonly plans = new WeakMap<GroupLimits, Map<string, RatePlan>>();

  constructor(private readonly options: RateGateOptions) {}

  /** @throws GatewayError `rate_limited`; `limiter_unavailable` where the shared store is to be had and is not */
  admit(request: AdmissionRequest): Grant | Promise<Grant> {
    const group = this.groups.of(request);
    const limits = this.options.source.limitsOf(group);
    return limits instanceof Promise
      ? limits.then((found) => this.hold(request, group, found))
      : this.hold(request, group, limits);
  }

  /** A provider has refused a request for the model by a limit of its own. */
  noteUpstreamLimit(model: string): void {
    this.limitedAt.delete(model);
    this.limitedAt.set(model, this.options.clock.monotonic());
    const oldest = this.limitedAt.keys().next().value;
    if (this.limitedAt.size > maxNotedModels && oldest !== undefined) this.limitedAt.delete(oldest);
  }

  private hold(request: AdmissionRequest, group: SubjectGroup, limits: GroupLimits): Grant | Promise<Grant> {
    const plan = this.planOf(request, group, limits);
    if (plan.rules.length === 0) return unlimited;
    const claims = plan.claimsOf(request);
    const { shared, local } = this.options;
    if (!shared) return this.grant(request, plan, local, local.take(request.requestId, claims) as RateResult);
    return this.takeShared(request, plan, claims, shared);
  }

  private planOf(request: AdmissionRequest, group: SubjectGroup, limits: GroupLimits): RatePlan {
    const { model } = request;
    let plans = this.plans.get(limits);
    if (!plans) this.plans.set(limits, (plans = new Map<string, RatePlan>()));
    let plan = plans.get(model);
    if (!plan) {
      plan = RatePlan.of(request, group, limits);
      if (plans.size < maxPlannedModels) plans.set(model, plan);
    }
    return this.isPressed(model) ? plan : plan.withoutDynamic();
  }

  private async takeShared(
    request: AdmissionRequest,
    plan: RatePlan,
    claims: readonly RateClaim[],
    shared: RateStore,
  ): Promise<Grant> {
    let result: RateResult;
    try {
      result = await shared.take(request.requestId, claims);
    } catch (error) {
      if (this.options.failsClosed())
        throw new GatewayError('limiter_unavailable', { retryAfterMs: 1_000, cause: error });
      const { local } = this.options;
      return this.grant(request, plan, local, local.take(request.requestId, claims) as RateResult);
    }
    return this.grant(request, plan, shared, result);
  }

  private grant(request: AdmissionRequest, plan: RatePlan, store: RateStore, result: RateResult): Grant {
    const { refusedBy, readings } = result;
    const refusing = refusedBy === undefined ? undefined : plan.rules[refusedBy];
    if (refusing) throw this.refusal(refusing, readings.at(-1));
    return new HeldRates(request.requestId, plan, readings, store);
  }

  private refusal({ descriptor, value, kind, limit }: RateRule, reading: RateReading | undefined): GatewayError {
    const resetMs = kind === 'max_parallel_requests' ? 1_000 : Math.max(1_000, reading?.resetMs ?? 0);
    const resetAt = new Date(this.options.clock.now() + resetMs)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z$/, ' UTC');
    const remaining = Math.max(0, limit - (reading?.used ?? limit));
    return new GatewayError('rate_limited', {
      facts: { descriptor, value, kind, limit, remaining, resetAt },
      retryAfterMs: resetMs,
      headers: { rate_limit_type: kind, reset_at: resetAt },
    });
  }

  private isPressed(model: string): boolean {
    const at = this.limitedAt.get(model);
    return at !== undefined && this.options.clock.monotonic() - at <= pressureMs;
  }
}

const maxNotedModels = 10_000;
/** Clients choose names of models where a pattern serves them. */
const maxPlannedModels = 200;

class HeldRates implements Grant {
  private isSettled = false;

  constructor(
    private readonly requestId: string,
    private readonly plan: RatePlan,
    private readonly readings: readonly RateReading[],
    private readonly store: RateStore,
  ) {}

  addHeaders(headers: HeaderSink): void {
    this.plan.headers.addTo(headers, this.readings);
  }

  settle({ promptTokens, completionTokens }: AdmissionOutcome): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const used = promptTokens + completionTokens;
    const corrections = [];
    const running = [];
    for (const [place, { key, kind }] of this.plan.rules.entries()) {
      const reading = this.readings[place];
      if (kind === 'max_parallel_requests') running.push(key);
      else if (kind !== 'requests' && reading && reading.taken !== used) {
        corrections.push({ key, window: reading.window, delta: used - reading.taken });
      }
    }
    if (corrections.length > 0 || running.length > 0) this.store.settle(this.requestId, corrections, running);
  }
}
