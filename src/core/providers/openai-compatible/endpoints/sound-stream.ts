/** Passes sound through as it comes. Where it breaks off the connection does, too: nothing within it says where its end is. */
import type { AnswerStream } from '../../../spec/endpoint-adapter.js';
import type { Usage } from '../../../spec/usage.js';
import { invalidAnswer } from '../read-answer.js';

export class SoundStream implements AnswerStream {
  readonly beforeFault = undefined;
  readonly finished = false;
  readonly contentEvents = 0;
  /** Known from the beginning, and due once there is something to hear. */
  usage: Usage | undefined;

  constructor(
    private readonly provider: string,
    readonly contentType: string,
    private readonly spoken: Usage,
  ) {}

  push(bytes: Buffer): Buffer | undefined {
    if (bytes.length === 0) return undefined;
    this.usage = this.spoken;
    return bytes;
  }

  end(): undefined {
    if (!this.usage) throw invalidAnswer(this.provider, 'no sound');
  }
}
