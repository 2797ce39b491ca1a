/** The contract of what passes a provider's own stream on and reads it on the way. */
import type { Usage } from './usage.js';

/** What passing one streamed answer through has learned so far. */
export interface NativeStreamTap {
  /**
   * The bytes to forward now: whole events only, none where an event is still incomplete.
   * Throws as `ChatStreamParser.push` does; what came before the fault in the same call is in `beforeFault`.
   */
  push(bytes: Buffer): Buffer | undefined;
  /** The upstream ended cleanly: the bytes still owed to the client, its dialect's end marker included. */
  end(): Buffer | undefined;
  /** Events that were good, from a `push` that threw. */
  readonly beforeFault: Buffer | undefined;
  readonly finished: boolean;
  readonly usage: Usage | undefined;
  /** Events with content that have been forwarded. */
  readonly contentEvents: number;
}
