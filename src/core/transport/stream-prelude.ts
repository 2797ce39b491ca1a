/** What a stream sends before its first content: held back, since until then another deployment can take over unseen. */
import type { Clock } from '../spec/clock.js';

const mostParts = 100;
/** A stream that shows signs of work before it has content, such as a search, is not kept from its client for long. */
const longestMs = 2_000;

export class StreamPrelude<Part> {
  private parts: Part[] = [];
  private since = 0;

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /**
   * @param contentEvents of the stream so far
   * @returns false where the stream is to begin
   */
  keeps(
    part: Part,
    contentEvents: number,
    { clock, firstTokenTimeoutMs }: { readonly clock: Clock; readonly firstTokenTimeoutMs?: number | undefined },
  ): boolean {
    if (contentEvents > 0 || this.parts.length >= mostParts) return false;
    if (this.parts.length === 0) this.since = clock.monotonic();
    // Whoever sets a time for the first token wants to see nothing else before it.
    else if (firstTokenTimeoutMs === undefined && clock.monotonic() - this.since > longestMs) return false;
    this.parts.push(part);
    return true;
  }

  taken(): readonly Part[] {
    const { parts } = this;
    this.parts = [];
    return parts;
  }
}
