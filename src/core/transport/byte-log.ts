/** Keeps the first bytes of a stream in one buffer: thousands of small ones would cost many times their content. */

const firstCapacity = 4 * 1024;

export class ByteLog {
  private buffer = Buffer.alloc(0);
  private length = 0;

  /** @param limit the most that is kept; what comes after it is not */
  constructor(private readonly limit: number) {}

  append(bytes: Buffer): void {
    const length = Math.min(bytes.length, this.limit - this.length);
    if (length <= 0) return;
    const needed = this.length + length;
    if (needed > this.buffer.length) this.grow(needed);
    bytes.copy(this.buffer, this.length, 0, length);
    this.length = needed;
  }

  /** What has been kept; valid until the next `append`. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private grow(needed: number): void {
    let capacity = Math.max(this.buffer.length, firstCapacity);
    while (capacity < needed) capacity *= 2;
    const grown = Buffer.allocUnsafeSlow(Math.min(capacity, this.limit));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
