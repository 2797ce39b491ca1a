/** Keeps virtual keys near the guard, and only as long as nothing says that they have changed. */
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock } from '../core/spec/clock.js';
import type { AuthSettings } from './auth-settings.js';
import { KeyDependents } from './key-dependents.js';
import type { VirtualKeyRecord } from './key-record.js';

/** Where keys are read from, and how it is known that they have not changed since. */
export interface KeySource {
  /** @throws GatewayError `database_unavailable` */
  find(token: string): Promise<VirtualKeyRecord | null>;
  /** Whether every change that is older than two seconds has been heard of. */
  hearsChanges(): boolean;
}

interface Entry {
  readonly record: VirtualKeyRecord;
  /** Monotonic milliseconds. */
  readonly readAt: number;
}

/** A key that does not exist now may be made the next moment, by another process. */
const unknownTtlMs = 1_000;
/** Apart from the known ones, so that no flood of guesses drives those out. */
const maxUnknown = 1_000;

export class VirtualKeyCache {
  private readonly entries: LRUCache<string, Entry>;
  private readonly dependents = new KeyDependents();
  /** When each key that does not exist was looked for. */
  private readonly unknown = new LRUCache<string, number>({ max: maxUnknown });
  private readonly reading = new Map<string, Promise<VirtualKeyRecord | null>>();
  /** Raised by every change: what was read before it is not kept. */
  private changes = 0;

  constructor(
    private readonly source: KeySource,
    private readonly settings: AuthSettings,
    private readonly clock: Clock,
  ) {
    this.entries = new LRUCache({
      max: settings.maxCachedKeys,
      dispose: ({ record }, token) => this.dependents.remove(token, record.dependsOn),
    });
  }

  /**
   * The key with this hash, null where there is none. At once where it is known and certain.
   *
   * @throws GatewayError `database_unavailable` where it cannot be known, never a refusal
   */
  find(token: string): VirtualKeyRecord | null | Promise<VirtualKeyRecord | null> {
    const entry = this.entries.get(token);
    if (entry && this.isCertain(entry)) return entry.record;
    if (!entry && this.isSurelyUnknown(token)) return null;
    return this.read(token, entry);
  }

  /** Forgets one token, so that its change holds from now on. */
  forget(token: string): void {
    this.changes++;
    this.entries.delete(token);
    this.unknown.delete(token);
    this.reading.delete(token);
  }

  /** Forgets every key that is built from a thing which has changed. */
  forgetDependents(dependency: string): void {
    this.changes++;
    for (const token of this.dependents.of(dependency)) this.entries.delete(token);
    // What a key that is being read depends on is not known yet: who asks from now on has it read again.
    this.reading.clear();
  }

  forgetAll(): void {
    this.changes++;
    this.entries.clear();
    this.unknown.clear();
    this.reading.clear();
  }

  private isCertain(entry: Entry): boolean {
    const ageMs = this.clock.monotonic() - entry.readAt;
    return ageMs <= this.settings.keyTtlMs && this.source.hearsChanges();
  }

  private isSurelyUnknown(token: string): boolean {
    const lookedAt = this.unknown.get(token);
    return lookedAt !== undefined && this.clock.monotonic() - lookedAt <= unknownTtlMs;
  }

  private read(token: string, known: Entry | undefined): Promise<VirtualKeyRecord | null> {
    let reading = this.reading.get(token);
    if (!reading) {
      reading = this.readOnce(token, known).finally(() => {
        if (this.reading.get(token) === reading) this.reading.delete(token);
      });
      this.reading.set(token, reading);
    }
    return reading;
  }

  private async readOnce(token: string, known: Entry | undefined): Promise<VirtualKeyRecord | null> {
    const { changes } = this;
    const readAt = this.clock.monotonic();
    try {
      const record = await this.source.find(token);
      if (changes === this.changes) this.keep(token, record, readAt);
      return record;
    } catch (error) {
      if (known && this.mayServeStale(known, error)) return known.record;
      throw error;
    }
  }

  private keep(token: string, record: VirtualKeyRecord | null, readAt: number): void {
    // What the old record depended on goes with it.
    this.entries.delete(token);
    if (record) {
      this.dependents.add(token, record.dependsOn);
      this.entries.set(token, { record, readAt });
    } else {
      this.unknown.set(token, readAt);
    }
  }

  private mayServeStale(known: Entry, error: unknown): boolean {
    const { serveWithoutDatabase, staleKeyMaxMs } = this.settings;
    const isAway = error instanceof GatewayError && error.code === 'database_unavailable';
    return isAway && serveWithoutDatabase && this.clock.monotonic() - known.readAt <= staleKeyMaxMs;
  }
}
