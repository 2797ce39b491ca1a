/** What a place outside the process does for the cache: keeps bytes under keys, and fails loudly; its guard turns that into misses. */

/** What a guard stands before. */
export interface GuardedPlace {
  /** For the log and the management API; holds no secret: `Redis at cache.internal:6379`. */
  readonly place: string;
  /** Begins to connect; nothing waits for it. */
  open(): void;
  /** Resolves where it can be read. */
  ping(): Promise<void>;
  /** Resolves where it takes writes. */
  tryWrite(): Promise<void>;
  /** It does not answer: what hangs is given up, and begun anew. */
  reset(): void;
  /** At shutdown. */
  close(): Promise<void>;
}

export interface AnswerStore extends GuardedPlace {
  /** In the order of the keys; undefined where there is none. */
  read(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]>;
  /** @param ttlMs above 0 */
  write(key: string, bytes: Buffer, ttlMs: number): Promise<void>;
  /** How many of them were there, as far as the store knows. */
  remove(keys: readonly string[]): Promise<number>;
  /** All answers of this namespace, and nothing else. */
  clear(): Promise<void>;
}

/** The store has answered, and said no: it is full, or may not be written to. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal';
}

/** The name under which a store is asked whether it takes writes; no answer has it. */
export const trialKey = 'trial';
