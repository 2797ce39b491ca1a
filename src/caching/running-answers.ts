/** Answers that are being made: who asks for the same meanwhile may wait for one of them. */
import type { RecordedAnswer } from '../core/spec/response-cache.js';

/** Undefined: it came to nothing that may be shared. */
export type Settle = (answer: RecordedAnswer | undefined) => void;

export class RunningAnswers {
  private readonly running = new Map<string, Promise<RecordedAnswer | undefined>>();

  /** What the answer under this key comes to; undefined at once where nobody makes it. */
  find(key: string): Promise<RecordedAnswer | undefined> | undefined {
    return this.running.get(key);
  }

  /** The returned function has to be called however the answer ends. */
  begin(key: string): Settle {
    let settle: Settle = () => undefined;
    const answer = new Promise<RecordedAnswer | undefined>((resolve) => (settle = resolve));
    this.running.set(key, answer);
    return (result) => {
      if (this.running.get(key) === answer) this.running.delete(key);
      settle(result);
    };
  }
}
