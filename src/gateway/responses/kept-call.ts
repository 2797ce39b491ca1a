/** A call whose answer is kept before its client sees the end of it. */
import type { GatewayError } from '../../core/errors/gateway-error.js';
import type { AnswerHead, RunningCall, Usage } from '../../core/spec/index.js';
import type { AnswerInKeeping } from './answer-in-keeping.js';

export class KeptCall implements RunningCall {
  constructor(
    private readonly call: RunningCall,
    private readonly answer: Pick<AnswerInKeeping, 'finish' | 'release'>,
  ) {}

  async run(): Promise<void> {
    try {
      await this.call.run();
    } catch (error) {
      await this.answer.release();
      throw error;
    }
    await this.answer.finish();
  }

  abort(error: GatewayError): void {
    this.call.abort(error);
  }

  get head(): AnswerHead | undefined {
    return this.call.head;
  }

  get sentAt(): number | undefined {
    return this.call.sentAt;
  }

  get headAt(): number | undefined {
    return this.call.headAt;
  }

  get firstPartAt(): number | undefined {
    return this.call.firstPartAt;
  }

  get begun(): boolean {
    return this.call.begun;
  }

  get usage(): Usage | undefined {
    return this.call.usage;
  }

  get contentEvents(): number {
    return this.call.contentEvents;
  }

  get received(): Buffer {
    return this.call.received;
  }
}
