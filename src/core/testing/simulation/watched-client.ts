/** A client of the property test: it waits for its answer until its deadline, or until it hangs up. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { RoutedRequest } from '../../router/route-plan.js';
import type { MadeUpRequest } from './made-up-world.js';
import type { VirtualTime } from './virtual-time.js';

export class WatchedClient implements RoutedRequest {
  /** It has got a part of the answer. */
  begun = false;
  readonly deadlineAt: number;
  private ended: GatewayError | undefined;
  private endSleep: (() => void) | undefined;
  private failWait: ((error: GatewayError) => void) | undefined;

  constructor(
    readonly asked: MadeUpRequest,
    private readonly time: VirtualTime,
  ) {
    this.deadlineAt = time.monotonic() + asked.timeoutMs;
    time.after(asked.timeoutMs, () => this.end(new GatewayError('upstream_timeout')));
    const { leavesAfterMs } = asked;
    if (leavesAfterMs !== undefined) time.after(leavesAfterMs, () => this.end(new GatewayError('client_closed')));
  }

  get isOver(): boolean {
    return this.ended !== undefined;
  }

  get final(): boolean {
    return this.isOver || this.begun || this.time.monotonic() >= this.deadlineAt;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.endSleep = this.isOver ? undefined : resolve;
      this.time.after(this.isOver ? 0 : Math.min(ms, this.deadlineAt - this.time.monotonic()), resolve);
    });
  }

  wake(): void {
    this.endSleep?.();
  }

  /** What an upstream takes its time for. @throws GatewayError where the request is over before */
  wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.ended) reject(this.ended);
      this.failWait = reject;
      if (ms < Infinity) this.time.after(ms, resolve);
    });
  }

  private end(error: GatewayError): void {
    if (this.isOver) return;
    this.ended = error;
    this.failWait?.(error);
    this.endSleep?.();
  }
}
