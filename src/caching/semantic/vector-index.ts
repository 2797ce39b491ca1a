/** Where vectors of prompts are held, each with the key of its answer. */

export interface Match {
  readonly key: string;
  /** The cosine of the two vectors, up to 1. */
  readonly similarity: number;
}

export interface VectorIndex {
  open(): void;
  /** The nearest of the bucket that is at least so near; undefined for none, and where the index is away. Never rejects. */
  find(bucket: string, vector: Float32Array, threshold: number): Promise<Match | undefined>;
  /** Never rejects. */
  add(bucket: string, key: string, vector: Float32Array): Promise<void>;
  /** Its answer is gone. Never rejects. */
  remove(bucket: string, key: string): Promise<void>;
  /** Never rejects. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Of length 1; undefined for one that has no direction. */
export function normalized(numbers: readonly number[]): Float32Array | undefined {
  const vector = Float32Array.from(numbers);
  let sum = 0;
  for (const each of vector) sum += each * each;
  const length = Math.sqrt(sum);
  if (!Number.isFinite(length) || length === 0) return undefined;
  return vector.map((each) => each / length);
}
