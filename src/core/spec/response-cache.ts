/** The port through which answers are kept and found again: in memory, on a disk, in Redis or in a bucket. */
import type { Dialect } from './chat-adapter.js';
import type { Usage } from './usage.js';

/** What answers are kept of: a dialect of chat, or an endpoint besides it. */
export type AnswerKind = Dialect | 'embeddings' | 'rerank' | 'transcription';

/** One answer as its client got it. */
export interface RecordedAnswer {
  readonly form: 'whole' | 'stream';
  /** A whole answer is one part; a stream has the parts that were sent, in their order. Nobody changes them. */
  readonly parts: readonly Uint8Array[];
  /** Where it is not the usual one of its form. */
  readonly contentType?: string;
  /** What making it has used. */
  readonly usage: Usage | undefined;
  /** Who answered, such as a deployment's id. */
  readonly servedBy?: string;
  /** Epoch milliseconds. */
  readonly storedAtMs: number;
  /** Epoch milliseconds: from then on it is as good as not there. */
  readonly expiresAtMs: number;
}

/**
 * Keeps answers under keys that `answerKey` makes.
 *
 * It serves requests and is never a reason for one to fail: its methods do not reject. What cannot be read, is broken, too
 * old or of another version is not there; what cannot be kept is not kept.
 */
export interface ResponseCache {
  get(key: string): Promise<RecordedAnswer | undefined>;
  /** In the order of `keys`; in one go where the store can do that. */
  getMany(keys: readonly string[]): Promise<readonly (RecordedAnswer | undefined)[]>;
  set(key: string, answer: RecordedAnswer): Promise<void>;
  /** How many of them were there, as far as the store knows. */
  delete(keys: readonly string[]): Promise<number>;
}
