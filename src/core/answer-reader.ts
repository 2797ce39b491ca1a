/** Takes one answer from the transport for the library's caller, and hands a stream's chunks on at the caller's pace. */
import { GatewayError } from './errors/gateway-error.js';
import type { ChatCompletion, ChatCompletionChunk } from './schema/openai/chat.js';
import type { AnswerSink, WholeAnswer } from './spec/index.js';

type Chunks = readonly ChatCompletionChunk[];

/** Chunks that wait for a slow reader before the provider is asked to pause. */
const maxWaitingChunks = 64;

export class AnswerReader implements AnswerSink<ChatCompletion, Chunks> {
  private answer: ChatCompletion | undefined;
  private readonly waiting: ChatCompletionChunk[] = [];
  private ended: { readonly error: Error | undefined } | undefined;
  private wake: (() => void) | undefined;
  private resume: (() => void) | undefined;

  whole({ answer }: WholeAnswer<ChatCompletion>): void {
    this.answer = answer;
  }

  begin(): void {
    // The library hands out objects: there are no headers to write.
  }

  part(chunks: Chunks): boolean {
    this.waiting.push(...chunks);
    this.wake?.();
    return this.waiting.length < maxWaitingChunks;
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

  completion(): ChatCompletion {
    if (this.answer === undefined) throw new GatewayError('internal', { detail: 'the call ended without an answer' });
    return this.answer;
  }

  /** Undefined once the stream has ended well. What came before an error is read first. */
  async next(): Promise<ChatCompletionChunk | undefined> {
    for (;;) {
      const chunk = this.waiting.shift();
      if (this.waiting.length === 0) this.drained();
      if (chunk !== undefined) return chunk;
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
