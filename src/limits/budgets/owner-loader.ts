/** Reads owners in batches: those who come while reads are under way are read together in the next one, whoever asks for them. */
import type { Owner } from '../definitions/owner.js';

export type ReadOwners<Entry> = (owners: readonly Owner[]) => Promise<ReadonlyMap<Owner, Entry>>;

/** So many reads at a time: a burst of requests must leave connections to others. */
const mostReads = 4;
const mostOwners = 100;

type Waiting<Entry> = PromiseWithResolvers<Entry>;

export class OwnerLoader<Entry> {
  /** Whose read has not begun: what comes back is never older than the call that asked for it. */
  private readonly waiting = new Map<Owner, Waiting<Entry>>();
  private reads = 0;

  /** @param read has an entry for every owner */
  constructor(private readonly read: ReadOwners<Entry>) {}

  /** In their order. Rejects as the read of one of them did. */
  load(owners: readonly Owner[]): Promise<Entry[]> {
    const found = Promise.all(owners.map((owner) => this.wait(owner)));
    this.begin();
    return found;
  }

  private wait(owner: Owner): Promise<Entry> {
    let entry = this.waiting.get(owner);
    if (!entry) {
      entry = Promise.withResolvers<Entry>();
      this.waiting.set(owner, entry);
    }
    return entry.promise;
  }

  private begin(): void {
    while (this.reads < mostReads && this.waiting.size > 0) {
      const batch = new Map([...this.waiting].slice(0, mostOwners));
      for (const owner of batch.keys()) this.waiting.delete(owner);
      this.reads += 1;
      void this.serve(batch).finally(() => {
        this.reads -= 1;
        this.begin();
      });
    }
  }

  private async serve(batch: ReadonlyMap<Owner, Waiting<Entry>>): Promise<void> {
    try {
      const entries = await this.read([...batch.keys()]);
      for (const [owner, { resolve, reject }] of batch) {
        const entry = entries.get(owner);
        if (entry === undefined) reject(new Error(`${owner} was not read`));
        else resolve(entry);
      }
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    }
  }
}
