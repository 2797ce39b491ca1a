/** Holds vectors in the process's memory and compares with each of a bucket: exact, and bounded in number. */
import type { Match, VectorIndex } from './vector-index.js';

/** Comparing with so many takes a few milliseconds, in which nothing else is done. */
const mostInBucket = 2_000;

export class MemoryVectorIndex implements VectorIndex {
  /** Those that were used least recently first. */
  private readonly buckets = new Map<string, Bucket>();
  private count = 0;

  constructor(private readonly maxVectors: number) {}

  get size(): number {
    return this.count;
  }

  open(): void {
    // It is there.
  }

  find(name: string, vector: Float32Array, threshold: number): Promise<Match | undefined> {
    const bucket = this.use(name);
    const match = bucket?.nearest(vector);
    return Promise.resolve(match && match.similarity >= threshold ? match : undefined);
  }

  add(name: string, key: string, vector: Float32Array): Promise<void> {
    let bucket = this.use(name);
    // Another model of embeddings: what its vectors say cannot be compared.
    if (bucket && bucket.dimensions !== vector.length) {
      this.drop(name, bucket);
      bucket = undefined;
    }
    bucket ??= new Bucket(vector.length);
    this.buckets.set(name, bucket);
    this.count -= bucket.size;
    bucket.put(key, vector);
    if (bucket.size > Math.min(mostInBucket, this.maxVectors)) bucket.removeOldest();
    this.count += bucket.size;
    this.makeRoom();
    return Promise.resolve();
  }

  remove(name: string, key: string): Promise<void> {
    const bucket = this.buckets.get(name);
    if (bucket?.remove(key) === true) {
      this.count -= 1;
      if (bucket.size === 0) this.buckets.delete(name);
    }
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.buckets.clear();
    this.count = 0;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.clear();
  }

  private use(name: string): Bucket | undefined {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) return undefined;
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    return bucket;
  }

  private makeRoom(): void {
    while (this.count > this.maxVectors) {
      const [oldest] = this.buckets;
      if (oldest === undefined) return;
      const [name, bucket] = oldest;
      bucket.removeOldest();
      this.count -= 1;
      if (bucket.size === 0) this.buckets.delete(name);
    }
  }

  private drop(name: string, bucket: Bucket): void {
    this.buckets.delete(name);
    this.count -= bucket.size;
  }
}

/** Vectors side by side in one array. */
class Bucket {
  /** Of each place, in the order in which they came. */
  private readonly places = new Map<string, number>();
  private keys: string[] = [];
  private numbers = new Float32Array();

  constructor(readonly dimensions: number) {}

  get size(): number {
    return this.keys.length;
  }

  put(key: string, vector: Float32Array): void {
    this.remove(key);
    const place = this.keys.length;
    this.reserve(place + 1);
    this.numbers.set(vector, place * this.dimensions);
    this.keys.push(key);
    this.places.set(key, place);
  }

  /** The last one takes the place of the one that goes. */
  remove(key: string): boolean {
    const place = this.places.get(key);
    if (place === undefined) return false;
    const last = this.keys.length - 1;
    const moved = this.keys[last];
    this.numbers.copyWithin(place * this.dimensions, last * this.dimensions, (last + 1) * this.dimensions);
    this.keys.pop();
    this.places.delete(key);
    if (moved !== undefined && place !== last) {
      this.keys[place] = moved;
      this.places.set(moved, place);
    }
    return true;
  }

  removeOldest(): void {
    const [oldest] = this.places.keys();
    if (oldest !== undefined) this.remove(oldest);
  }

  nearest(vector: Float32Array): Match | undefined {
    if (vector.length !== this.dimensions) return undefined;
    let best = -1;
    let similarity = -Infinity;
    for (let place = 0; place < this.keys.length; place += 1) {
      const cosine = this.cosineAt(place, vector);
      if (cosine > similarity) [best, similarity] = [place, cosine];
    }
    const key = this.keys[best];
    // Rounding leads a little beyond both ends.
    return key === undefined ? undefined : { key, similarity: Math.max(-1, Math.min(1, similarity)) };
  }

  private cosineAt(place: number, vector: Float32Array): number {
    const { numbers, dimensions } = this;
    const start = place * dimensions;
    let sum = 0;
    for (let at = 0; at < dimensions; at += 1) sum += (numbers[start + at] ?? 0) * (vector[at] ?? 0);
    return sum;
  }

  private reserve(count: number): void {
    if (this.numbers.length >= count * this.dimensions) return;
    const larger = new Float32Array(Math.max(4, count * 2) * this.dimensions);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}
