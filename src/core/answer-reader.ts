/** Takes one answer from the transport for the library's caller, and hands a stream's parts on at the caller's pace. */
import { GatewayError } from './errors/gateway-error.js';
import type { AnswerSink, WholeAnswer } from './spec/index.js';

/** Parts that wait for a slow reader before the provider is asked to pause. */
const maxWaiting = 64;

export class AnswerReader<Whole, Part> implements AnswerSink<Whole, readonly Part[]> {
  /** Called once, with the first part of a stream. */
  onBegin: (() => void) | undefined;
  private answer: WholeAnswer<Whole> | undefined;
  private readonly waiting: Part[] = [];
  private ended: { readonly error: Error | undefined } | undefined;
  private wake: (() => void) | undefined;
  private resume: (() => void) | undefined;

  whole(answer: WholeAnswer<Whole>): void {
    this.answer = answer;
  }

  begin(): void {
    this.onBegin?.();
  }

  part(parts: readonly Part[]): boolean {
    this.waiting.push(...parts);
    this.wake?.();
    return this.waiting.length < maxWaiting;
  }

  onDrain(resume: () => void): void {
    this.resume = resume;
  }

  end(error: Error | undefined): void {
    this.ended ??= { error };
    this.wake?.();
  }

  /** Ends at once: what still waits is not read any more. */
  cancel(error: GatewayError): void {
    this.waiting.length = 0;
    this.ended = { error };
    this.wake?.();
  }

  taken(): Whole {
    if (this.answer === undefined) throw new GatewayError('internal', { detail: 'the call ended without an answer' });
    return this.answer.answer;
  }

  /** Undefined once the stream has ended well. What came before an error is read first. */
  async next(): Promise<Part | undefined> {
    for (;;) {
      const part = this.waiting.shift();
      if (this.waiting.length === 0) this.drained();
      if (part !== undefined) return part;
      if (this.ended !== undefined) {
        if (this.ended.error !== undefined) throw this.ended.error;
        return undefined;
      }
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
  }

  private drained(): void {
    const { resume } = this;
    this.resume = undefined;
    resume?.();
  }
}
