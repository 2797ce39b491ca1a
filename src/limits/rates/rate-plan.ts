/** What is the same for all requests of one caller for one model: the rules that they are held to, and the headers that tell of them. */
import type { RateClaim } from '../../core/spec/index.js';
import type { AdmissionRequest } from '../admission.js';
import { OwnerGroup } from '../owner-group.js';
import type { StoredLimits } from '../definitions/owner-limits.js';
import { RateHeaders } from './rate-headers.js';
import { rulesOf, subjectsOf, windowMsOf, type RateRule, type Subject } from './rate-rules.js';

/** Those whose rates hold for a request. */
export class SubjectGroup extends OwnerGroup {
  constructor(readonly subjects: readonly Subject[]) {
    super(subjects.map(({ owner }) => owner));
  }

  static of(request: AdmissionRequest): SubjectGroup {
    return new SubjectGroup(subjectsOf(request));
  }
}

export class RatePlan {
  readonly headers: RateHeaders;
  /** Some rules hold only while providers limit the model. */
  private readonly hasDynamic: boolean;
  private lasting: RatePlan | undefined;
  /** In the places of the rules; undefined where it depends on the request. */
  private readonly fixedClaims: readonly (RateClaim | undefined)[];

  constructor(
    private readonly model: string,
    readonly rules: readonly RateRule[],
  ) {
    this.headers = new RateHeaders(model, rules);
    this.fixedClaims = rules.map(fixedClaim);
    this.hasDynamic = rules.some(({ isDynamic }) => isDynamic);
  }

  static of(request: AdmissionRequest, group: SubjectGroup, limits: readonly (StoredLimits | undefined)[]): RatePlan {
    return new RatePlan(request.model, rulesOf(request, group.subjects, limits));
  }

  /** The plan while no provider limits the model. */
  withoutDynamic(): RatePlan {
    if (!this.hasDynamic) return this;
    this.lasting ??= new RatePlan(
      this.model,
      this.rules.filter(({ isDynamic }) => !isDynamic),
    );
    return this.lasting;
  }

  claimsOf({ estimate }: AdmissionRequest): RateClaim[] {
    return this.rules.map((rule, place) => this.fixedClaims[place] ?? tokenClaim(rule, estimate));
  }
}

function fixedClaim({ key, kind, limit }: RateRule): RateClaim | undefined {
  if (kind !== 'requests' && kind !== 'max_parallel_requests') return undefined;
  const counts = kind === 'max_parallel_requests' ? 'while_running' : 'in_window';
  return { key, counts, limit, windowMs: windowMsOf[kind], amount: 1, least: 1 };
}

function tokenClaim({ key, kind, limit }: RateRule, estimate: AdmissionRequest['estimate']): RateClaim {
  // A guess alone refuses nobody: it takes what is left at most.
  const amount = Math.max(1, estimate.tokens);
  const least = Math.max(1, amount - (estimate.guessedTokens ?? 0));
  return { key, counts: 'in_window', limit, windowMs: windowMsOf[kind], amount, least };
}
