/** A deployment's upstream in virtual time: how long its answers take, and what it refuses, by its weather and by who is on it. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { Random } from '../../spec/clock.js';
import type { AttemptNotes } from '../../router/deployment-state.js';
import { lognormal } from './seeded-random.js';
import type { VirtualTime } from './virtual-time.js';
import { fine, type Weather } from './weather.js';

/** Medians and spreads of a chat model's latencies. */
const firstPartMs = 400;
const firstPartSpread = 0.5;
const wholeMs = 2_500;
const wholeSpread = 0.6;
/** A whole answer, or what follows the first part of a stream, on average. */
export const meanAnswerMs = wholeMs * Math.exp(wholeSpread ** 2 / 2);
const tokensPerSecond = 60;
/** So many times its capacity is refused. */
const mostOverload = 3;
const refusalMs = 20;
/** Where nothing comes: the time until the first part of a stream, and that for a whole answer. */
const firstPartTimeoutMs = 10_000;
const wholeTimeoutMs = 60_000;

/** One request, as the upstream sees it. */
export interface Ask {
  readonly stream: boolean;
  /** How much there is to say, as a multiple of the usual: a long answer is long everywhere. */
  readonly size: number;
  readonly random: Random;
}

/** @returns what an answer's size is, as a multiple of the usual */
export function drawSize(random: Random): number {
  return lognormal(random, wholeSpread);
}

export class SimulatedUpstream {
  inFlight = 0;
  /** Requests that its quota would let pass now. */
  private allowance = 0;
  private askedAt = 0;

  /**
   * @param pace this deployment's own: 1 is the usual
   * @param fairLoad requests at once, when each deployment has its share
   * @param fairPerSecond requests a second, likewise
   */
  constructor(
    private readonly time: VirtualTime,
    private readonly pace: number,
    readonly fairLoad: number,
    private readonly fairPerSecond: number,
    private readonly weatherAt: (nowMs: number) => Partial<Weather>,
  ) {}

  /**
   * Resolves with the end of the answer; `onFirstPart` is called when the first part of a stream is there.
   *
   * @throws GatewayError as the transport would
   */
  async answer(ask: Ask, notes: AttemptNotes, onFirstPart: () => void): Promise<void> {
    this.inFlight += 1;
    try {
      const paceMs = await this.admit(ask);
      const beganAt = this.time.monotonic();
      const untilFirstMs = paceMs * firstPartMs * lognormal(ask.random, firstPartSpread);
      const bodyMs = paceMs * wholeMs * ask.size;
      await this.wait(ask.stream ? untilFirstMs : bodyMs, ask.stream ? firstPartTimeoutMs : wholeTimeoutMs);
      notes.latencyMs = this.time.monotonic() - beganAt;
      notes.tokens = Math.round((wholeMs / 1_000) * ask.size * tokensPerSecond);
      onFirstPart();
      notes.began?.();
      if (ask.stream) await this.time.sleep(bodyMs);
    } finally {
      this.inFlight -= 1;
    }
  }

  /** @returns how slow it is at the moment, as a multiple of the usual */
  private async admit(ask: Ask): Promise<number> {
    const nowMs = this.time.monotonic();
    const weather = { ...fine, ...this.weatherAt(nowMs) };
    const load = this.inFlight / Math.max(4, weather.capacity * this.fairLoad);
    if (this.isOverQuota(weather, nowMs)) await this.refuse('upstream_rate_limited', refusalMs, 1_000);
    if (load > mostOverload) await this.refuse('upstream_overloaded', refusalMs);
    if (ask.random() < weather.failing) await this.refuse(weather.failure, weather.failureMs);
    if (weather.silent) await this.wait(Infinity, ask.stream ? firstPartTimeoutMs : wholeTimeoutMs);
    return this.pace * weather.slowdown * Math.max(1, load);
  }

  private isOverQuota({ quota }: Weather, nowMs: number): boolean {
    if (quota === Infinity) return false;
    const perSecond = quota * this.fairPerSecond;
    this.allowance = Math.min(Math.max(1, perSecond), this.allowance + ((nowMs - this.askedAt) / 1_000) * perSecond);
    this.askedAt = nowMs;
    if (this.allowance < 1) return true;
    this.allowance -= 1;
    return false;
  }

  private async wait(ms: number, timeoutMs: number): Promise<void> {
    await this.time.sleep(Math.min(ms, timeoutMs));
    if (ms > timeoutMs) throw new GatewayError('upstream_timeout', { facts: { timeoutMs } });
  }

  private async refuse(code: Weather['failure'], afterMs: number, retryAfterMs?: number): Promise<never> {
    await this.time.sleep(afterMs);
    throw new GatewayError(code, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}
