/** What an answer may pass on its way from the call to its client. */
import type { AnswerSink } from '../core/spec/index.js';

/** The object at an answer's end as the data of the event that says it, and what takes it out of that again. */
export interface EndWrap {
  in(json: string): string;
  out(data: string): string;
}

export interface AnswerStage extends AnswerSink<Buffer | string, Buffer | string> {
  /** The call has given all of its answer; resolves once it was passed on. Rejects with what the client is told in its place. */
  finish(): Promise<void>;
  /** The call has failed, and nobody goes on from it. */
  fail(): Promise<void>;
  /** The object at the answer's end as the client will get it. */
  checkedEnd(json: string, wrap: EndWrap): Promise<string>;
  /** The texts of a stream as its client has got them; undefined where the stage does not know. */
  readonly text: string | undefined;
}
