/** What the router has seen of one deployment: who is on it, how it has answered, and whether it is out. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { Deployment } from '../spec/deployment.js';
import type { SharedRoutingState } from '../spec/shared-routing-state.js';
import { CircuitBreaker, type BreakerPass } from './circuit-breaker.js';
import { failureClassOf, type FailureClass } from './failure-class.js';
import { LatencyRecord } from './latency-record.js';
import { RollingCount } from './rolling-count.js';
import type { CooldownRules } from './routing-rules.js';
import { SharedCount } from './shared-count.js';

/** What whoever makes an attempt tells of it. */
export interface AttemptNotes {
  /** From sending to the first part of the answer, or to all of one that is no stream. */
  latencyMs?: number;
  /** Input and output together. */
  tokens?: number;
  /** The caller brought credentials or a deadline of its own, or had the answer made up: nothing is learnt from how it ended. */
  unrepresentative?: boolean;
  /** Told to the attempt, which calls it with the first part of a stream. */
  began?: () => void;
  /** Told to the attempt: this one is not the last, somebody else would be asked after it. */
  hasNext?: boolean;
  /** The answer goes on after the attempt has been a success; settles with its end. */
  ended?: Promise<unknown>;
}

/** One attempt that is under way. */
export interface RunningAttempt {
  readonly pass: BreakerPass;
  readonly stream: boolean;
  /** The stream has begun, and its latency is on record. */
  hasBegun: boolean;
}

/** Without a policy: so many failures on end, or most of so many requests of the last minute. */
const failuresInARow = 3;
const fewestRequests = 5;
/** A provider that asks for more time than this gets no more. */
const longestTimeOutMs = 3_600_000;
/** What a failure counts for in the latencies, at least. */
const leastFailureMs = 1_000;

/** One failure shows it: the next request would fail too. */
const certain: ReadonlySet<FailureClass> = new Set(['RateLimit', 'Authentication', 'NotFound']);

/** Times are monotonic milliseconds. */
export class DeploymentState {
  readonly breaker = new CircuitBreaker();
  readonly requests = new SharedCount();
  readonly tokens = new SharedCount();
  /** Places that are taken: attempts that are running or about to. */
  inFlight = 0;
  private readonly streamed = new LatencyRecord();
  private readonly whole = new LatencyRecord();
  private readonly failures = new RollingCount();
  private readonly failuresByClass = new Map<FailureClass, RollingCount>();
  private failedOnEnd = 0;

  /**
   * @param key what the other processes call the deployment
   * @param shared tells them
   */
  constructor(
    private readonly key = '',
    private readonly shared?: SharedRoutingState,
  ) {}

  latency(stream: boolean): LatencyRecord {
    return stream ? this.streamed : this.whole;
  }

  begin(now: number, stream: boolean): RunningAttempt {
    this.requests.add(now);
    this.shared?.used(this.key, 1, 0);
    return { pass: this.breaker.enter(now), stream, hasBegun: false };
  }

  /** The first part of a stream has come: that much is known long before its end. */
  answer(running: RunningAttempt, now: number): void {
    if (running.hasBegun) return;
    running.hasBegun = true;
    this.close(running.pass, now);
    this.latency(running.stream).add(now, now - running.pass.startedAt);
  }

  succeed(running: RunningAttempt, now: number, { latencyMs, tokens }: AttemptNotes): void {
    const { pass, stream, hasBegun } = running;
    this.close(pass, now);
    this.failedOnEnd = 0;
    if (!hasBegun) this.latency(stream).add(now, latencyMs ?? now - pass.startedAt);
    if (tokens === undefined) return;
    this.tokens.add(now, tokens);
    this.shared?.used(this.key, 0, tokens);
  }

  private close(pass: BreakerPass, now: number): void {
    const wasOut = this.breaker.stateAt(now) !== 'closed';
    this.breaker.succeed(pass);
    if (wasOut && this.breaker.stateAt(now) === 'closed') this.shared?.closed(this.key);
  }

  /** Another process has had an answer from it. */
  answeredElsewhere(now: number): void {
    this.breaker.succeed({ startedAt: now, probe: false });
    this.failedOnEnd = 0;
  }

  /** Nothing about the deployment can be learnt from how the attempt ended. */
  leave({ pass }: RunningAttempt): void {
    this.breaker.leave(pass);
  }

  /**
   * What the request itself is to blame for, such as a 400, is no failure of the deployment.
   *
   * @param deployment for its own `cooldown_time` and `allowed_fails`
   */
  fail(attempt: RunningAttempt, now: number, error: GatewayError, rules: CooldownRules, deployment: Deployment): void {
    const { pass, stream } = attempt;
    const kind = failureClassOf(error.code);
    if (!error.cools || kind === undefined) {
      this.leave(attempt);
      return;
    }
    this.failedOnEnd += 1;
    this.failures.add(now);
    this.countFailure(kind, now);
    this.latency(stream).addFailure(now, now - pass.startedAt, leastFailureMs);
    if (rules.disabled) {
      this.leave(attempt);
      return;
    }
    const forMs = deployment.routing?.cooldownMs ?? rules.cooldownMs;
    const asked = Math.min(error.retryAfterMs ?? 0, longestTimeOutMs);
    const outMs = this.breaker.msUntilProbe(now);
    this.breaker.fail(pass, now, this.isOneTooMany(kind, now, rules, deployment), forMs, asked);
    const nowOutMs = this.breaker.msUntilProbe(now);
    if (nowOutMs > outMs) this.shared?.opened(this.key, nowOutMs, kind);
  }

  private isOneTooMany(kind: FailureClass, now: number, rules: CooldownRules, deployment: Deployment): boolean {
    const { routing } = deployment;
    const allowed = routing?.allowedFailsByClass?.[kind] ?? rules.allowedFailsByClass[kind];
    if (allowed !== undefined) return this.failuresOf(kind, now) > allowed;
    const allowedInAll = routing?.allowedFails ?? rules.allowedFails;
    const failed = this.failures.total(now);
    if (allowedInAll !== undefined) return failed > allowedInAll;
    if (certain.has(kind) || this.failedOnEnd >= failuresInARow) return true;
    const requests = this.requests.ownTotal(now);
    return requests >= fewestRequests && failed * 2 > requests;
  }

  private countFailure(kind: FailureClass, now: number): void {
    let count = this.failuresByClass.get(kind);
    if (count === undefined) this.failuresByClass.set(kind, (count = new RollingCount()));
    count.add(now);
  }

  private failuresOf(kind: FailureClass, now: number): number {
    return this.failuresByClass.get(kind)?.total(now) ?? 0;
  }
}
