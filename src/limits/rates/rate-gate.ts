/** The gate of rates: requests and tokens a minute, tokens a day, requests at once, of everybody whom a request is on behalf of. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock, RateClaim, RateReading, RateResult, RateStore } from '../../core/spec/index.js';
import type { AdmissionOutcome, AdmissionRequest, Gate, Grant } from '../admission.js';
import type { Owner } from '../definitions/owner.js';
import type { StoredLimits } from '../definitions/owner-limits.js';
import { rateHeaders } from './rate-headers.js';
import { rulesOf, subjectsOf, windowMsOf, type RateRule } from './rate-rules.js';

/** Knows what owners are limited to. */
export interface OwnerLimitsSource {
  /** One for each owner, in their order; at once where all are known. */
  limitsOf(
    owners: readonly Owner[],
  ): readonly (StoredLimits | undefined)[] | Promise<readonly (StoredLimits | undefined)[]>;
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

  constructor(private readonly options: RateGateOptions) {}

  /** @throws GatewayError `rate_limited`; `limiter_unavailable` where the shared store is to be had and is not */
  admit(request: AdmissionRequest): Grant | Promise<Grant> {
    const owners = subjectsOf(request).map(({ owner }) => owner);
    const limits = this.options.source.limitsOf(owners);
    return limits instanceof Promise
      ? limits.then((found) => this.hold(request, owners, found))
      : this.hold(request, owners, limits);
  }

  /** A provider has refused a request for the model by a limit of its own. */
  noteUpstreamLimit(model: string): void {
    this.limitedAt.delete(model);
    this.limitedAt.set(model, this.options.clock.monotonic());
    const oldest = this.limitedAt.keys().next().value;
    if (this.limitedAt.size > maxNotedModels && oldest !== undefined) this.limitedAt.delete(oldest);
  }

  private hold(
    request: AdmissionRequest,
    owners: readonly Owner[],
    limits: readonly (StoredLimits | undefined)[],
  ): Grant | Promise<Grant> {
    if (!limits.some(Boolean)) return unlimited;
    const byOwner = new Map(owners.map((owner, place) => [owner, limits[place]]));
    const isPressed = this.isPressed(request.model);
    const rules = rulesOf(request, (owner) => byOwner.get(owner)).filter((rule) => isPressed || !rule.isDynamic);
    if (rules.length === 0) return unlimited;
    const claims = rules.map((rule) => claimOf(rule, request));
    const { shared, local } = this.options;
    if (!shared) return this.grant(request, rules, local, local.take(request.requestId, claims) as RateResult);
    return this.takeShared(request, rules, claims, shared);
  }

  private async takeShared(
    request: AdmissionRequest,
    rules: readonly RateRule[],
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
      return this.grant(request, rules, local, local.take(request.requestId, claims) as RateResult);
    }
    return this.grant(request, rules, shared, result);
  }

  private grant(request: AdmissionRequest, rules: readonly RateRule[], store: RateStore, result: RateResult): Grant {
    const { refusedBy, readings } = result;
    const refusing = refusedBy === undefined ? undefined : rules[refusedBy];
    if (refusing) throw this.refusal(refusing, readings.at(-1));
    return new HeldRates(request, rules, readings, store);
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

class HeldRates implements Grant {
  private isSettled = false;

  constructor(
    private readonly request: AdmissionRequest,
    private readonly rules: readonly RateRule[],
    private readonly readings: readonly RateReading[],
    private readonly store: RateStore,
  ) {}

  headers(): Readonly<Record<string, string>> {
    return rateHeaders(this.request.model, this.rules, this.readings);
  }

  settle({ promptTokens, completionTokens }: AdmissionOutcome): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const used = promptTokens + completionTokens;
    const corrections = [];
    const running = [];
    for (const [place, { key, kind }] of this.rules.entries()) {
      const reading = this.readings[place];
      if (kind === 'max_parallel_requests') running.push(key);
      else if (kind !== 'requests' && reading && reading.taken !== used) {
        corrections.push({ key, window: reading.window, delta: used - reading.taken });
      }
    }
    if (corrections.length > 0 || running.length > 0) this.store.settle(this.request.requestId, corrections, running);
  }
}

function claimOf({ key, kind, limit }: RateRule, { estimate }: AdmissionRequest): RateClaim {
  const counts = kind === 'max_parallel_requests' ? 'while_running' : 'in_window';
  const windowMs = windowMsOf[kind];
  if (kind === 'requests' || kind === 'max_parallel_requests')
    return { key, counts, limit, windowMs, amount: 1, least: 1 };
  // A guess alone refuses nobody: it takes what is left at most.
  const amount = Math.max(1, estimate.tokens);
  return { key, counts, limit, windowMs, amount, least: Math.max(1, amount - (estimate.guessedTokens ?? 0)) };
}
